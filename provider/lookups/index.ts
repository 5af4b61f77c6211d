import * as pulumi from "@pulumi/pulumi";
import { DeepcallError, SettingsError } from "../../client/errors";
import type { Group } from "../../client/responses";
import { providerInputs, type DeepcallProvider } from "../deepcall-provider";
import { providerLabel } from "../model/names";
import { providerNameKey } from "../state-contract";
import type { GroupQuery, LookupAccount } from "./account";
import { assertArguments, assertOptions } from "./arguments";
import type { LookupName } from "./rules";

/** Which group to look up: by its exact name or by its id. */
export type GetGroupArgs =
  | {
      /** The exact name, as Deepcall lists it. Case matters. */
      name: string;
      /** Not together with `name`. */
      id?: never;
    }
  | {
      /** Deepcall's id of the group, for example `42` or `"42"`. */
      id: string | number;
      /** Not together with `id`. */
      name?: never;
    };

/** Which group to look up, by a value that may be known only later; see {@link GetGroupArgs}. */
export type GetGroupOutputArgs =
  | {
      /** The exact name, as Deepcall lists it. Case matters. */
      name: pulumi.Input<string>;
      /** Not together with `name`. */
      id?: never;
    }
  | {
      /** Deepcall's id of the group, for example the output `groupId` or `id` of a resource. */
      id: pulumi.Input<string | number>;
      /** Not together with `id`. */
      name?: never;
    };

/** Which groups to look up. A group must meet all conditions; without any, all groups of the account are returned. */
export interface GetGroupsArgs {
  /**
   * Text that the name contains, ignoring case. It must not be empty.
   *
   * @defaultValue any name
   */
  nameContains?: string;
  /**
   * Whether the group takes calls.
   *
   * @defaultValue active and inactive groups
   */
  active?: boolean;
}

/** Which groups to look up, by values that may be known only later; see {@link GetGroupsArgs}. */
export interface GetGroupsOutputArgs {
  /**
   * Text that the name contains, ignoring case. It must not be empty.
   *
   * @defaultValue any name
   */
  nameContains?: pulumi.Input<string>;
  /**
   * Whether the group takes calls.
   *
   * @defaultValue active and inactive groups
   */
  active?: pulumi.Input<boolean>;
}

/** The options of a lookup. */
export interface LookupOptions {
  /**
   * The account.
   *
   * @defaultValue the account of the stack's config and of variables such as `DEEPCALL_TOKEN`
   */
  provider?: DeepcallProvider;
}

/** A group of the account, whether or not this program manages it. */
export interface GetGroupResult {
  /** Deepcall's id as a string, for example for `DeepcallGroup.get`. */
  readonly id: string;
  /** Deepcall's id as a number. */
  readonly groupId: number;
  /** The current name. */
  readonly name: string;
  /** Whether the group takes calls; `undefined` if Deepcall's list does not include the status. */
  readonly active: boolean | undefined;
}

/**
 * Looks up one group that this program does not manage (Group API: List). Calls Deepcall, also in a preview. All lookups of a run share one
 * list of the account, so groups that the same run changes may be returned as they were before.
 *
 * @param args - the exact `name` or the `id`.
 * @param opts - `provider`: the account, if it is not the default one.
 * @throws {@link LookupError} if no group has this name or id (`group-not-found`), several have this name
 *   (`ambiguous-name`), or Deepcall returned too few groups to decide (`incomplete-list`).
 * @throws {@link SettingsError} (`settings`) if a setting is missing or not valid, or a setting of the provider is unknown
 *   in this preview.
 * @throws {@link GroupError} if a call failed; its `cause` is the {@link CallError}.
 * @throws {@link ResourceError} (`arguments`) if the arguments are not valid.
 *
 * @example
 * ```ts
 * import { getGroup } from "pulumi-deepcall";
 *
 * const support = getGroup({ name: "Support" });
 * export const supportId = support.then(({ groupId }) => groupId);
 * ```
 */
export async function getGroup(args: GetGroupArgs, opts: LookupOptions = {}): Promise<GetGroupResult> {
  return lookUp(oneGroup, args, opts);
}

