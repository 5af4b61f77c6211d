import * as pulumi from "@pulumi/pulumi";
import { ResourceError } from "./model/errors";
import type { OtherAgents } from "./model/agents";
import { assertSupported, translateOptions, withIgnoreChanges, type PropertyNames } from "./resource-options";
import { parentInput } from "./parent-input";
import { agentsProviderText, agentsType } from "./state-contract";

/** An agent in the program: its id, or its id and whether the group's calls reach it. */
export type GroupAgent = pulumi.Input<string> | GroupAgentArgs;

/** An agent in the program, with all its properties. */
export interface GroupAgentArgs {
  /** The agent's id (Group API: Submit Assign Group To Agent, field `agent_unique_id`). Text, never a number. */
  id: pulumi.Input<string>;
  /**
   * Whether the group's calls reach the agent (Group API: Submit Assign Group To Agent, field `receive_call`).
   *
   * @defaultValue `true`
   */
  receivesCalls?: pulumi.Input<boolean>;
}

/** The arguments of a group's agents. */
export interface DeepcallGroupAgentsArgs {
  /** The group: the output `groupId` of a `DeepcallGroup`. Another group replaces the resource. */
  groupId: pulumi.Input<number>;
  /** The agents, in any order and each once. An empty list requires `otherAgents: "remove"`. */
  agents: pulumi.Input<readonly GroupAgent[]>;
  /**
   * What to do with agents of the group that are not listed. With `"keep"`, they stay assigned: only agents that the
   * program listed before are removed. With `"remove"`, the group has exactly the listed agents: the first apply fails if
   * that would remove agents, unless `removeExisting` is true.
   *
   * @defaultValue `"keep"`
   */
  otherAgents?: pulumi.Input<OtherAgents>;
  /**
   * Whether the first apply with `otherAgents: "remove"` may remove agents that are not listed.
   *
   * @defaultValue `false`
   */
  removeExisting?: pulumi.Input<boolean>;
}

/** An agent that is assigned to a group: only its id if it receives calls, otherwise an object. */
export type AssignedGroupAgent =
  | string
  | {
      /** The agent's id. */
      id: string;
      /** Whether the group's calls reach the agent. */
      receivesCalls: boolean;
    };

/**
 * The agents of a Deepcall group (Group API v2.0: Submit Assign Group To Agent, Group Agent Relation). Declare one such
 * resource per group. Deleting it removes the listed agents from the group, and no others. Errors are reported as for
 * {@link DeepcallGroup}, with the code of the failed call, or `other-agents`, `agents-rejected`, `shared-group`, `group-gone`
 * or `other-account`.
 *
 * Experimental: Deepcall's documentation does not describe its answers about agents. See `docs/agents.md`.
 *
 * @example
 * ```ts
 * import { DeepcallGroup, DeepcallGroupAgents } from "pulumi-deepcall";
 *
 * const support = new DeepcallGroup("support", { name: "Support" });
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
   * @param args - the group and its agents. Pulumi validates them when the program runs, also in a preview.
   * @param opts - Pulumi's options. `import` and `id` are not supported. With `ignoreChanges: ["agents"]`, the listed agents
   *   are assigned when the resource is created; later changes, in the program or in Deepcall, are left alone.
   * @throws {@link ResourceError} (`arguments`) if an option cannot work.
   */
  constructor(name: string, args: DeepcallGroupAgentsArgs, opts: pulumi.CustomResourceOptions = {}) {
    assertSupported(`DeepcallGroupAgents ${JSON.stringify(name)}`, "DeepcallGroupAgents", opts);
    const ignore = agentsProperties.toIgnored(opts.ignoreChanges ?? [], name);
    // Unknown properties are passed on so that `check` can report them: JavaScript programs have no compiler for that.
    const { agents, ...rest } = args;
    super(
      agentsType,
      name,
      {
        // Pulumi fills only outputs that it knows from the inputs.
        otherAgentIds: undefined,
        ...rest,
        // Not `agents`: a preview shows the input's value for an output with the same name.
        requestedAgents: agents,
        agents: undefined,
        __resource: name,
        ...parentInput(opts.parent),
        ...(ignore.length > 0 && { __ignore: ignore }),
        __provider: agentsProviderText,
      },
      resourceOptions(args, opts),
    );
  }
}

/** A secret list of agents is secret in all of these. */
const agentProperties = ["agents", "requestedAgents"];

/** A property name in an option: `agents` or a part of it. */
const agentsPath = /^(agents|requestedAgents)(?=$|[.[])/;

/** The names of the properties of a group's agents in options. */
export const agentsProperties: PropertyNames = {
  type: agentsType,
  inputs: ["groupId", "requestedAgents", "otherAgents", "removeExisting"],
  toInput: (path) => path.replace(agentsPath, "requestedAgents"),
  toIgnored(paths, name) {
    const part = paths.find((path) => /^(agents|requestedAgents)[.[]/.test(path));
    if (part !== undefined)
      throw new ResourceError(
        `DeepcallGroupAgents ${JSON.stringify(name)}: ignoreChanges: [${JSON.stringify(part)}] is not supported, because an update always sends the whole list of agents. ` +
          'Use ignoreChanges: ["agents"], or leave the agent out of the list: with otherAgents: "keep", agents that are not listed can be assigned in Deepcall\'s panel.',
      );
    return paths.some((path) => path === "*" || agentsPath.test(path)) ? ["agents"] : [];
  },
};

function resourceOptions(
  { agents }: DeepcallGroupAgentsArgs,
  opts: pulumi.CustomResourceOptions,
): pulumi.CustomResourceOptions {
  const { additionalSecretOutputs } = opts;
  const own = withIgnoreChanges(opts, agentsProperties);
  return {
    deleteBeforeReplace: true,
    ...opts,
    ...translateOptions(agentsProperties, opts),
    ...own,
    ...(additionalSecretOutputs?.includes("agents") && {
      additionalSecretOutputs: [...additionalSecretOutputs, ...agentProperties],
    }),
    ...(containsOutput(agents) && { transforms: [...(own.transforms ?? []), markAgentsSecret(agents)] }),
  };
}

function containsOutput(value: unknown): boolean {
  if (pulumi.Output.isInstance(value)) return true;
  return typeof value === "object" && value !== null && Object.values(value).some(containsOutput);
}

/** Makes the agents from the server as secret as the requested ones. */
function markAgentsSecret(agents: DeepcallGroupAgentsArgs["agents"]): pulumi.ResourceTransform {
  return async ({ props, opts }) =>
    (await pulumi.isSecret(pulumi.output(agents)))
      ? { props, opts: pulumi.mergeOptions(opts, { additionalSecretOutputs: agentProperties }) }
      : undefined;
}
