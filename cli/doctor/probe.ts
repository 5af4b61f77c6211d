import { NotFoundError } from "../../client/errors";
import { idKeys, isJsonObject, parseListShape, type Group } from "../../client/responses";
import { agentSample, probeAgents } from "./agents";
import type { Call, Exchange } from "./calls";
import { finding, ok, type Check } from "./findings";

export type Probe = Awaited<ReturnType<typeof probe>>;
type NameProbe = Awaited<ReturnType<typeof probeNames>>;

/** Finds out with up to 20 calls how the server behaves where the API is undocumented. */
export async function probe(call: Call, all: Exchange) {
  const { groups = [] } = all;
  const [group] = groups;
  // No group has this id: databases assign ids in order, and this is the highest of 32 bits.
  const missingId = 2_147_483_647;
  // As the provider does: the documentation spells the field in two ways.
  const listById = async (id: number) => call("list", { groupid: String(id), groupId: id });
  const readRelation = async (id: number) => call("getGroupAgentRelation", { groupId: String(id), quick: true });
  // Whether a filter excluded all groups; `undefined` if the answer does not show it.
  const isFiltered = ({ error, groups: found }: Exchange) =>
    error instanceof NotFoundError || (found && (found.length > 0 ? false : groups.length > 0 || undefined));
  const byId = group && (await listById(group.id));
  const agents = await probeAgents(call, groups);
  const relation = group && (await readRelation((agentSample(agents)?.group ?? group).id));
  const byMissingId = await listById(missingId);
  const filters = {
    both: isFiltered(byMissingId),
    groupid: isFiltered(await call("list", { groupid: String(missingId) })),
    groupId: isFiltered(await call("list", { groupId: missingId })),
  };
  const missingRelation = await readRelation(missingId);
  const names = await probeNames(call, groups);
  const truncation = await findTruncation(call, all, names);
  const entries = parseListShape(all.response).entries.filter(isJsonObject);
  // The entries of an object by id may omit the id, but the relation does not.
  const groupData = isJsonObject(relation?.response) ? relation.response["groupData"] : undefined;
  const id = findId(entries[0]) ?? findId(groupData);
  return { all, group, byId, agents, relation, byMissingId, filters, missingRelation, names, truncation, entries, id };
}

function findId(entry: unknown) {
  if (!isJsonObject(entry)) return undefined;
  const key = idKeys.find((name) => (entry[name] ?? "") !== "");
  return key && { key, value: entry[key] };
}

async function probeNames(call: Call, groups: readonly Group[]) {
  const withoutLastLetter = (name: string) => Array.from(name).slice(0, -1).join("").trim();
  const swapCase = (letter: string) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase());
  const group = groups.find(({ name }) => withoutLastLetter(name) !== "");
  if (group === undefined) return undefined;
  let unused = "no group is called this";
  while (groups.some(({ name }) => name.toLowerCase().includes(unused))) unused += "!";
  const isFound = async (name: string) => (await call("list", { name })).groups?.some(({ id }) => id === group.id);
  return {
    group: { id: group.id, name: group.name },
    // The number of groups in a list by a name that no group has.
    unused: (await call("list", { name: unused })).groups?.length,
    // Whether the group is in a list by its name, by a part of the name, and by the name in the other case.
    exact: await isFound(group.name),
    part: await isFound(withoutLastLetter(group.name)),
    otherCase: await isFound(Array.from(group.name, swapCase).join("")),
  };
}

/** The evidence that the list of all groups is truncated, as a clause; `undefined` if there is none. */
async function findTruncation(call: Call, { groups, complete }: Exchange, names: NameProbe) {
  if (complete === false) return "it says that there are more groups than it contains";
  if (groups === undefined || names?.unused !== 0 || names.part !== true) return undefined;
  const ids = new Set(groups.map(({ id }) => id));
  // Common letters that are rare in the listed names are likely in the omitted ones.
  const text = groups.map(({ name }) => name.toLowerCase()).join("");
  const count = (letter: string) => text.split(letter).length;
  const letters = Array.from("eaionrtlsu").toSorted((one, other) => count(one) - count(other));
  for (const name of letters.slice(0, 3)) {
    const found = await call("list", { name });
    if (found.groups?.some(({ id }) => !ids.has(id))) return "a list by name contains groups that it omits";
  }
  return undefined;
}

/** Checks the calls with which the provider finds groups. */
export function checkReads(probed: Probe): readonly Check[] {
  const { all, group, byId, relation, missingRelation, names, truncation } = probed;
  const content = byId?.groups?.some(({ id }) => id === group?.id) ? "that group" : "other groups";
  const misses = finding("name-filter-misses", "a list by the exact name of a group does not contain it");
  return [
    all.problem !== undefined && finding("list-unknown-shape", all.problem),
    byId?.problem !== undefined && finding("list-by-id-failed", byId.problem),
    byId?.groups?.length === 0 && finding("existing-group-denied", "a list by the id of an existing group is empty"),
    byId?.groups?.[0] !== undefined && ok("byId", `a list by the id of a group contains ${content}`),
    relation?.error instanceof NotFoundError &&
      finding("relation-denies-group", "getGroupAgentRelation does not find an existing group"),
    missingRelation.error === undefined &&
      finding("relation-finds-missing-group", "getGroupAgentRelation finds an id that no group has"),
    names?.exact === false && { ...misses, groups: [names.group] },
    names?.exact === true &&
      names.otherCase === false &&
      finding("name-filter-case-sensitive", "the name filter is case-sensitive, against the documentation"),
    truncation !== undefined && finding("list-cut-off", `the list of all groups is cut off: ${truncation}`),
  ].filter((check) => check !== false);
}