/**
 * Looks up one group by a name or id that may be an output; see {@link getGroup}. In a preview in which the name, the id
 * or a setting of the provider is unknown, the result is unknown and no call is made. The result is secret if the name
 * or id is. Errors are those of {@link getGroup}; they fail the program.
 *
 * @param args - the exact `name` or the `id`.
 * @param opts - `provider`: the account, if it is not the default one.
 * @throws {@link ResourceError} (`arguments`) if an argument that is known already is not valid.
 *
 * @example
 * ```ts
 * import * as pulumi from "@pulumi/pulumi";
 * import { getGroupOutput } from "pulumi-deepcall";
 *
 * const name = new pulumi.Config().requireSecret("groupName");
 * export const groupId = getGroupOutput({ name }).groupId;
 * ```
 */
export function getGroupOutput(args: GetGroupOutputArgs, opts: LookupOptions = {}): pulumi.Output<GetGroupResult> {
  return lookUpOutput(oneGroup, args, opts);
}

/**
 * Looks up the groups of the account (Group API: List), sorted by id. Calls Deepcall, also in a preview. All lookups of a
 * run share one list of the account, so groups that the same run changes may be missing, or returned as they were before.
 *
 * @param args - the conditions; without any, all groups are returned.
 * @param opts - `provider`: the account, if it is not the default one.
 * @throws {@link LookupError} if Deepcall returned only a part of the groups (`incomplete-list`), or does not list the
 *   status that `active` asks for (`status-not-listed`).
 * @throws {@link SettingsError}, {@link GroupError} or {@link ResourceError} as {@link getGroup} does.
 *
 * @example
 * ```ts
 * import { getGroups } from "pulumi-deepcall";
 *
 * const teams = getGroups({ nameContains: "team", active: true });
 * export const teamIds = teams.then((groups) => groups.map(({ groupId }) => groupId));
 * ```
 */
export async function getGroups(args: GetGroupsArgs = {}, opts: LookupOptions = {}): Promise<GetGroupResult[]> {
  return lookUp(manyGroups, args, opts);
}

/**
 * Looks up groups by conditions that may be outputs; see {@link getGroups}. In a preview in which a condition or a setting
 * of the provider is unknown, the result is unknown and no call is made. The result is secret if a condition is. Errors are
 * those of {@link getGroups}; they fail the program.
 *
 * @param args - the conditions; without any, all groups are returned.
 * @param opts - `provider`: the account, if it is not the default one.
 * @throws {@link ResourceError} (`arguments`) if an argument that is known already is not valid.
 *
 * @example
 * ```ts
 * import { DeepcallProvider, getGroupsOutput } from "pulumi-deepcall";
 *
 * const emea = new DeepcallProvider("emea", { environmentPrefix: "DEEPCALL_EMEA" });
 * export const names = getGroupsOutput({}, { provider: emea }).apply((groups) => groups.map(({ name }) => name));
 * ```
 */
export function getGroupsOutput(
  args: GetGroupsOutputArgs = {},
  opts: LookupOptions = {},
): pulumi.Output<GetGroupResult[]> {
  return lookUpOutput(manyGroups, args, opts);
}

interface Lookup<Args, Result> {
  readonly name: LookupName;
  readonly find: (account: LookupAccount, args: Args, isSecret: boolean) => Promise<Result>;
}

const oneGroup: Lookup<GetGroupArgs, GetGroupResult> = {
  name: "getGroup",
  find: async (account, args, isSecret) => toResult(await account.group(toQuery(args), isSecret)),
};

const manyGroups: Lookup<GetGroupsArgs, GetGroupResult[]> = {
  name: "getGroups",
  find: async (account, args) => (await account.groups(args)).map(toResult),
};

function toQuery({ name, id }: GetGroupArgs): GroupQuery {
  return name === undefined ? { id: Number(id) } : { name };
}

function toResult({ id, name, active }: Group): GetGroupResult {
  return { id: `${id}`, groupId: id, name, active };
}

async function lookUp<Args, Result>(
  lookup: Lookup<Args, Result>,
  args: Args,
  opts: LookupOptions,
  isSecret = false,
): Promise<Result> {
  try {
    assertOptions(lookup.name, opts);
    assertArguments(lookup.name, args, "promise");
    return await lookup.find(await connect(opts.provider), args, isSecret);
  } catch (error) {
    throw forProgram(error, opts);
  }
}

