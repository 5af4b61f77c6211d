import * as pulumi from "@pulumi/pulumi";
import { DeepcallGroup, groupProperties, type DeepcallGroupArgs } from "./group";
import { agentsProperties, DeepcallGroupAgents, type DeepcallGroupAgentsArgs } from "./group-agents";
import type { GroupsFile } from "./groups-file/check";
import { GroupsError, ResourceError } from "./model/errors";
import { assertSupported, withIgnoreChanges } from "./resource-options";
import { groupsType } from "./state-contract";

/**
 * An entry of a groups file: the arguments of a {@link DeepcallGroup} and, if `agents` is given, of its
 * {@link DeepcallGroupAgents}, and options of both. Here, `name` defaults to the entry's key. `otherAgents` and
 * `removeExisting` require `agents`.
 */
export interface GroupEntryArgs
  extends DeepcallGroupArgs, Partial<Pick<DeepcallGroupAgentsArgs, "agents" | "otherAgents" | "removeExisting">> {
  /** Pulumi's option: the preview fails if the group or its agents would be deleted. The component's is the default. */
  protect?: boolean;
  /** Pulumi's option: the group, with its agents, stays in Deepcall when it leaves the state. */
  retainOnDelete?: boolean;
  /**
   * Pulumi's option: these are set when they are created; later changes, in the program or in Deepcall, are left alone.
   * In addition to those of the component. `agents` requires the property `agents`.
   */
  ignoreChanges?: readonly ("name" | "active" | "agents")[];
}

/** The options that `optionsFor` can return: Pulumi's, except those that identify a resource or its provider's plugin. */
export type GroupEntryOptions = Omit<
  pulumi.CustomResourceOptions,
  "parent" | "id" | "urn" | "import" | "customTimeouts" | "envVarMappings" | "version" | "pluginDownloadURL"
>;

/** Either a file with groups or the groups themselves, and options of single entries. */
export type DeepcallGroupsArgs<Key extends string = string> = DeepcallGroupsSource<Key> & {
  /**
   * Pulumi's options for one entry: called for its `DeepcallGroup` and, if the entry has agents, for its
   * `DeepcallGroupAgents`. They win over the options in the entry, which win over the component's; lists are combined.
   *
   * @example
   * ```ts
   * new DeepcallGroups("groups", {
   *   file: "groups.yaml",
   *   optionsFor: (key, resource) => (key === "support" && resource === "group" ? { aliases: [{ name: "old" }] } : {}),
   * });
   * ```
   */
  optionsFor?(key: Key, resource: "group" | "agents"): GroupEntryOptions | undefined;
};

/** Either a file with groups or the groups themselves. */
export type DeepcallGroupsSource<Key extends string = string> =
  | {
      /**
       * A YAML or JSON file with the groups: `groups:`, then a map from keys to `name`, `active`, `onNameConflict`,
       * `deleteWithAgents`, `agents`, `otherAgents`, `removeExisting`, `protect`, `retainOnDelete` and `ignoreChanges`.
       * Relative to the program's working directory: the folder of `Pulumi.yaml`, or the one that its `main` names. An
       * inline program of the Automation API runs in the working directory of the process that starts it.
       */
      file: string;
      /** Not together with `file`. */
      groups?: never;
    }
  | {
      /**
       * The groups by key. A key identifies its group and consists of letters a to z, digits, `-` and `_`. The key is
       * the default of `name`; `null` stands for a group with all defaults.
       */
      groups: Readonly<Record<Key, GroupEntryArgs | null>>;
      /** Not together with `groups`. */
      file?: never;
    };

/** The outputs of one group, as {@link DeepcallGroup} has them. */
export type GroupOutputs = Pick<DeepcallGroup, "name" | "requestedName" | "groupId" | "active">;

/**
 * One `DeepcallGroup` for each entry of a file or of an object in the program, and one `DeepcallGroupAgents` for each
 * entry with `agents`. An entry's key identifies its group: the order does not matter, and another name under the same
 * key renames the group.
 *
 * The resources for the key `support` in the component `groups` are called `groups/support` and `groups/support/agents`.
 * These options of the component also apply to them: `protect`, `retainOnDelete`, `dependsOn`, `ignoreChanges`,
 * `aliases`, `transforms`, `provider`.
 *
 * @example
 * ```ts
 * import { DeepcallGroups } from "pulumi-deepcall";
 *
 * const groups = new DeepcallGroups("groups", { file: "groups.yaml" });
 * export const supportId = groups.outputs.support.groupId;
 * ```
 */
export class DeepcallGroups<Key extends string = string> extends pulumi.ComponentResource {
  /** The outputs of each group by key. */
  readonly outputs: Readonly<Record<Key, GroupOutputs>>;

