import { createRequire } from "node:module";
import type { dynamic } from "@pulumi/pulumi";
import { z } from "zod";
import { DeepcallError } from "../../client/errors";
import { standardRetryPolicy, type RetryPolicy } from "../../client/retry";
import {
  requireSettings,
  readSettings,
  settingsError,
  type Environment,
  type SettingsResult,
  type ReadConfig,
} from "../../client/settings";
import { checkInputs } from "./check";
import { GroupOwners } from "./group-owners";
import { createGroup } from "./create";
import { deleteGroup } from "./delete";
import { activeDiffers, nameDiffers, unknownValue } from "./diff";
import { UnfinishedGroupError } from "./errors";
import type { OperationContext } from "./context";
import { readGroup } from "./read";
import { inputsSchema, stateSchema, type GroupInputs } from "./state";
import { updateGroup } from "./update";

type Properties = Readonly<Record<string, unknown>>;

/** The methods of Pulumi's dynamic provider that the engine calls for a `DeepcallGroup`. */
export interface GroupProvider extends dynamic.ResourceProvider<Properties, Properties> {
  configure(request: dynamic.ConfigureRequest): Promise<void>;
  check(olds: Properties, news: Properties): Promise<dynamic.CheckResult<Properties>>;
  diff(id: string, olds: Properties, news: Properties): Promise<dynamic.DiffResult>;
  create(inputs: Properties): Promise<dynamic.CreateResult<Properties>>;
  read(id: string, props?: Properties): Promise<dynamic.ReadResult<Properties>>;
  update(id: string, olds: Properties, news: Properties): Promise<dynamic.UpdateResult<Properties>>;
  delete(id: string, props: Properties): Promise<void>;
}

/** What a preview may hand to `diff`: everything but the sentinel for values that are not known yet has its type. */
const askedSchema = inputsSchema.extend({ active: z.union([z.boolean(), z.literal(unknownValue)]) });

/**
 * Makes a provider for one operation on a stack.
 *
 * @param pace - how patient it is with a faulty service; tests are less so.
 */
export function createProvider(environment: Environment, pace: RetryPolicy = standardRetryPolicy): GroupProvider {
  const claims = new GroupOwners();
  // Not by resource: two may have one name in the program, under different parents.
  const declared: GroupInputs[] = [];
  let readConfig: ReadConfig = () => undefined;
  let found: SettingsResult | undefined;
  let current: OperationContext | undefined;

  const settings = (): SettingsResult => (found ??= readSettings(readConfig, environment));

  const context = (): OperationContext => {
    if (current) return current;
    const complete = requireSettings(settings());
    // Not a static import: what makes no call, a preview or an `up` without changes, should not wait for undici.
    const { OperationContext } = createRequire(__filename)("./context") as typeof import("./context");
    return (current = new OperationContext(complete, claims, pace));
  };

  return {
    // Must not wait nor throw: Pulumi makes other calls while it runs. The first call to Deepcall validates.
    configure({ config }) {
      readConfig = (key) => config.get(key);
      found = undefined;
      return Promise.resolve();
    },

    // Neither `check` nor `diff` makes a call: previews work without a network and without credentials.
    check(_olds, news) {
      const { malformed } = settings();
      if (malformed.length > 0)
        return Promise.resolve({
          inputs: news,
          failures: [{ property: "", reason: settingsError(malformed).message }],
        });
      const checked = checkInputs(news);
      const asked = inputsSchema.safeParse(checked.inputs);
      if (asked.success) declared.push(asked.data);
      return Promise.resolve(checked);
    },

    diff(id, olds, news) {
      return withShortStack(() => {
        const state = parseState(id, olds);
        const asked = askedSchema.parse(news);
        // A refresh asks too, for resources that the program may have left: only what was checked is declared.
        if (declared.some(({ __resource }) => __resource === asked.__resource))
          claims.declare(id, { resource: asked.__resource, key: state.__key, requestedName: asked.requestedName });
        return { changes: nameDiffers(state, asked) || activeDiffers(state, asked) };
      });
    },

    create: (inputs) => withProvider(inputs, async () => createGroup(context(), inputsSchema.parse(inputs))),

    read: (id, props = {}) => withShortStack(async () => readGroup(context(), groupId(id), props)),

    update: (id, olds, news) =>
      withProvider(news, async () => ({
        outs: await updateGroup(context(), groupId(id), parseState(id, olds), inputsSchema.parse(news)),
      })),

    delete: (id, props) =>
      withShortStack(async () => {
        const state = parseState(id, props);
        await deleteGroup(context(), groupId(id), state, declared);
      }),
  };
}

/** The provider that the state of every `DeepcallGroup` names; see `providerText` in `provider/group.ts`. */
export const provider: GroupProvider = createProvider(process.env);

/** Pulumi prints errors of these methods a second time, under the stack and with their trace: a short line will do there. */
async function withShortStack<T>(step: () => T | Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof DeepcallError) {
      error.toString = () => "deepcall";
      error.stack = `${error.message.split(". ", 1)[0] ?? ""} (the error is shown with the resource)`;
    }
    throw error;
  }
}

/** What stays in the state after a failure must name the provider, or no later operation could use it. */
async function withProvider<T>(inputs: Properties, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    if (error instanceof UnfinishedGroupError) error.properties["__provider"] = inputs["__provider"];
    throw error;
  }
}

function groupId(id: string): string {
  if (/^[1-9]\d{0,14}$/.test(id)) return id;
  throw new DeepcallError(
    `${JSON.stringify(id)} is no id of a group: Deepcall's ids are numbers, e.g. "42". No call was made.`,
  );
}

function parseState(id: string, props: Properties) {
  const state = stateSchema.safeParse(props);
  if (state.success) return state.data;
  throw new DeepcallError(
    `The state of the group with the id ${id} could not be read (${state.error.issues.map(({ path }) => path.join(".")).join(", ")}). No call was made. ` +
      "It was edited by hand, or written by a newer version of pulumi-deepcall: install that version, or restore the state with `pulumi stack import`.",
  );
}