function lookUpOutput<Args, Result>(
  lookup: Lookup<Args, Result>,
  args: pulumi.Input<unknown>,
  opts: LookupOptions,
): pulumi.Output<Result> {
  try {
    // What is wrong already is reported already, also in a preview in which a value is unknown.
    assertOptions(lookup.name, opts);
    assertArguments(lookup.name, args, "output");
    const given = pulumi.output(args);
    // The credentials are secret, but the groups are not.
    const settings = pulumi.unsecret(pulumi.output(opts.provider && providerInputs.get(opts.provider)));
    const find = async ([values]: [unknown, unknown]): Promise<Result> =>
      lookUp(lookup, values as Args, opts, await pulumi.isSecret(given));
    return pulumi.all([given, settings]).apply<Result>(find);
  } catch (error) {
    throw forProgram(error, opts);
  }
}

/**
 * The accounts of each run, by provider; the default account by the run's stack, because programs of the Automation API
 * run several times in one process.
 */
const accounts = new WeakMap<object, Promise<LookupAccount>>();
/** Stands for the stack in unit tests with Pulumi's mocks, which have none. */
const noStack = {};

async function connect(provider: DeepcallProvider | undefined): Promise<LookupAccount> {
  const key = provider ?? pulumi.runtime.getStackResource() ?? noStack;
  const account = accounts.get(key) ?? createAccount(provider);
  accounts.set(key, account);
  return account;
}

async function createAccount(provider: DeepcallProvider | undefined): Promise<LookupAccount> {
  const config = provider && (await knownInputs(provider));
  // Loaded only here: other programs don't wait for zod and undici.
  const { accountSettings } = require("../account-settings") as typeof import("../account-settings");
  const { settingsError } = require("../../client/settings") as typeof import("../../client/settings");
  const { LookupAccount } = require("./account") as typeof import("./account");
  // Not `pulumi.Config`, whose `get` Pulumi intends to warn about for secrets (pulumi/pulumi#7127).
  const read = config ? (key: string) => config.get(key) : pulumi.runtime.getConfig;
  const { settings, ...problems } = accountSettings(read, process.env);
  if (settings) return new LookupAccount(settings);
  const { description } = settingsError(problems);
  throw new SettingsError(`${description} Lookups call Deepcall in previews, too.`);
}

/** @throws SettingsError if an input is unknown in this preview. */
async function knownInputs(provider: DeepcallProvider): Promise<ReadonlyMap<string, string>> {
  const values = new Map<string, string>();
  const unknown: string[] = [];
  for (const [key, input] of Object.entries(providerInputs.get(provider) ?? {})) {
    const output = pulumi.output(input as pulumi.Input<string>);
    if (await isKnown(output)) values.set(key, await new Promise<string>((resolve) => void output.apply(resolve)));
    else unknown.push(key.replace(/^deepcall:/, ""));
  }
  if (unknown.length === 0) return values;
  throw new SettingsError(
    `These settings are unknown in this preview, so the lookup cannot call Deepcall: ${unknown.join(", ")}. No call was made. ` +
      "Use getGroupOutput or getGroupsOutput, whose result is unknown in such a preview.",
  );
}

/** Pulumi has no public way to ask this, and never runs an `apply` of an unknown output. */
async function isKnown(output: pulumi.Output<unknown>): Promise<boolean> {
  return (output as unknown as { readonly isKnown: Promise<boolean> }).isKnown;
}

/**
 * Names the explicit provider, and makes Pulumi print only the message: while the program runs because of
 * `__pulumiRunError`, afterwards because that is the stack. Lookups may share an error, which is prepared once.
 */
function forProgram(error: unknown, opts: LookupOptions): unknown {
  if (!(error instanceof DeepcallError) || "__pulumiRunError" in error) return error;
  const provider = (opts as LookupOptions | null)?.provider;
  const name: unknown = provider && providerInputs.get(provider)?.[providerNameKey];
  if (typeof name === "string") error.prefixWith(providerLabel(name));
  return Object.assign(error, { __pulumiRunError: true, stack: error.message });
}
