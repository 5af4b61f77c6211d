import * as pulumi from "@pulumi/pulumi";
import { DeepcallGroup, type DeepcallGroupArgs } from "./group";
import {
  agentsIgnoreChanges,
  assertIgnoreChanges,
  DeepcallGroupAgents,
  type DeepcallGroupAgentsArgs,
} from "./group-agents";
import type { GroupsFile } from "./groups-file/check";
import { GroupsError, ResourceError } from "./model/errors";
import { groupsType } from "./state-contract";

/**
 * An entry of a groups file: the arguments of a {@link DeepcallGroup} and, if `agents` is given, of its
 * {@link DeepcallGroupAgents}. Here, `name` defaults to the entry's key. `otherAgents` and `removeExisting` require `agents`.
 */
export interface GroupEntryArgs
  extends DeepcallGroupArgs, Partial<Pick<DeepcallGroupAgentsArgs, "agents" | "otherAgents" | "removeExisting">> {}

/** Either a file with groups or the groups themselves. */
export type DeepcallGroupsArgs<Key extends string = string> =
  | {
      /**
       * A YAML or JSON file with the groups: `groups:`, then a map from keys to `name`, `active`, `onNameConflict`,
       * `deleteWithAgents`, `agents`, `otherAgents` and `removeExisting`. Relative to the program's working directory: the
       * folder of `Pulumi.yaml`, or the one that its `main` names.
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
   * @throws {@link ResourceError} (`arguments`) unless exactly one of `file` and `groups` is given, or if groups have agents
   *   and `ignoreChanges` contains `agents`.
   */
  constructor(name: string, args: DeepcallGroupsArgs<Key>, opts: pulumi.ComponentResourceOptions = {}) {
    const { groups, warnings } = readArgs(name, args);
    if (Object.values(groups).some((group) => group?.agents !== undefined))
      assertIgnoreChanges(`DeepcallGroups ${JSON.stringify(name)}`, opts.ignoreChanges);
    super(groupsType, name, {}, opts);
    for (const warning of warnings) void pulumi.log.warn(warning, this);
    const { dependsOn, ignoreChanges, retainOnDelete } = opts;
    const childOptions = {
      parent: this,
      // Pulumi does not pass these on to children.
      ...(dependsOn !== undefined && { dependsOn }),
      ...(retainOnDelete !== undefined && { retainOnDelete }),
    };
    const groupOptions = { ...childOptions, ...(ignoreChanges !== undefined && { ignoreChanges }) };
    const agentsOptions = { ...childOptions, ignoreChanges: agentsIgnoreChanges(ignoreChanges) };
    const outputs = Object.entries(groups).map(([key, entry]): [string, GroupOutputs] => {
      const { agents, otherAgents, removeExisting, ...group } = entry ?? {};
      const resource = new DeepcallGroup(`${name}/${key}`, { ...group, name: group.name ?? key }, groupOptions);
      const { requestedName, groupId, active } = resource;
      if (agents !== undefined)
        new DeepcallGroupAgents(
          `${name}/${key}/agents`,
          {
            groupId,
            agents,
            ...(otherAgents !== undefined && { otherAgents }),
            ...(removeExisting !== undefined && { removeExisting }),
          },
          agentsOptions,
        );
      return [key, { name: resource.name, requestedName, groupId, active }];
    });
    this.outputs = Object.fromEntries(outputs) as Record<Key, GroupOutputs>;
    this.registerOutputs();
  }
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
