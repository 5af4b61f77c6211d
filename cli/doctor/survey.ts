import type { HttpReply } from "../../client/transport";
import { AuthenticationError, type CallError, NotFoundError, RateLimitError } from "../../client/errors";
import { redactedText } from "../../client/redact";
import { readList, type Group, type GroupList } from "../../client/responses";
import type { Calls, Exchange } from "./calls";
import { finding, ok, type Check, type Observed } from "./diagnosis";
import { dissect, filterKeyOf, isFields, nameFilterOf, observeEntries, observeId, suffixOf, wireType } from "./shapes";

/** What reading an account showed. */
export interface Survey {
  /** How the server plays what is not documented. */
  readonly observed: Observed;
  /** What stands against the provider's way of reading. */
  readonly checks: readonly Check[];
  /** The groups that the list shows; `undefined` where the list can't be understood. */
  readonly groups: readonly Group[] | undefined;
}

/** No group has this id: databases give ids in order, and this is the last that fits into 32 bits. */
const missingId = 2_147_483_647;

/**
 * Learns by reading how a server plays what is not documented, in about a dozen calls.
 *
 * @param all - the answered list of everything.
 * @throws RateLimitError when Deepcall won't answer for too long.
 */
export async function survey(calls: Calls, all: Exchange): Promise<Survey> {
  const list = groupsOf(all);
  const { shape, entries } = dissect(all.success?.["response"]);
  // An account without groups may be told by error 1503: then there is no list to see.
  const seen: Observed = {
    ...(all.success && shape && { listShape: list ? shape : "unknown" }),
    ...observeEntries(entries),
  };
  const groups = list?.groups ?? [];

  const byId = await lookById(calls, groups[0], seen);
  const missing = await lookForMissing(calls, groups.length > 0);
  const byName = await lookByName(calls, groups);
  const cut = await lookBeyond(calls, list, byName.observed.nameFilter === "part");
  const suffix = suffixOf(groups);
  return {
    observed: {
      ...seen,
      ...byId.observed,
      ...missing.observed,
      ...byName.observed,
      ...(cut.length > 0 && { pageLimit: groups.length }),
      ...(suffix && { suffix }),
    },
    checks: [...listCheck(all, list), ...byId.checks, ...missing.checks, ...byName.checks, ...cut],
    groups: list?.groups,
  };
}

/** What all answers together show, whatever they are about. */
export function observeAnswers(exchanges: readonly Exchange[]): Observed {
  const replies = exchanges.flatMap(({ reply }) => (reply ? [reply] : []));
  const bodies = replies.flatMap(({ httpStatus, json }) =>
    json && isFields(json.value) ? [{ httpStatus, body: json.value }] : [],
  );
  const codeType = bodies.map(({ body }) => wireType(body["code"])).find((type) => type !== undefined);
  const errors = bodies.filter(({ body }) => body["status"] === "error");
  const refusal = exchanges.map(({ error }) => error).find((error) => error instanceof AuthenticationError)?.code;
  const rate = rateOf(exchanges);
  return {
    ...(codeType && { codeType }),
    ...(errors.length > 0 && { errorHttpStatus: errors.some(({ httpStatus }) => httpStatus !== 200) }),
    ...((refusal === 1014 || refusal === 1000 || refusal === 1020) && { authFailureCode: refusal }),
    ...(rate !== undefined && { rateLimit: rate }),
    ...(replies.some(echoes) && { echoCredentials: true }),
  };
}

/** Calls that went wrong on the way, and are no answer to what was asked. */
export function checkAnswers(exchanges: readonly Exchange[]): readonly Check[] {
  const [worst, ...others] = exchanges.flatMap(({ error }) => (error && isOdd(error) ? [error] : []));
  if (worst === undefined) return [];
  const count = `${others.length + 1} of ${exchanges.length} calls went wrong`;
  return [finding("answers", "warning", "calls-failed", `${count}, e.g.: ${worst.message}`, worst.hint)];
}

function isOdd(error: CallError): boolean {
  return !(error instanceof NotFoundError || error instanceof RateLimitError);
}

/** How many calls were let through in the second before the first that was too many. */
function rateOf(exchanges: readonly Exchange[]): number | undefined {
  const refused = exchanges.findIndex(({ error }) => error instanceof RateLimitError);
  const since = (exchanges[refused]?.startedAt ?? 0) - 1000;
  return refused === -1 ? undefined : exchanges.slice(0, refused).filter(({ startedAt }) => startedAt > since).length;
}

