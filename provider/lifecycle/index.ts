import "../require-node";
import { z } from "zod";
import type { RetryPolicy } from "../../client/retry";
import type { Environment } from "../../client/settings";
import { createAgentsProvider } from "./agents";
import { checkInputs } from "./check";
import { createGroup } from "./create";
import { deleteGroup } from "./delete";
import { accountMayDiffer, activeDiffers, deleteWithAgentsDiffers, nameDiffers, unknownValue } from "./diff";
import { parseId, parseState } from "./parse";
import { readGroup } from "./read";
import { createLifecycleProvider, Run, type LifecycleProvider } from "./run";
import { inputsSchema, stateSchema, type GroupInputs, type GroupState } from "./state";
import { updateGroup } from "./update";

/** The methods that Pulumi's engine calls for a `DeepcallGroup`. */
export type GroupProvider = LifecycleProvider;

/** The inputs as a preview passes them to `diff`. */
const desiredSchema = inputsSchema.extend({
  active: z.union([z.boolean(), z.literal(unknownValue)]),
  deleteWithAgents: z.union([z.boolean(), z.literal(unknownValue)]).default(false),
});

/** The providers of all resource types, for one run. */
export function createProviders(run: Run): { readonly group: GroupProvider; readonly agents: LifecycleProvider } {
  return { group: createGroupProvider(run), agents: createAgentsProvider(run) };
}

/**
 * Creates a provider of groups for one run.
 *
 * @param retryPolicy - shorter in tests.
 */
export function createProvider(environment: Environment, retryPolicy?: RetryPolicy): GroupProvider {
  return createProviders(new Run(environment, retryPolicy)).group;
}

const groupState = (id: string, props: unknown): GroupState =>
  parseState(stateSchema, `the group with id ${id}`, props);

function createGroupProvider(run: Run): GroupProvider {
  // Not keyed by resource name: two resources under different parents may share one.
  const declared: GroupInputs[] = [];

  return createLifecycleProvider(run, {
    check(news) {
      const checked = checkInputs(news, run.providerName);
      const inputs = inputsSchema.safeParse(checked.inputs);
      if (inputs.success) declared.push(inputs.data);
      return checked;
    },

    diff(id, olds, news) {
      const state = groupState(id, olds);
      const desired = desiredSchema.safeParse(news).data;
      // During a refresh, these are the recorded inputs. If they were edited, the refresh replaces them.
      if (!desired) return { changes: true };
      const { __resource: resource, requestedName } = desired;
      // A refresh calls this too, also for resources that are not in the program any more.
      if (declared.some(({ __resource }) => __resource === resource))
        run.groupOwners.declare(id, { resource, key: state.__key, requestedName });
      return {
        changes:
          nameDiffers(state, desired) ||
          activeDiffers(state, desired) ||
          deleteWithAgentsDiffers(state, desired) ||
          accountMayDiffer(state, desired, run.userId),
      };
    },

    create: async (inputs) => createGroup(run.context, inputsSchema.parse(inputs)),

    read: async (id, props) => readGroup(run.context, parseId(id), props),

    update: async (id, olds, news) =>
      updateGroup(run.context, parseId(id), groupState(id, olds), inputsSchema.parse(news)),

    async delete(id, props) {
      const state = groupState(id, props);
      await deleteGroup(run.context, parseId(id), state, declared);
    },
  });
}

/** The providers that the texts in `provider/state-contract.ts` load. */
export const { group: provider, agents: agentsProvider } = createProviders(new Run(process.env));
