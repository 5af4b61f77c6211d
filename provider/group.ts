import * as pulumi from "@pulumi/pulumi";
import { ResourceError } from "./model/errors";
import { isNumbered } from "./model/names";
import type { OnNameConflict } from "./model/group";
import { assertSupported, translateOptions, withIgnoreChanges, type PropertyNames } from "./resource-options";
import { parentInput } from "./parent-input";
import { groupType, providerText } from "./state-contract";

/** The arguments of a group. All are optional. */
export interface DeepcallGroupArgs {
  /**
   * The requested name (Group API: Add and Update, field `name`). It must not be empty, start or end with whitespace, or
   * contain control characters. Names are unique in an account: if the name is taken, `onNameConflict` applies.
   *
   * @defaultValue the resource's name
   */
  name?: pulumi.Input<string>;
  /**
   * Whether the group takes calls (Group API: Update, field `status`: 1 or 0).
   *
   * @defaultValue `true`
   */
  active?: pulumi.Input<boolean>;
  /**
   * What to do if a group with exactly that name already exists. With `"suffix"`, Deepcall appends a number (`Support1`),
   * and the resource shows a warning with both names. With `"adopt"`, the resource manages the existing group. With
   * `"fail"`, nothing is created, and the error names the existing group. A rename never adopts: `"adopt"` then works like
   * `"fail"`, because two groups cannot become one.
   *
   * @defaultValue `"suffix"`
   */
  onNameConflict?: pulumi.Input<OnNameConflict>;
  /**
   * Whether the group may be deleted while it has agents. Otherwise its deletion fails, also in `pulumi destroy` and in a
   * replacement. A change takes effect with the next `pulumi up`; the setting of the same name is for a single run.
   *
   * @defaultValue `false`
   */
  deleteWithAgents?: pulumi.Input<boolean>;
}

/**
 * A Deepcall agent group (Group API v2.0: Add, Update, Delete, List).
 *
 * The program creates the resource, and Pulumi then calls Deepcall in another process. If that fails, Pulumi shows the
 * message on the resource, and the program cannot catch the error. The message ends with a code, which `docs/errors.md`
 * explains: that of the failed call, or `name-taken`, `shared-group`, `group-gone`, `other-account`, `has-agents`,
 * `lost-add`, `existing-id`, `status-rejected` or `not-visible`.
 *
 * @example
 * ```ts
 * import { DeepcallGroup } from "pulumi-deepcall";
 *
 * const support = new DeepcallGroup("support", { name: "Support" });
 * export const supportId = support.groupId;
 * ```
 */
export class DeepcallGroup extends pulumi.CustomResource {
  /** Deepcall's id of the group; Pulumi's `id` is the same value as a string. */
  readonly groupId: pulumi.Output<number>;
  /**
   * The name that the server assigned, for example `"Support1"` if `"Support"` was taken. Unknown in a preview that
   * creates or changes the group, because only the server decides.
   */
  declare readonly name: pulumi.Output<string>;
  /** The name that the program requested. */
  declare readonly requestedName: pulumi.Output<string>;
  /** Whether the group takes calls. */
  declare readonly active: pulumi.Output<boolean>;

  /**
   * Reads a group that is managed elsewhere. It is never changed or deleted.
   *
   * If there is no such group, Pulumi reports an error with the code `group-gone`.
   *
   * @param name - the resource's name in this program.
   * @param id - Deepcall's id of the group, for example `"42"`.
   * @param opts - Pulumi's options, for example `provider`.
   *
   * @example
   * ```ts
   * import { DeepcallGroup } from "pulumi-deepcall";
   *
   * export const salesName = DeepcallGroup.get("sales", "42").name;
   * ```
   */
  static get(name: string, id: pulumi.Input<pulumi.ID>, opts?: pulumi.CustomResourceOptions): DeepcallGroup {
    return new DeepcallGroup(name, {}, { ...opts, id });
  }

  /**
   * Declares a group.
   *
   * @param name - the resource's name in this program, and the default of `args.name`.
   * @param args - the group. Pulumi validates it when the program runs, also in a preview.
   * @param opts - Pulumi's options. They use the property names of `DeepcallGroupArgs` (`ignoreChanges: ["name"]`).
   *   `import` is not supported: use `pulumi-deepcall export --import`, or `onNameConflict: "adopt"`.
   * @throws {@link ResourceError} (`arguments`) if an option cannot work.
   */
  constructor(name: string, args: DeepcallGroupArgs = {}, opts: pulumi.CustomResourceOptions = {}) {
    assertOptions(name, args, opts);
    const ignore = groupProperties.toIgnored(opts.ignoreChanges ?? [], name);
    super(
      groupType,
      name,
      { ...resourceInputs(name, args, opts, ignore), ...serverOutputs, __provider: providerText },
      resourceOptions(args, opts),
    );
    this.groupId = this.id.apply(Number);
    if (opts.id === undefined && opts.urn === undefined && !ignore.includes("name")) this.#warnAboutAssignedName();
  }

