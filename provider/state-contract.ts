import { createHash } from "node:crypto";
import type { SettingName } from "../client/settings";
import type { OtherAgents, WrittenAgent } from "./model/agents";
import type { OnNameConflict } from "./model/group";
import type { IgnoredProperty } from "./model/resource";

/*
 * Everything in this file is part of every user's state and must never change. `test/provider/state-contract.test.ts`
 * reads states that earlier versions wrote.
 */

/** The type token of `DeepcallGroup`. */
export const groupType = "pulumi-nodejs:dynamic/deepcall:Group";

/** The type token of `DeepcallGroups`. */
export const groupsType = "pulumi-deepcall:index:DeepcallGroups";

/**
 * What Pulumi stores as `__provider` of each group: the code that loads the provider through the package's subpath
 * `./lifecycle`. Pulumi's serializer would write four times as many bytes, and inline the code of symlinked installs.
 */
export const providerText = 'exports.handler=()=>require("pulumi-deepcall/lifecycle").provider';

/** The type token of `DeepcallGroupAgents`. */
export const agentsType = "pulumi-nodejs:dynamic/deepcall:GroupAgents";

/** What Pulumi stores as `__provider` of each `DeepcallGroupAgents`. */
export const agentsProviderText = 'exports.handler=()=>require("pulumi-deepcall/lifecycle").agentsProvider';

/** The type token of `DeepcallProvider`. */
export const providerType = "pulumi:providers:pulumi-nodejs";

/** The type tokens of the plugin: of a group, of a group's agents, of the groups of a file, and of a provider in the program. */
export const pluginGroupType = "deepcall:index:Group";
export const pluginAgentsType = "deepcall:index:GroupAgents";
export const pluginGroupsType = "deepcall:index:Groups";
export const pluginProviderType = "pulumi:providers:deepcall";

/** The key of a setting in the stack's config and in the inputs of a `DeepcallProvider`. */
export const settingKey = (name: SettingName): `deepcall:${SettingName}` => `deepcall:${name}`;

/** Further inputs of a `DeepcallProvider`: its name in the program, and the argument `environmentPrefix`. */
export const providerNameKey = "deepcall:providerName";
export const environmentPrefixKey = "deepcall:environmentPrefix";

/** Which values `environmentPrefix` may have. */
export const environmentPrefixPattern = /^[A-Za-z_]\w*[A-Za-z0-9]$/;

/** The inputs of a `DeepcallProvider` that are not settings. */
export function providerIdentity(name: string, environmentPrefix: string | undefined): Record<string, string> {
  return {
    [providerNameKey]: name,
    ...(environmentPrefix !== undefined && { [environmentPrefixKey]: environmentPrefix }),
  };
}

/**
 * What identifies a parent in a stack, shortened.
 *
 * @param type - its type and those of its own parents, as in its URN.
 */
export function parentKey(type: string, name: string): string {
  return createHash("sha256").update(`${type}::${name}`).digest("hex").slice(0, 8);
}

/** The inputs of a group. Optional keys are left out if they have their default. Pulumi does not show keys with `__`. */
export interface StoredInputs {
  /** The name in the program. Not called `name`, because previews would show the input for the output of that name. */
  requestedName: string;
  active: boolean;
  onNameConflict?: OnNameConflict | undefined;
  /** Part of the state because a deletion gets only the outputs. */
  deleteWithAgents?: boolean | undefined;
  /** The resource's name in the program, for messages. */
  __resource?: string | undefined;
  /** Tells resources apart that have one name and different parents; see `parentKey`. */
  __parent?: string | undefined;
  /** The name of the `DeepcallProvider` that manages the group; left out for the default provider. */
  __providerName?: string | undefined;
  /** The properties in `ignoreChanges`, which the engine does not pass to dynamic providers. */
  __ignore?: IgnoredProperty[] | undefined;
}

/** The outputs of a group. */
export interface StoredState extends StoredInputs {
  /** The name that the server assigned when `requestedName` was last sent. */
  assignedName: string;
  /** The current name. */
  name: string;
  /** Whether `name` differs from `assignedName`: `pulumi-deepcall drift` cannot compare secret names. */
  __renamed?: true | undefined;
  /** The account that the group belongs to (`user_id`), if the server lists it. */
  ownerId?: string | undefined;
  /** The `userId` of the credentials that created or adopted the group. */
  userId?: string | undefined;
  /** Distinguishes resources that declare the same group; random. */
  __key?: string | undefined;
}

/** The inputs of a group's agents. Optional keys are left out if they have their default. */
export interface StoredAgentsInputs {
  groupId: number;
  /** The agents in the program, sorted by id. Not called `agents`, as with the name of a group. */
  requestedAgents: WrittenAgent[];
  otherAgents?: OtherAgents | undefined;
  removeExisting?: boolean | undefined;
  __resource?: string | undefined;
  __parent?: string | undefined;
  __providerName?: string | undefined;
  /** Contains `agents` if `ignoreChanges` contains the list of agents. */
  __ignore?: IgnoredProperty[] | undefined;
}

/** The outputs of a group's agents. */
export interface StoredAgentsState extends StoredAgentsInputs {
  /** The requested agents that are assigned now. */
  agents: WrittenAgent[];
  /** The ids of all other agents that are assigned now. */
  otherAgentIds: string[];
  /** The `userId` of the credentials that assigned the agents. */
  userId?: string | undefined;
  /** Distinguishes resources that declare the agents of the same group; random. */
  __key?: string | undefined;
  /** Whether the last apply failed halfway, so that the next one must finish it even if the list is ignored. */
  __unfinished?: true | undefined;
}