/** Whether the client had to take a credential out of the answer. */
function echoes({ headers, json }: HttpReply): boolean {
  const message = json && isFields(json.value) ? json.value["message"] : undefined;
  return [...Object.values(headers), message].some((text) => String(text).includes(redactedText));
}

function listCheck(all: Exchange, list: GroupList | undefined): readonly Check[] {
  if (list) return [];
  return [
    finding(
      "list",
      "failed",
      "list-unknown-shape",
      unreadable(all),
      "Please report it, with the file that --report writes: this form of answer is not documented.",
    ),
  ];
}

/** Asks for one group in the way the provider does. */
async function lookById(
  calls: Calls,
  group: Group | undefined,
  seen: Observed,
): Promise<{ observed: Observed; checks: readonly Check[] }> {
  if (group === undefined) return { observed: {}, checks: [] };
  const listed = await calls.ask("list", { groupid: String(group.id), groupId: group.id });
  const related = await calls.ask("getGroupAgentRelation", { groupId: String(group.id), quick: true });
  const found = groupsOf(listed)?.groups;
  const single = seen.listShape === "array" && dissect(listed.success?.["response"]).shape === "single";
  const response = related.success?.["response"];
  const relation = isFields(response) && isFields(response["groupData"]) ? observeId(response["groupData"]) : {};
  return {
    observed: {
      ...(single && { listShape: "single" }),
      // A list by id may leave the id out of its entries; the other operation doesn't.
      ...(seen.idKey === undefined && relation),
    },
    checks: [byIdCheck(group, listed, found), ...relationCheck(related)],
  };
}

function byIdCheck(group: Group, listed: Exchange, found: readonly Group[] | undefined): Check {
  if (found === undefined)
    return finding("byId", "failed", "list-by-id-failed", unreadable(listed), "Please report it, with --report.");
  if (found.length === 0)
    return finding(
      "byId",
      "failed",
      "existing-group-denied",
      "a list for the id of a group that exists says that there is none",
      "Don't run `pulumi up` with refresh against this account: groups would be taken for gone. Please report it, with --report.",
    );
  const shown = found.some(({ id }) => id === group.id);
  return ok("byId", shown ? "a list for a group's id shows that group" : "a list for a group's id shows other groups");
}

function relationCheck({ error }: Exchange): readonly Check[] {
  if (!(error instanceof NotFoundError)) return [];
  return [
    finding(
      "relation",
      "warning",
      "relation-denies-group",
      "getGroupAgentRelation says that a group which exists is not found",
      "It decides only where lists are cut off or ignore the id. Please report it, with --report.",
    ),
  ];
}

/** Asks for a group that isn't there, by each of the two documented keys, by both, and by the other operation. */
async function lookForMissing(
  calls: Calls,
  hasGroups: boolean,
): Promise<{ observed: Observed; checks: readonly Check[] }> {
  const both = await calls.ask("list", { groupid: String(missingId), groupId: missingId });
  const groupid = await calls.ask("list", { groupid: String(missingId) });
  const groupId = await calls.ask("list", { groupId: missingId });
  const related = await calls.ask("getGroupAgentRelation", { groupId: String(missingId), quick: true });
  const filterKey = filterKeyOf(isObeyed(groupid, hasGroups), isObeyed(groupId, hasGroups));
  const missing = both.error instanceof NotFoundError ? "1503" : "empty";
  return {
    observed: { ...(filterKey && { filterKey }), ...(isObeyed(both, hasGroups) === true && { missing }) },
    checks: related.success
      ? [
          finding(
            "relation",
            "warning",
            "relation-finds-missing-group",
            "getGroupAgentRelation finds a group with an id that no group has",
            "Where lists are cut off or ignore the id, a group that is gone ends in an error. Please report it, with --report.",
          ),
        ]
      : [],
  };
}

/** Whether an id that isn't there kept all groups out of the answer; `undefined` where that can't be told. */
function isObeyed(exchange: Exchange, hasGroups: boolean): boolean | undefined {
  if (exchange.error instanceof NotFoundError) return true;
  const found = groupsOf(exchange)?.groups.length;
  if (found === undefined) return undefined;
  if (found > 0) return false;
  return hasGroups ? true : undefined;
}

