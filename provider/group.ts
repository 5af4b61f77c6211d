import * as pulumi from "@pulumi/pulumi";
import { ResourceError } from "./lifecycle/errors";
import { isNumbered } from "./lifecycle/names";
import type { OnNameConflict } from "./lifecycle/state";
import { groupType } from "./type";

/** What a program can say about a group. All of it is optional. */
export interface DeepcallGroupArgs {
  /**
   * The name that the group shall have (Deepcall's Group: Add and Update, field `name`): any text that is not empty,
   * has no blank at its edges and no control characters. Default: the resource's own name.
   *
   * Names are unique in an account. Where one is taken, `onNameConflict` decides.
   */
  name?: pulumi.Input<string>;
  /** Whether the group takes calls (Group: Update, field `status`: 1 or 0). Default: true. */
  active?: pulumi.Input<boolean>;
  /**
   * What to do when a group of exactly that name exists already. Default: `"suffix"`.
   *
   * - `"suffix"`: Deepcall appends a number (`Support1`); the resource carries a warning that names both names.
   * - `"adopt"`: the existing group is taken over. This replaces `pulumi import`, which can't work here.
   * - `"fail"`: nothing is made; the error names the group that stands in the way.
   *
   * For a rename, `"adopt"` acts like `"fail"`: two groups can't become one.
   */
  onNameConflict?: pulumi.Input<OnNameConflict>;
}

/**
 * What Pulumi stores in the state as the resource's provider, in the form of its dynamic providers: a module whose
 * `handler` gives the methods. Written by hand instead of by Pulumi's serialiser, it is the same short text in every
 * program, however the package is installed. **It is part of every user's state: it must never change**, and neither
 * must the subpath `pulumi-deepcall/lifecycle` in `package.json`.
 */
export const providerText = 'exports.handler=()=>require("pulumi-deepcall/lifecycle").provider';

/**
 * A group of agents in Deepcall (its Group API, V2.0: Add, Update, Delete, List).
 *
 * Pulumi shows on the resource what goes wrong, and keeps of an error only its message: settings (`SettingsError`), a
 * name that is taken (`NameTakenError`), a group that vanished (`GroupGoneError`), the credentials of another account
 * (`OtherAccountError`), two resources for one group (`SharedGroupError`), a call that failed (`GroupError`, with the
 * `CallError` as its cause), the same after the group was made (`UnfinishedGroupError`).
 *
 * @example
 * ```ts
 * const support = new DeepcallGroup("support", { name: "Support" });
 * export const groupId = support.groupId;
 * ```
 */
export class DeepcallGroup extends pulumi.CustomResource {
  /** Deepcall's id of the group; Pulumi's `id` is the same as a string. */
  readonly groupId: pulumi.Output<number>;
  /**
   * The name that the server gave, e.g. `"Support1"` where `"Support"` was taken. Unknown in a preview that makes or
   * changes the group: only the server decides.
   */
  declare readonly name: pulumi.Output<string>;
  /** The name that the program asked for. */
  declare readonly requestedName: pulumi.Output<string>;
  /** Whether the group takes calls. */
  declare readonly active: pulumi.Output<boolean>;

  /**
   * Reads a group that is managed elsewhere. It is never changed or deleted.
   *
   * @param name - the resource's name in this program.
   * @param id - Deepcall's id of the group, e.g. `"42"`.
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): DeepcallGroup {
    return new DeepcallGroup(name, {}, { ...opts, id });
  }

  /**
   * Declares a group.
   *
   * @param name - the resource's name in this program, and the group's name unless `args.name` says otherwise.
   * @param opts - Pulumi's options. They speak of properties by the names in `DeepcallGroupArgs`
   *   (`ignoreChanges: ["name"]`). `import` can't work for dynamic providers: use `onNameConflict: "adopt"`.
   * @throws ResourceError when an option cannot work.
   */
  constructor(name: string, args: DeepcallGroupArgs = {}, opts: pulumi.CustomResourceOptions = {}) {
    refuseImpossible(name, args, opts);
    const ignore = ignored(opts.ignoreChanges);
    super(
      groupType,
      name,
      { ...inputs(name, args, opts, ignore), ...outputs, __provider: providerText },
      options(args, opts),
    );
    this.groupId = this.id.apply(Number);
    if (opts.id === undefined && !ignore.includes("name")) this.#warnAboutOtherName();
  }

