import type { GroupSnapshot } from "../../emulator";
import { couldBeAssignedFor } from "../../provider/model/names";
import type { Declaration, Engine, Program } from "../support/engine";

/** Groups in the account that are not ours and must not change. */
export type Foreign = readonly GroupSnapshot[];

/** The groups with these ids that exist and whose resource does not allow deleting them with their agents. */
export function guardedGroups(engine: Engine, withAgents: ReadonlySet<number>): number[] {
  const allowed = Object.values(engine.state).filter(({ outputs }) => outputs["deleteWithAgents"] === true);
  const ids = engine.emulator.groups("7").map(({ id }) => id);
  return ids.filter((id) => withAgents.has(id) && !allowed.some((resource) => resource.id === String(id)));
}

/** Returns the guarded groups that are gone after a run, as sentences. */
export function deletedWithAgents(engine: Engine, guarded: readonly number[]): string[] {
  const ids = new Set(engine.emulator.groups("7").map(({ id }) => id));
  return guarded.filter((id) => !ids.has(id)).map((id) => `deleted with its agents: ${id}`);
}

/** Returns the broken promises after a run, as sentences: nothing lost, nothing taken, helpful errors. */
export function brokenPromises(engine: Engine, foreign: Foreign, errors: readonly Error[]): string[] {
  const groups = engine.emulator.groups("7");
  const messages = errors.map(({ message }) => message).join("\n");
  const kept = new Set(Object.values(engine.state).map(({ id }) => id));
  const adopted = (id: number): boolean => kept.has(String(id));
  return [
    ...leftBehind(engine, foreign)
      .filter(({ id, name }) => !isNamed(messages, id, name))
      .map(({ id, name }) => `lost: ${name} (${id}) is neither in the state nor in an error`),
    ...foreign
      .filter(({ id }) => !adopted(id))
      .filter((group) => !groups.some((now) => JSON.stringify(now) === JSON.stringify(group)))
      .map(({ id, name }) => `taken: ${name} (${id}) was changed or deleted`),
    ...errors.filter(({ message }) => !isReadable(message)).map(({ message }) => `not helpful: ${message}`),
  ];
}

/** Returns the groups that are ours but not in the state. */
export function leftBehind(engine: Engine, foreign: Foreign): GroupSnapshot[] {
  const owned = new Set([...Object.values(engine.state).map(({ id }) => id), ...foreign.map(({ id }) => String(id))]);
  return engine.emulator.groups("7").filter(({ id }) => !owned.has(String(id)));
}

/**
 * Returns the differences from the program after a run without faults.
 *
 * @param mayKeepNumber - whether the group that had a requested name may be gone by now.
 */
export function differences(engine: Engine, program: Program, foreign: Foreign, mayKeepNumber = false): string[] {
  const groups = engine.emulator.groups("7");
  const wrong = Object.entries(program).flatMap(([resource, declaration]) => {
    const kept = engine.state[resource];
    const group = groups.find(({ id }) => String(id) === kept?.id);
    if (!kept || !group) return [`${resource} has no group`];
    return isAsDeclared(group, declaration, groups, mayKeepNumber) &&
      kept.outputs["name"] === group.name &&
      !kept.unfinished
      ? []
      : [`${resource} is ${JSON.stringify(group)}, in the state ${JSON.stringify(kept)}`];
  });
  return [
    ...wrong,
    // Two resources may share a group only until the predecessor is deleted.
    ...duplicates(Object.values(engine.state).map(({ id }) => id)).map((id) => `two resources have group ${id}`),
    ...leftBehind(engine, foreign).map(({ name, id }) => `doubled: ${name} (${id})`),
    ...Object.keys(engine.state)
      .filter((resource) => !(resource in program))
      .map((resource) => `${resource} is still in the state`),
  ];
}

function isAsDeclared(
  group: GroupSnapshot,
  { name, active = true, ignore = [] }: Declaration,
  all: readonly GroupSnapshot[],
  mayKeepNumber: boolean,
): boolean {
  const named = isRequestedOrFirstFreeNumber(group.name, name, new Set(all.map((one) => one.name)), mayKeepNumber);
  return (named || ignore.includes("name")) && (group.status === (active ? 1 : 0) || ignore.includes("active"));
}

/** The server appends the lowest free number: a higher one means that a name was sent once too often. */
function isRequestedOrFirstFreeNumber(
  name: string,
  requestedName: string,
  taken: Set<string>,
  mayKeepNumber: boolean,
): boolean {
  if (name === requestedName) return true;
  const number = name.startsWith(requestedName) ? Number(name.slice(requestedName.length)) : NaN;
  if (!Number.isInteger(number) || number < 1 || !(taken.has(requestedName) || mayKeepNumber)) return false;
  return Array.from({ length: number - 1 }, (_, n) => `${requestedName}${n + 1}`).every((lower) => taken.has(lower));
}

/** Whether an error names the group: by its id, or by the requested name if Deepcall may have created it. */
function isNamed(messages: string, id: number, name: string): boolean {
  if (messages.includes(`(id ${id})`)) return true;
  const quoted = [
    ...messages.matchAll(
      /may now have a group ("(?:[^"\\]|\\.)*")|create group ("(?:[^"\\]|\\.)*").* may still create it/g,
    ),
  ];
  return quoted.some(([, one, other]) => couldBeAssignedFor(name, JSON.parse(one ?? other ?? '""') as string));
}

/** An error says what was attempted, on which group and what to do next, and ends with its code. */
function isReadable(message: string): boolean {
  return /^(Could not|The resources) .*".*\. \[deepcall:[\w-]+\]$/.test(message) && message.length > 80;
}

function duplicates(values: readonly string[]): string[] {
  return values.filter((value, index) => values.indexOf(value) !== index);
}