/** Asks for one group by its name, by a part of it, in another case, and for a name that no group has. */
async function lookByName(
  calls: Calls,
  groups: readonly Group[],
): Promise<{ observed: Observed; checks: readonly Check[] }> {
  const group = groups.find(({ name }) => partOf(name) !== "");
  if (group === undefined) return { observed: {}, checks: [] };
  const find = async (name: string) => groupsOf(await calls.ask("list", { name }))?.groups;
  const shows = (found: readonly Group[] | undefined) => found?.some(({ id }) => id === group.id);

  const nonsense = await find(nonsenseFor(groups));
  const whole = shows(await find(group.name));
  const part = shows(await find(partOf(group.name)));
  const swapped = shows(await find(swapCase(group.name)));
  return {
    observed:
      nonsense === undefined || part === undefined ? {} : { nameFilter: nameFilterOf(nonsense.length > 0, part) },
    checks: [
      ...(whole === false ? [nameMissed(group)] : []),
      ...(whole === true && swapped === false ? [caseMinded] : []),
    ],
  };
}

function nameMissed({ id, name }: Group): Check {
  return {
    ...finding(
      "byName",
      "warning",
      "name-filter-misses",
      "a list by the exact name of a group doesn't show that group",
      'onNameConflict: "adopt" and "fail" look for names that way, and would not see such a group. Please report it, with --report.',
    ),
    groups: [{ id, name }],
  };
}

const caseMinded = finding(
  "byName",
  "note",
  "name-filter-minds-case",
  "a list by name minds case, against the documentation",
  "Nothing to do: names are compared exactly.",
);

/** A name without its last character; empty where that leaves nothing to look for. */
function partOf(name: string): string {
  return Array.from(name).slice(0, -1).join("").trim();
}

function swapCase(name: string): string {
  return Array.from(name, (letter) =>
    letter === letter.toLowerCase() ? letter.toUpperCase() : letter.toLowerCase(),
  ).join("");
}

function nonsenseFor(groups: readonly Group[]): string {
  let text = "no group is called this";
  while (groups.some(({ name }) => name.toLowerCase().includes(text))) text += "!";
  return text;
}

/** Whether there are more groups than the list of everything shows. */
async function lookBeyond(calls: Calls, list: GroupList | undefined, byPart: boolean): Promise<readonly Check[]> {
  if (list === undefined) return [];
  if (!list.complete) return [cutOff("the list says itself that there are more groups than it shows")];
  if (!byPart) return [];
  const seen = new Set(list.groups.map(({ id }) => id));
  for (const letter of rareLetters(list.groups)) {
    const found = groupsOf(await calls.ask("list", { name: letter }))?.groups ?? [];
    if (found.some(({ id }) => !seen.has(id)))
      return [cutOff("a list by name shows groups that the list of everything leaves out")];
  }
  return [];
}

function cutOff(summary: string): Check {
  return finding(
    "listCut",
    "warning",
    "list-cut-off",
    `the list of everything is cut off: ${summary}`,
    "The provider asks for each group that the list leaves out by its id, which makes refreshes slower. What reads all groups (export, drift --undeclared, this report) doesn't see the rest.",
  );
}

/** Letters that the names seen have least: those that were left out have them the likeliest. */
function rareLetters(groups: readonly Group[]): readonly string[] {
  const text = groups.map(({ name }) => name.toLowerCase()).join("");
  const count = (letter: string) => text.split(letter).length;
  return Array.from("eaionrtlsu")
    .sort((one, other) => count(one) - count(other))
    .slice(0, 3);
}

/** The groups of an answered list; `undefined` where there are none to be read. */
function groupsOf(exchange: Exchange): GroupList | undefined {
  const result = read(exchange);
  return "groups" in result ? result : undefined;
}

function unreadable(exchange: Exchange): string {
  const result = read(exchange);
  return "groups" in result ? "" : result.message;
}

function read({ success, error }: Exchange): GroupList | CallError {
  // Whether nothing found is an empty list or error 1503 is not documented.
  if (error instanceof NotFoundError) return { groups: [], complete: true };
  if (error) return error;
  try {
    return readList("list", success ?? {});
  } catch (failure) {
    return failure as CallError;
  }
}
