import * as pulumi from "@pulumi/pulumi";
import { agentsProviderText, agentsType, type OtherAgents } from "./state-contract";

/** An agent: its id, or its id and whether the group's calls reach it. */
export type GroupAgent = pulumi.Input<string> | GroupAgentArgs;

/** An agent of a group. */
export interface GroupAgentArgs {
  /** The agent's id (`agent_unique_id` in Deepcall). */
  id: pulumi.Input<string>;
  /** Whether the group's calls reach the agent (`receive_call` in Deepcall). Default: true. */
  receivesCalls?: pulumi.Input<boolean>;
}

/** The arguments of a group's agents. */
export interface DeepcallGroupAgentsArgs {
  /** The group: the output `groupId` of a `DeepcallGroup`. Another group replaces the resource. */
  groupId: pulumi.Input<number>;
  /** The agents, in any order and each once. An empty list requires `otherAgents: "remove"`. */
  agents: pulumi.Input<readonly GroupAgent[]>;
  /**
   * What to do with agents of the group that are not listed. Default: `"keep"`.
   *
   * - `"keep"`: they stay assigned. Only agents that the program listed before are removed.
   * - `"remove"`: the group has exactly the listed agents. The first apply fails if that would remove agents, unless
   *   `removeExisting` is true.
   */
  otherAgents?: pulumi.Input<OtherAgents>;
  /** Whether the first apply with `otherAgents: "remove"` may remove agents that are not listed. Default: false. */
  removeExisting?: pulumi.Input<boolean>;
}

/** An agent as assigned to a group: its id if it receives calls. */
export type AssignedGroupAgent = string | { id: string; receivesCalls: boolean };

/**
 * The agents of a Deepcall group (Group API v2.0: Submit Assign Group To Agent, Group Agent Relation). Declare one such
 * resource per group. Deleting it removes the listed agents from the group, and no others.
 *
 * Experimental: the shapes of Deepcall's answers about agents are not documented, see `docs/agents.md`.
 *
 * @example
 * ```ts
 * new DeepcallGroupAgents("support-agents", {
 *   groupId: support.groupId,
 *   agents: ["1001", { id: "1002", receivesCalls: false }],
 * });
 * ```
 */
export class DeepcallGroupAgents extends pulumi.CustomResource {
  /** Deepcall's id of the group; Pulumi's `id` is the same value as a string. */
  declare readonly groupId: pulumi.Output<number>;
  /** The listed agents that are assigned, sorted by id. */
  declare readonly agents: pulumi.Output<AssignedGroupAgent[]>;
  /** The ids of all other agents that are assigned to the group. */
  declare readonly otherAgentIds: pulumi.Output<string[]>;

  /**
   * Declares a group's agents.
   *
   * @param name - the resource's name in this program.
   */
  constructor(name: string, args: DeepcallGroupAgentsArgs, opts: pulumi.CustomResourceOptions = {}) {
    const { agents, ...rest } = args;
    super(
      agentsType,
      name,
      {
        ...rest,
        // Not `agents`: a preview shows the input's value for an output with the same name.
        requestedAgents: agents,
        agents: undefined,
        otherAgentIds: undefined,
        __resource: name,
        __provider: agentsProviderText,
      },
      { deleteBeforeReplace: true, ...opts },
    );
  }
}
