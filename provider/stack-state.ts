import { execFile } from "node:child_process";
import { readlinkSync } from "node:fs";
import { basename } from "node:path";
import { promisify } from "node:util";
import type { ReadStack } from "./lifecycle/stack";
import { idsOf, toAgent, type WrittenAgent } from "./model/agents";
import { isSame, type Holding } from "./model/holdings";
import { agentsType, groupType, pluginAgentsType, pluginGroupType } from "./state-contract";
import { providerName, resourceName } from "./urn";

/** A resource of `pulumi stack export`. */
export interface ExportedResource {
  readonly urn: string;
  readonly type: string;
  readonly id?: string;
  /** Whether it is only read. */
  readonly external?: boolean;
  /** The reference to its provider: URN and id. */
  readonly provider?: string;
  readonly outputs?: Readonly<Record<string, unknown>>;
}

const kinds = new Map<string, Holding["kind"]>([
  [groupType, "group"],
  [pluginGroupType, "group"],
  [agentsType, "agents"],
  [pluginAgentsType, "agents"],
]);

/** What the resources of a state have, with either front end. */
export function toHoldings(resources: readonly ExportedResource[]): Holding[] {
  return resources.flatMap((resource): Holding[] => {
    const { urn, type, id = "", external, outputs = {} } = resource;
    const kind = kinds.get(type);
    if (!kind || external) return [];
    const { __key: key, requestedAgents: listed } = outputs;
    return [
      {
        resource: resourceName(urn),
        urn,
        kind,
        provider: providerName(resource),
        id,
        key: typeof key === "string" ? key : "",
        agents: Array.isArray(listed) ? idsOf((listed as readonly WrittenAgent[]).map(toAgent)) : undefined,
      },
    ];
  });
}

/**
 * Reads states with the Pulumi CLI: the engine tells a plugin neither its stack nor what is in it. The selected stack may be
 * another one than that of the command, so the right one is recognized by what it contains.
 */
export function stackReader(env: NodeJS.ProcessEnv): ReadStack {
  const project = env["PULUMI_PROJECT"];
  // Only the engine sets it.
  if (project === undefined) return () => Promise.resolve([]);
  return async (held) => {
    const read = async (...flags: string[]): Promise<readonly Holding[] | undefined> => {
      const { deployment } = JSON.parse(await runPulumi(env, "stack", "export", ...flags)) as {
        deployment?: { resources?: readonly ExportedResource[] };
      };
      const holdings = toHoldings(deployment?.resources ?? []);
      return holdings.some((holding) => isSame(holding, held)) ? holdings : undefined;
    };
    // Without a selected stack, this fails.
    const selected = await read().catch(() => undefined);
    if (selected) return selected;
    const stacks = JSON.parse(await runPulumi(env, "stack", "ls", "--project", project, "--json")) as {
      name: string;
    }[];
    for (const { name } of stacks) {
      const holdings = await read("--stack", name);
      if (holdings) return holdings;
    }
    throw new Error(`No stack of the project ${JSON.stringify(project)} contains the resource.`);
  };
}

/** @throws Error with what the Pulumi CLI printed. */
async function runPulumi(env: NodeJS.ProcessEnv, ...args: string[]): Promise<string> {
  // The options of the command that is running are not meant for this one.
  const own = Object.fromEntries(Object.entries(env).filter(([name]) => !name.startsWith("PULUMI_OPTION_")));
  try {
    return (await promisify(execFile)(cli(), [...args, "--non-interactive"], { env: own, maxBuffer: Infinity })).stdout;
  } catch (error) {
    const { stderr = "", message } = error as Error & { stderr?: string };
    throw new Error(stderr.trim() || message, { cause: error });
  }
}

/** The CLI that started this process, where the system shows it: the one on the PATH may be another one. */
function cli(): string {
  try {
    const engine = readlinkSync(`/proc/${process.ppid}/exe`);
    if (basename(engine) === "pulumi") return engine;
  } catch {
    // Only Linux has it.
  }
  return "pulumi";
}