  /**
   * Declares the groups.
   *
   * @param name - the component's name in this program, and the prefix of its groups' resource names.
   * @param args - the groups, or the file that contains them.
   * @param opts - Pulumi's options of a component.
   * @throws {@link GroupsError} (`groups-file`) with every problem of the groups. Nothing was declared.
   * @throws {@link ResourceError} (`arguments`) unless exactly one of `file` and `groups` is given, or if an option cannot
   *   work.
   */
  constructor(name: string, args: DeepcallGroupsArgs<Key>, opts: pulumi.ComponentResourceOptions = {}) {
    assertSupported(`DeepcallGroups ${JSON.stringify(name)}`, "DeepcallGroups", opts);
    const { groups, warnings } = readArgs(name, args);
    // Pulumi passes only `protect` on to children. The component itself is left unprotected: some language hosts lose
    // `protect: false` of a child, and the engine would then protect it like its parent.
    const { protect, ...own } = opts;
    const inherited = {
      protect,
      dependsOn: opts.dependsOn,
      retainOnDelete: opts.retainOnDelete,
      ignoreChanges: opts.ignoreChanges,
    };
    // Every option is checked before the first resource is registered.
    const entries = Object.entries(groups).map(([key, entry]) => resourcesOf(name, key, entry ?? {}, args, inherited));
    super(groupsType, name, {}, { ...own, ...withIgnoreChanges(opts, groupProperties, agentsProperties) });
    for (const warning of warnings) void pulumi.log.warn(warning, this);
    const outputs = entries.map(({ key, group, agents }): [string, GroupOutputs] => {
      const resource = new DeepcallGroup(group.name, group.args, { ...group.options, parent: this });
      const { requestedName, groupId, active } = resource;
      if (agents)
        new DeepcallGroupAgents(agents.name, { groupId, ...agents.args }, { ...agents.options, parent: this });
      return [key, { name: resource.name, requestedName, groupId, active }];
    });
    this.outputs = Object.fromEntries(outputs) as Record<Key, GroupOutputs>;
    this.registerOutputs();
  }
}

/** The names, arguments and options of an entry's resources. */
function resourcesOf(
  component: string,
  key: string,
  { agents, otherAgents, removeExisting, protect, retainOnDelete, ignoreChanges, ...group }: GroupEntryArgs,
  { optionsFor }: Pick<DeepcallGroupsArgs, "optionsFor">,
  inherited: Readonly<Record<string, unknown>>,
) {
  const name = `${component}/${key}`;
  const optionsOf = (resource: "group" | "agents"): pulumi.CustomResourceOptions => {
    const call = `DeepcallGroups ${JSON.stringify(component)}: optionsFor(${JSON.stringify(key)}, "${resource}")`;
    return [
      inherited,
      { protect, retainOnDelete, ignoreChanges },
      readOptions(call, optionsFor?.(key, resource)),
    ].reduce<pulumi.CustomResourceOptions>((all, options) => pulumi.mergeOptions(all, withoutUndefined(options)), {});
  };
  const agentsOptions = (): pulumi.CustomResourceOptions => {
    const { ignoreChanges = [], ...options } = optionsOf("agents");
    const ignored = ignoreChanges.filter((path) => !groupProperties.inputs.includes(groupProperties.toInput(path)));
    agentsProperties.toIgnored(ignored, `${name}/agents`);
    return { ...options, ignoreChanges: ignored };
  };
  return {
    key,
    group: { name, args: { ...group, name: group.name ?? key }, options: optionsOf("group") },
    agents: agents && {
      name: `${name}/agents`,
      args: {
        agents,
        ...(otherAgents !== undefined && { otherAgents }),
        ...(removeExisting !== undefined && { removeExisting }),
      },
      options: agentsOptions(),
    },
  };
}

/**
 * @param options - what `optionsFor` returned: JavaScript programs have no compiler that checks it.
 * @throws ResourceError if that is not an object with options that can work.
 */
function readOptions(call: string, options: unknown = {}): pulumi.CustomResourceOptions {
  if (typeof options !== "object" || options === null || isOutput(options))
    throw new ResourceError(`${call} must return an object with options, or undefined. Nothing was changed.`);
  assertSupported(call, "optionsFor", options);
  return options;
}

function withoutUndefined(options: object): pulumi.CustomResourceOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function readArgs(
  name: string,
  { file, groups }: DeepcallGroupsArgs,
): { groups: Readonly<Record<string, GroupEntryArgs | null>>; warnings: readonly string[] } {
  const component = `DeepcallGroups ${JSON.stringify(name)}`;
  if ((file === undefined) === (groups === undefined))
    throw new ResourceError(`${component}: set exactly one of file and groups. Nothing was changed.`);
  const result = file === undefined ? readProgramGroups(groups) : readFileGroups(file);
  if (result.problems.length > 0)
    throw new GroupsError(
      `${component}: ${file === undefined ? "the groups are" : `${file} is`} not valid. Nothing was changed.`,
      result.problems,
    );
  return { groups: groups ?? result.groups, warnings: result.warnings };
}

// Loaded only here: programs without this component don't wait for zod, and those without a file don't wait for yaml.
function readFileGroups(file: string): GroupsFile {
  return (require("./groups-file/read") as typeof import("./groups-file/read")).readGroupsFile(file);
}

function readProgramGroups(groups: unknown): GroupsFile {
  return (require("./groups-file/check") as typeof import("./groups-file/check")).readInlineGroups(groups, isOutput);
}

/** Whether a value is known only later; the resource itself checks it then. */
function isOutput(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}
