import { CallError, PermissionError } from "../../client/errors";
import type { Group } from "../../client/responses";
import { suffixes } from "../../emulator/options";
import { pluralize, quote } from "../formatting";
import { UsageError } from "../io";
import { formWithAgents, readAgents, rowsOf, type AgentReads } from "./agents";
import type { Exchange } from "./calls";
import { finding, ok, type Check } from "./findings";
import { suffixForms } from "./groups";
import { probe, type Probe } from "./probe";
import { TrialStopped, type Sandbox } from "./sandbox";

/** The agents that the user names: up to two, and one that does not exist. */
export interface TrialAgents {
  readonly agents: readonly string[];
  readonly unknownAgent: string | undefined;
}

/** What one change showed. */
interface Fact {
  readonly refusal?: CallError | undefined;
  /** The ids of the group's agents afterwards; `undefined` if no answer shows them. */
  readonly agents?: readonly string[] | undefined;
}
/** What a change of a name showed: the name that was sent, and the group afterwards. */
interface NameFact extends Fact {
  readonly sent: string;
  readonly group: Group;
}
type Created = "first" | "long" | "second" | "third" | "otherCase" | "characters" | "spaces";
type Changed = "taken" | "ownName" | "inactive" | "missingStatus";
type Assigned = "assigned" | "replaced" | "empty" | "missing" | "otherDeleted" | "unknown" | "secondDelete";
/** What the trial has found out so far. */
export interface Facts extends Partial<Record<Created | Changed, NameFact>>, Partial<Record<Assigned, Fact>> {
  readonly plan: TrialAgents;
  ids: readonly number[];
  isStale?: boolean | undefined;
  /** What two of the groups showed, of which only the second one may have agents. */
  probed?: Probe;
  /** The answers about a group after its deletion. */
  deleted?: { readonly id: number; readonly list: Exchange; readonly relation: Exchange };
}

/** What a server may change in a name, besides spaces; those that may become longer are last. */
const difficultCharacters = Array.from("é日😀\\%&<>\"'");
const longestName = 300;

/** How many characters of the name that was sent the server kept. */
function keptLength({ sent, group }: NameFact): number {
  const [stored, characters] = [Array.from(group.name), Array.from(sent)];
  const end = characters.findIndex((character, n) => character !== stored[n]);
  return end === -1 ? characters.length : end;
}

/** The length to which names are cut; 0 if they are not, `undefined` if that is not known. */
export function cutLength({ first, long }: Facts): number | undefined {
  const cut = [first, long].find((fact) => fact && keptLength(fact) < Array.from(fact.sent).length);
  return cut ? keptLength(cut) : long && 0;
}

/** Each difficult character with what the server stored for it, up to one that is not recognized or was cut. */
export function changesOf({ sent, group }: NameFact): readonly (readonly [string, string])[] {
  const changes: [string, string][] = [];
  let rest = group.name.slice(sent.indexOf(difficultCharacters[0] ?? ""));
  for (const character of difficultCharacters) {
    const entity = /^&#?\w+;/.exec(rest)?.[0];
    const stored = [character, "?"].find((one) => rest.startsWith(one) && !(one === "&" && entity)) ?? entity;
    if (stored === undefined) break;
    changes.push([character, stored]);
    rest = rest.slice(stored.length);
  }
  return changes;
}

/** The form of an appended number and where it starts, if the second and the third group with a name agree. */
export function numberingOf({ first, second, third }: Facts) {
  if (!first || !second || !third) return undefined;
  const base = first.group.name;
  const start = Number(/\d+/.exec(second.group.name.slice(base.length))?.[0]);
  const isNumbered =
    (number: number, { group }: NameFact) =>
    (one: keyof typeof suffixes) =>
      group.name === base + suffixes[one](number);
  const form = suffixForms.filter(isNumbered(start, second)).find(isNumbered(start + 1, third));
  // The first group has a number itself if the account had such a group.
  return form && keptLength(first) === Array.from(base).length ? { form, start } : undefined;
}

/** Creates groups, changes them and deletes them, whatever happens in between. */
export async function runTrial(sandbox: Sandbox, plan: TrialAgents, all: Exchange, checks: Check[]): Promise<Facts> {
  const facts: Facts = { ids: [], plan };
  try {
    await createGroups(sandbox, facts);
    const samples = [facts.first, facts.otherCase].flatMap((fact) => fact?.group ?? []);
    facts.probed = await probe(sandbox.call, all, samples, sandbox.createdIds);
    await changeGroups(sandbox, facts, facts.probed.agents);
  } catch (error) {
    if (!(error instanceof TrialStopped || error instanceof CallError || error instanceof UsageError)) throw error;
    const code = error instanceof PermissionError ? "write-denied" : "trial-stopped";
    const reason = error instanceof CallError ? error.description : error.message;
    checks.push(finding(code, `the trial ended early: ${reason}`));
  } finally {
    checks.push(await deleteGroups(sandbox));
  }
  return facts;
}