  #warnAboutOtherName(): void {
    const secret = pulumi.isSecret(this.name);
    pulumi.all([this.name, this.requestedName]).apply(async ([name, requestedName]) => {
      if (typeof name !== "string" || name === requestedName) return;
      void pulumi.log.warn((await secret) ? otherSecretName : otherName(name, requestedName), this);
    });
  }
}

/** The outputs that are no inputs. Pulumi wants to know them, and that their values come from the provider. */
const outputs = { name: undefined, assignedName: undefined };

function inputs(
  name: string,
  args: DeepcallGroupArgs,
  opts: pulumi.CustomResourceOptions,
  ignore: string[],
): pulumi.Inputs {
  // A group that is only read has no wishes.
  if (opts.id !== undefined) return { requestedName: undefined, active: undefined };
  // Unknown properties go along, so that `check` can name them: JavaScript programs have no compiler that would.
  const { name: wish, active, onNameConflict, ...rest } = args;
  return {
    ...rest,
    // Not called `name`: previews show an output of the same name as an input with the input's value, and would
    // promise a name that the server may have to change.
    requestedName: wish ?? name,
    active: active ?? true,
    onNameConflict,
    __resource: name,
    ...(ignore.length > 0 && { __ignore: ignore }),
  };
}

/** Pulumi's names of the inputs, for the options that speak of properties. */
function inputNames(paths: string[] | undefined): string[] | undefined {
  return paths?.map((path) => (path === "name" ? "requestedName" : path));
}

function ignored(paths: string[] = []): string[] {
  const all = paths.includes("*");
  return [
    ...(all || paths.includes("name") || paths.includes("requestedName") ? ["name"] : []),
    ...(all || paths.includes("active") ? ["active"] : []),
  ];
}

/** A secret name is secret in every form of it. */
const allNames = ["name", "requestedName", "assignedName"];

function options(args: DeepcallGroupArgs, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  const ignoreChanges = inputNames(opts.ignoreChanges);
  const replaceOnChanges = inputNames(opts.replaceOnChanges);
  return {
    // Names are unique: a replacement that is made before its predecessor is gone could not have the name.
    deleteBeforeReplace: true,
    ...opts,
    ...(ignoreChanges && { ignoreChanges }),
    ...(replaceOnChanges && { replaceOnChanges }),
    ...(opts.additionalSecretOutputs?.includes("name") && {
      additionalSecretOutputs: [...opts.additionalSecretOutputs, ...allNames],
    }),
    ...(pulumi.Output.isInstance(args.name) && {
      transforms: [...(opts.transforms ?? []), secretNames(pulumi.output(args.name))],
    }),
  };
}

/** The names that the server answers with are as secret as the one that was asked for. */
function secretNames(name: pulumi.Output<string>): pulumi.ResourceTransform {
  return async ({ props, opts }) =>
    (await pulumi.isSecret(name))
      ? { props, opts: pulumi.mergeOptions(opts, { additionalSecretOutputs: allNames }) }
      : undefined;
}

function refuseImpossible(name: string, args: DeepcallGroupArgs, opts: pulumi.CustomResourceOptions): void {
  const resource = `DeepcallGroup ${JSON.stringify(name)}`;
  if (opts.import !== undefined)
    throw new ResourceError(
      `${resource}: the option "import" can't work for dynamic providers. Use onNameConflict: "adopt" with the group's exact name; that takes the existing group over.`,
    );
  if (opts.deleteBeforeReplace === false && (args.onNameConflict ?? "suffix") === "suffix")
    throw new ResourceError(
      `${resource}: with deleteBeforeReplace: false a replacement would be made while its predecessor still has the name, and end with a number behind it. Leave the option out, or set onNameConflict: "adopt".`,
    );
}

function otherName(name: string, requestedName: string): string {
  const [is, asked] = [JSON.stringify(name), JSON.stringify(requestedName)];
  return isNumbered(name, requestedName)
    ? `Deepcall named this group ${is}, because ${asked} was taken. To be rid of this warning, ask for another name in the program; ` +
        `or free ${asked} in Deepcall's panel and rename this group to it there (that is no drift).`
    : `Deepcall named this group ${is} where ${asked} was asked for.`;
}

const otherSecretName = "Deepcall gave this group another name than the one that was asked for (both are secret).";
