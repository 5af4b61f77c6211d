import { NotFoundError } from "../../client/errors";
import { toGroupId } from "../../client/ids";
import { idKeys, isJsonObject, parseListShape, type Group } from "../../client/responses";
import { checkAgents, probeAgents } from "./agents";
import { isNoData, type Call, type Exchange } from "./calls";
import { finding, ok, type Check } from "./findings";

export type Probe = Awaited<ReturnType<typeof probe>>;

/**
 * Finds out with about 20 calls how the server behaves where the API is undocumented.
 *
 * @param samples - the groups to examine. During a trial, they are its own and newer than the list of all groups.
 * @param newIds - the ids of the groups that are newer.
 */
export async function probe(call: Call, all: Exchange, samples = all.groups ?? [], newIds: readonly number[] = []) {
  const { groups = [] } = all;
  const [group] = samples;
  // No group has this id: databases assign ids in order, and this is the highest of 32 bits.
  const missingId = 2_147_483_647;
  // As the provider does: the documentation spells the field in two ways.
  const listById = async (id: number) => call("list", { groupid: String(id), groupId: id });
  // Whether a filter excluded all groups; `undefined` if the answer does not show it.
  const isFiltered = (list: Exchange) =>
    list.error instanceof NotFoundError ||
    (isNoData(list) && samples.length > 0) ||
    (list.groups && (list.groups.length > 0 ? false : samples.length > 0 || undefined));
  const byId = group && (await listById(group.id));
  const agents = await probeAgents(call, samples);
  const byMissingId = await listById(missingId);
  const filters = {
    both: isFiltered(byMissingId),
    groupid: isFiltered(await call("list", { groupid: String(missingId) })),
    groupId: isFiltered(await call("list", { groupId: missingId })),
  };
  const missingRelation = await call("getGroupAgentRelation", { groupId: String(missingId), quick: true });
  const names = await probeNames(call, samples, groups);
  const page = all.pageCount === undefined || groups.length < 2 ? undefined : await call("list", { page: 2, limit: 1 });
  const truncation = await findTruncation(call, all, names, newIds);
  const entries = [all, byId].flatMap((list) => parseListShape(list?.response).entries).filter(isJsonObject);
  // The entries of an object by id may omit the id, but the relation does not.
  const relations = agents.flatMap(({ quick, plain }) => [quick.response, plain.response]).filter(isJsonObject);
  const rows = [...entries, ...relations.map((response) => response["groupData"]).filter(isJsonObject)];
  const ids = rows.flatMap((row) => idKeys.map((key) => ({ key, value: row[key] })));
  const id = ids.find(({ value }) => toGroupId(value) !== undefined);
  return {
    all,
    group,
    byId,
    agents,
    byMissingId,
    filters,
    missingRelation,
    names,
    page,
    truncation,
    entries,
    rows,
    id,
  };
}

async function probeNames(call: Call, samples: readonly Group[], groups: readonly Group[]) {
  const withoutLastLetter = (name: string) => Array.from(name).slice(0, -1).join("").trim();
  const swapCase = (letter: string) => (letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase());
  const group = samples.find(({ name }) => withoutLastLetter(name) !== "");
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
async function findTruncation(
  call: Call,
  { groups, complete }: Exchange,
  names: Awaited<ReturnType<typeof probeNames>>,
  newIds: readonly number[],
) {
  if (complete === false) return "it says that there are more groups than it contains";
  if (groups === undefined || names?.unused !== 0 || names.part !== true) return undefined;
  const ids = new Set([...groups.map(({ id }) => id), ...newIds]);
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

/** Checks the calls with which the provider finds groups, and their agents. */
export function checkReads({ all, group, byId, agents, missingRelation, names, truncation }: Probe): readonly Check[] {
  const content = byId?.groups?.some(({ id }) => id === group?.id) ? "that group" : "other groups";
  const misses = finding("name-filter-misses", "a list by the exact name of a group does not contain it");
  return [
    all.problem !== undefined && finding("list-unknown-shape", all.problem),
    byId?.problem !== undefined && finding("list-by-id-failed", byId.problem),
    byId?.groups?.length === 0 && finding("existing-group-denied", "a list by the id of an existing group is empty"),
    byId?.groups?.[0] !== undefined && ok("byId", `a list by the id of a group contains ${content}`),
    agents[0]?.quick.error instanceof NotFoundError &&
      finding("relation-denies-group", "getGroupAgentRelation does not find an existing group"),
    missingRelation.error === undefined &&
      finding("relation-finds-missing-group", "getGroupAgentRelation finds an id that no group has"),
    names?.exact === false && { ...misses, groups: [names.group] },
    names?.exact === true &&
      names.otherCase === false &&
      finding("name-filter-case-sensitive", "the name filter is case-sensitive, against the documentation"),
    truncation !== undefined && finding("list-cut-off", `the list of all groups is cut off: ${truncation}`),
    checkAgents(agents) ?? false,
  ].filter((check) => typeof check === "object");
}