  #warnAboutAssignedName(): void {
    const secret = pulumi.isSecret(this.name);
    pulumi.all([this.name, this.requestedName]).apply(async ([name, requestedName]) => {
      if (typeof name !== "string" || name === requestedName) return;
      void pulumi.log.warn((await secret) ? secretNameWarning : nameWarning(name, requestedName), this);
    });
  }
}

/** Pulumi fills only outputs that it knows from the inputs. */
const serverOutputs = { name: undefined, assignedName: undefined };

function resourceInputs(
  resourceName: string,
  args: DeepcallGroupArgs,
  opts: pulumi.CustomResourceOptions,
  ignore: string[],
): pulumi.Inputs {
  // Groups read with `get` declare no inputs.
  if (opts.id !== undefined) return { requestedName: undefined, active: undefined };
  // Unknown properties are passed on so that `check` can report them: JavaScript programs have no compiler for that.
  const { name, active, onNameConflict, deleteWithAgents, ...rest } = args;
  return {
    ...rest,
    // Not `name`: a preview shows the input's value for an output with the same name, but the server may change it.
    requestedName: name ?? resourceName,
    active: active ?? true,
    onNameConflict,
    deleteWithAgents,
    __resource: resourceName,
    ...parentInput(opts.parent),
    ...(ignore.length > 0 && { __ignore: ignore }),
  };
}

/** The names of a group's properties in options. */
export const groupProperties: PropertyNames = {
  type: groupType,
  inputs: ["requestedName", "active", "onNameConflict", "deleteWithAgents"],
  toInput: (path) => (path === "name" ? "requestedName" : path),
  toIgnored(paths) {
    const all = paths.includes("*");
    return [
      ...(all || paths.includes("name") || paths.includes("requestedName") ? ["name"] : []),
      ...(all || paths.includes("active") ? ["active"] : []),
    ];
  },
};

/** A secret name is secret in all of these. */
const nameProperties = ["name", "requestedName", "assignedName"];

function resourceOptions(args: DeepcallGroupArgs, opts: pulumi.CustomResourceOptions): pulumi.CustomResourceOptions {
  const own = withIgnoreChanges(opts, groupProperties);
  return {
    // Names are unique: a replacement could not have the name while its predecessor exists.
    deleteBeforeReplace: true,
    ...opts,
    ...translateOptions(groupProperties, opts),
    ...own,
    ...(opts.additionalSecretOutputs?.includes("name") && {
      additionalSecretOutputs: [...opts.additionalSecretOutputs, ...nameProperties],
    }),
    ...(pulumi.Output.isInstance(args.name) && {
      transforms: [...(own.transforms ?? []), markNamesSecret(pulumi.output(args.name))],
    }),
  };
}

/** Makes the names from the server as secret as the requested one. */
function markNamesSecret(name: pulumi.Output<string>): pulumi.ResourceTransform {
  return async ({ props, opts }) =>
    (await pulumi.isSecret(name))
      ? { props, opts: pulumi.mergeOptions(opts, { additionalSecretOutputs: nameProperties }) }
      : undefined;
}

function assertOptions(name: string, args: DeepcallGroupArgs, opts: pulumi.CustomResourceOptions): void {
  const resource = `DeepcallGroup ${JSON.stringify(name)}`;
  assertSupported(resource, "DeepcallGroup", opts);
  if (opts.deleteBeforeReplace === false && (args.onNameConflict ?? "suffix") === "suffix")
    throw new ResourceError(
      `${resource}: deleteBeforeReplace: false would create a replacement while its predecessor still has the name, so Deepcall would append a number. Remove the option, or set onNameConflict: "adopt".`,
    );
}

function nameWarning(name: string, requestedName: string): string {
  const [assigned, requested] = [JSON.stringify(name), JSON.stringify(requestedName)];
  return isNumbered(name, requestedName)
    ? `Deepcall named this group ${assigned} because ${requested} was taken. To silence this warning, request another name in the program, ` +
        `or free ${requested} in Deepcall's panel and rename this group to it there (that is not drift).`
    : `Deepcall named this group ${assigned} instead of the requested ${requested}.`;
}

const secretNameWarning = "Deepcall gave this group a name that differs from the requested name (both are secret).";
