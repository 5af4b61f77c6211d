import type { AssignedAgent } from "../../client/relations";
import type { Group } from "../../client/responses";
import { nameProblem } from "../../provider/model/names";
import { standardPrefix } from "../io";

/** A group that the export declares. */
export interface Entry {
  readonly key: string;
  /** The name of the group's resource in the program. */
  readonly resource: string;
  readonly group: Group;
  /** Whether another entry has the same name. */
  readonly sharesName: boolean;
  /** Sorted by id; `undefined` if the export does not include agents. */
  readonly agents?: readonly AssignedAgent[];
}

/** A group that cannot be declared, and why. */
export interface SkippedGroup {
  readonly group: Group;
  /** Completes a sentence that begins with the group. */
  readonly reason: string;
}

/** The `DeepcallProvider` of the exported program. */
interface ExportedProvider {
  readonly name: string;
  readonly environmentPrefix: string;
}

export interface Plan {
  /** Sorted by key. */
  readonly entries: readonly Entry[];
  /** Sorted by id. */
  readonly skipped: readonly SkippedGroup[];
  /** The name of the component that declares the groups; `undefined` if each group is a resource of its own. */
  readonly component: string | undefined;
  /** `undefined` for the default account. */
  readonly provider: ExportedProvider | undefined;
  /** The file that imports the groups by id; `undefined` if `pulumi up` adopts them by name. */
  readonly importFile: string | undefined;
  /** Whether the program uses the plugin instead of the dynamic provider. */
  readonly usesPlugin: boolean;
}

export interface PlanOptions {
  /** Whether to export a group; keys depend on all groups, so that parts of an account fit together. */
  readonly include?: (group: Group) => boolean;
  readonly inComponent?: boolean;
  readonly environmentPrefix?: string;
  readonly importFile?: string | undefined;
  readonly usesPlugin?: boolean;
}

/** The name of the resource that declares a group's agents. */
export function agentsResource({ resource }: Entry): string {
  return `${resource}/agents`;
}

/** The entries whose groups have agents, if the export includes them. */
export function entriesWithAgents({ entries }: Plan): Entry[] {
  return entries.filter(({ agents = [] }) => agents.length > 0);
}

/** Decides which groups of an account the export declares, and how their resources are called. */
export function planExport(
  groups: readonly Group[],
  {
    include = () => true,
    inComponent = true,
    environmentPrefix = standardPrefix,
    importFile,
    usesPlugin = false,
  }: PlanOptions = {},
): Plan {
  const provider = environmentPrefix === standardPrefix ? undefined : exportedProvider(environmentPrefix);
  // One program can contain the exports of several accounts, so their resources have different names.
  const component = inComponent ? (provider ? `${provider.name}-groups` : "groups") : undefined;
  const parent = component ?? provider?.name;
  const keys = assignKeys(groups);
  const byName = Map.groupBy(groups, ({ name }) => name);
  const entries: Entry[] = [];
  const skipped: SkippedGroup[] = [];
  for (const group of sortById(groups).filter(include)) {
    const namesakes = (byName.get(group.name) ?? []).filter(({ id }) => id !== group.id);
    const reason = reasonToSkip(group, importFile === undefined ? namesakes : []);
    const key = keys.get(group.id) ?? "";
    const resource = parent === undefined ? key : `${parent}/${key}`;
    if (reason === undefined) entries.push({ key, resource, group, sharesName: namesakes.length > 0 });
    else skipped.push({ group, reason });
  }
  return {
    entries: entries.toSorted((a, b) => (a.key < b.key ? -1 : 1)),
    skipped,
    component,
    provider,
    importFile,
    usesPlugin,
  };
}

/** The provider is named after what distinguishes the prefix: `DEEPCALL_EMEA` becomes `emea`. */
function exportedProvider(environmentPrefix: string): ExportedProvider {
  const name = environmentPrefix
    .replace(/^DEEPCALL_/, "")
    .toLowerCase()
    .replaceAll("_", "-");
  return { name, environmentPrefix };
}

/** @param namesakes - groups that cannot be told apart from this one. */
function reasonToSkip(group: Group, namesakes: readonly Group[]): string | undefined {
  const problem = nameProblem(group.name);
  if (problem !== undefined) return `its name ${problem}`;
  if (namesakes.length === 0) return undefined;
  const ids = sortById(namesakes).map(({ id }) => id);
  return `it has the same name as the ${ids.length === 1 ? "group with id" : "groups with ids"} ${ids.join(", ")}`;
}

/** Plain words that some YAML parsers do not read as strings. */
const yamlKeywords = new Set(["true", "false", "null", "yes", "no", "on", "off", "y", "n"]);

/**
 * Derives a unique key from each group's name. If names lead to the same key, the group with the lowest id gets it and
 * the others append their ids, so that a new group never changes the key of an existing one.
 *
 * @returns the keys by group id.
 */
export function assignKeys(groups: readonly Group[]): ReadonlyMap<number, string> {
  const keys = new Map<number, string>();
  const usedKeys = new Set<string>();
  for (const { id, name } of sortById(groups)) {
    let key = slug(name) ?? `group-${id}`;
    while (usedKeys.has(key)) key = `${key}-${id}`;
    usedKeys.add(key);
    keys.set(id, key);
  }
  return keys;
}

/** The name as a-z, 0-9 and hyphens, starting with a letter; `undefined` if none of its characters can be kept. */
function slug(name: string): string | undefined {
  const plain = name
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  if (plain === "") return undefined;
  return /^[a-z]/.test(plain) && !yamlKeywords.has(plain) ? plain : `group-${plain}`;
}

function sortById(groups: readonly Group[]): Group[] {
  return groups.toSorted((a, b) => a.id - b.id);
}