/** Deletes the groups of a trial and says what may be left. */
export async function deleteGroups(sandbox: Sandbox, isLater = false): Promise<Check> {
  const groups = await sandbox.cleanUp(isLater);
  const { pendingName, createdIds, caller } = sandbox;
  const created = pluralize(createdIds.length, "group");
  if (groups.length === 0 && pendingName === undefined)
    return ok("leftovers", `none: ${created} of the trial deleted (${pluralize(caller.exchanges.length, "call")})`);
  const isLost = pendingName !== undefined;
  const pending = isLost ? `; a group ${quote(pendingName)} may exist, because the answer to add was lost` : "";
  const summary = `${groups.length} of ${created} of the trial may be left${pending}`;
  return { ...finding("trial-leftovers", summary), groups };
}

/** Creates groups with all kinds of names, and assigns an agent to two of them. */
async function createGroups(sandbox: Sandbox, facts: Facts): Promise<void> {
  const { stem } = sandbox;
  const create = async (names: Partial<Record<Created, string>>): Promise<void> => {
    const created: [Created, string, number][] = [];
    for (const [question, sent] of Object.entries(names) as [Created, string][])
      created.push([question, sent, await sandbox.add(sent)]);
    facts.ids = sandbox.createdIds;
    for (const [question, sent, id] of created) facts[question] = { sent, group: await sandbox.read(id) };
    facts.isStale = sandbox.isStale;
  };
  await create({ first: stem });
  if (!cutLength(facts)) await create({ long: `${stem} `.padEnd(longestName, "long ") });
  await create({
    second: stem,
    third: stem,
    otherCase: (facts.first?.group.name ?? stem).toUpperCase(),
    characters: nameOf(sandbox, facts, difficultCharacters.join("")),
    spaces: `  ${nameOf(sandbox, facts, "spaces")}  `,
  });
  const [agent] = facts.plan.agents;
  if (agent === undefined || !facts.second || !facts.otherCase) return;
  const refusal = await assign(sandbox, facts.otherCase, [agent], true);
  facts.assigned = { refusal };
  if (refusal && !(refusal instanceof PermissionError)) throw refusal;
  if (!refusal) await assign(sandbox, facts.second, [agent]);
}

/** Renames, deactivates and deletes the groups of the trial, and changes their agents. */
async function changeGroups(sandbox: Sandbox, facts: Facts, reads: AgentReads): Promise<void> {
  const { first, second, third, otherCase, spaces, plan, assigned } = facts;
  if (!first || !second || !third || !otherCase || !spaces) return;
  const update = async (question: Changed, { group: { id } }: NameFact, sent: string, status?: number) => {
    const fields = { name: sent, ...(status !== undefined && { status }) };
    const refusal = await sandbox.change("update", id, fields, true);
    return (facts[question] = { sent, refusal, group: await sandbox.read(id) });
  };
  await update("taken", spaces, first.group.name, 1);
  await update("ownName", first, first.group.name, 1);
  const { group } = await update("inactive", third, nameOf(sandbox, facts, "inactive"), 0);
  if (group.active === false) await update("missingStatus", third, nameOf(sandbox, facts, "no status"));

  const { id } = third.group;
  await sandbox.change("delete", id);
  const byId = { groupid: String(id), groupId: id };
  if (sandbox.isStale !== false) await sandbox.call("list", byId);
  facts.deleted = { id, list: await sandbox.call("list", byId), relation: await readAgents(sandbox.call, id, "quick") };
  facts.secondDelete = { refusal: await sandbox.change("delete", id, {}, true) };

  const form = formWithAgents(reads);
  const observe = async (question: Assigned, refusal?: CallError): Promise<readonly string[]> => {
    const read = form && (await readAgents(sandbox.call, otherCase.group.id, form));
    // The number of rows says enough where they are not understood.
    const agents =
      read && (Array.isArray(read.agents) ? (read.agents as string[]) : rowsOf(read.relationData).map(() => ""));
    facts[question] = { refusal, agents };
    return agents ?? [];
  };
  if (assigned?.refusal) return;
  const [agent, otherAgent] = plan.agents;
  if (agent !== undefined) {
    const restore = async (current: readonly string[]): Promise<void> => {
      if (!current.includes(agent)) await assign(sandbox, otherCase, [agent]);
    };
    if (otherAgent !== undefined) await observe("replaced", await assign(sandbox, otherCase, [otherAgent]));
    await restore(await observe("empty", await assign(sandbox, otherCase, [], true)));
    await restore(await observe("missing", await assign(sandbox, otherCase, undefined, true)));
    await sandbox.change("delete", second.group.id);
    await observe("otherDeleted");
  }
  if (plan.unknownAgent !== undefined)
    await observe("unknown", await assign(sandbox, otherCase, [plan.unknownAgent, ...plan.agents.slice(0, 1)], true));
}

async function assign(
  sandbox: Sandbox,
  { group }: NameFact,
  agents: readonly string[] | undefined,
  isQuestion = false,
) {
  const fields = agents && { agent_unique_id: agents, receive_call: agents };
  return sandbox.change("submitAssignGroupToAgent", group.id, fields, isQuestion);
}

/** A new name for a group of the trial. A server that cuts names leaves only the beginning. */
function nameOf({ stem, token }: Sandbox, facts: Facts, label: string): string {
  const length = cutLength(facts) ?? 0;
  return `${length > 0 && length < stem.length + 14 ? token : stem} ${label}`;
}
