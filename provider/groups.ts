import { createRequire } from "node:module";
import * as pulumi from "@pulumi/pulumi";
import { DeepcallGroup, type DeepcallGroupArgs } from "./group";
import type { GroupsFile } from "./groups-file/read";
import { GroupsError, ResourceError } from "./lifecycle/errors";

/** Where the groups stand: in a file, or in the program. Exactly one of the two. */
export type DeepcallGroupsArgs<Key extends string = string> =
  | {
      /**
       * A YAML or JSON file with the groups (`groups:`, then a map from keys to `name`, `active`, `onNameConflict`). A relative
       * path counts from the program's working directory: the folder of `Pulumi.yaml`, or the one that `main` names there.
       */
      file: string;
      groups?: never;
    }
  | {
      /**
       * The groups, each by a key that stays: letters from a to z, digits, `-` and `_`. A group without `name`, or with
       * nothing at all (`null`), is called like its key.
       */
      groups: Readonly<Record<Key, DeepcallGroupArgs | null>>;
      file?: never;
    };

/** The outputs of one group; see `DeepcallGroup`. */
export type GroupOutputs = Pick<DeepcallGroup, "name" | "requestedName" | "groupId" | "active">;

/**
 * One `DeepcallGroup` for each entry of a file, or of an object in the program. The key of an entry is what stands for its
 * group: the order does not matter, and a group with another name under the same key is renamed, not made anew.
 *
 * The resource of the key `support` in the component `groups` is called `groups/support`. Pulumi's options of the component
 * hold for its groups too: `protect`, `retainOnDelete`, `dependsOn`, `ignoreChanges`, `aliases`, `transforms`.
 *
 * @example
 * ```ts
 * const groups = new DeepcallGroups("groups", { file: "groups.yaml" });
 * export const groupId = groups.outputs.support.groupId;
 * ```
 */
export class DeepcallGroups<Key extends string = string> extends pulumi.ComponentResource {
  /** The outputs of each group by its key. */
  readonly outputs: Readonly<Record<Key, GroupOutputs>>;

  /**
   * Declares the groups.
   *
   * @param name - the component's name in this program; the names of its groups' resources begin with it.
   * @throws GroupsError that tells all that is wrong with the groups. Nothing was declared.
   * @throws ResourceError when there is not exactly one of `file` and `groups`.
   */
  constructor(name: string, args: DeepcallGroupsArgs<Key>, opts: pulumi.ComponentResourceOptions = {}) {
    const { groups, warnings } = found(name, args);
    super("pulumi-deepcall:index:DeepcallGroups", name, {}, opts);
    for (const warning of warnings) void pulumi.log.warn(warning, this);
    const inherited = { parent: this, ...passedOn(opts) };
    const outputs = Object.entries(groups).map(([key, group]): [string, GroupOutputs] => {
      const resource = new DeepcallGroup(`${name}/${key}`, { ...group, name: group?.name ?? key }, inherited);
      const { name: given, requestedName, groupId, active } = resource;
      return [key, { name: given, requestedName, groupId, active }];
    });
    this.outputs = Object.fromEntries(outputs) as Record<Key, GroupOutputs>;
    this.registerOutputs();
  }
}

/** What Pulumi does not pass on to children by itself. */
function passedOn({
  dependsOn,
  ignoreChanges,
  retainOnDelete,
}: pulumi.ComponentResourceOptions): pulumi.CustomResourceOptions {
  return {
    ...(dependsOn !== undefined && { dependsOn }),
    ...(ignoreChanges !== undefined && { ignoreChanges }),
    ...(retainOnDelete !== undefined && { retainOnDelete }),
  };
}

interface Found {
  readonly groups: Readonly<Record<string, DeepcallGroupArgs | null>>;
  readonly warnings: readonly string[];
}

function found(name: string, args: DeepcallGroupsArgs): Found {
  const component = `DeepcallGroups ${JSON.stringify(name)}`;
  if ((args.file === undefined) === (args.groups === undefined))
    throw new ResourceError(
      `${component}: give either file or groups (the groups themselves), and not both. Nothing was changed.`,
    );
  const { file, groups } = args;
  // Not static imports: a program without this component should not wait for yaml and zod.
  const load = createRequire(__filename);
  if (file !== undefined) {
    const { readGroupsFile } = load("./groups-file/read") as typeof import("./groups-file/read");
    return usable(readGroupsFile(file), `${component}: ${file} can't be used as it is. Nothing was changed.`);
  }
  const { readInlineGroups } = load("./groups-file/inline") as typeof import("./groups-file/inline");
  const read = readInlineGroups(groups, isLater);
  return { ...usable(read, `${component}: the groups can't be used as they are. Nothing was changed.`), groups };
}

/** Whether a value is known only later; the resource itself will check it then. */
function isLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function usable(read: GroupsFile, otherwise: string): Found {
  if (read.problems.length > 0) throw new GroupsError(otherwise, read.problems);
  return read;
}
