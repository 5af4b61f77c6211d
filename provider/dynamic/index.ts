import "../require-node";
import { agentsLifecycle } from "../lifecycle/agents";
import { groupLifecycle } from "../lifecycle/groups";
import { Run } from "../lifecycle/run";
import { createDynamicProvider, type DynamicProvider } from "./provider";
import { stackReader } from "../stack-state";
import { storedAgents, storedGroup } from "../stored";

/** The dynamic providers of all resource types, for one run. */
export function createProviders(run: Run): { readonly group: DynamicProvider; readonly agents: DynamicProvider } {
  return {
    group: createDynamicProvider(run, groupLifecycle(run), storedGroup),
    agents: createDynamicProvider(run, agentsLifecycle(run), storedAgents),
  };
}

/** The providers that the texts in `provider/state-contract.ts` load. */
export const { group: provider, agents: agentsProvider } = createProviders(
  new Run(process.env, undefined, stackReader(process.env)),
);
