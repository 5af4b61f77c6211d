import { randomBytes } from "node:crypto";
import { readFileSync, unlinkSync, writeFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { CallError } from "../../client/errors";
import { GroupReader } from "../../client/group-reader";
import type { Group, GroupList } from "../../client/responses";
import { userIdOf, type ClientSettings } from "../../client/settings";
import { findCreatedGroup } from "../../provider/model/find-created";
import { UsageError } from "../io";
import type { Call, Caller } from "./calls";
import type { NamedGroup } from "./findings";

const maxTrialGroups = 12;
/** For the whole command; a trial that comes close to it ends early and deletes its groups. */
const maxCalls = 80;

/** Ends a trial early; the message says why. */
export class TrialStopped extends Error {}

/** The first line of the journal. */
interface Header {
  readonly baseUrl: string;
  readonly userId: string | undefined;
  /** What the name of every group of the trial begins with, unless the server cuts it. */
  readonly stem: string;
  /** The ids of the groups before the trial, and whether they are all of them. */
  readonly before: readonly number[];
  readonly complete: boolean;
}

/** Every other line, on the disk before the next call. */
interface State {
  /** The ids and the requested names of the groups that may exist. */
  readonly groups: readonly (readonly [id: number, name: string])[];
  readonly pending?: string | undefined;
}

/** The groups of one trial, the only ones that it changes. A journal lists them for the case that the trial is killed. */
export class Sandbox {
  /** Whether the first list after a change still shows the account as it was before; `undefined` if that is not known. */
  isStale: boolean | undefined;
  isInterrupted = false;
  /** The name of a group that may exist or appear later, because `add` has no answer yet or the answer was lost. */
  pendingName: string | undefined;
  /** Every id that `add` returned, in their order. */
  readonly createdIds: number[];
  /** What the name of every group begins with. */
  readonly stem: string;
  /** The part of the names that no other group has. */
  readonly token: string;
  /** The requested names of the groups that exist, by id. */
  readonly #groups: Map<number, string>;
  readonly #reader: GroupReader;
  /** Whether lists by id do not show a group, but lists by name do. */
  #isReadByName = false;
  #isChanged = false;

  private constructor(
    private readonly journal: string,
    private readonly header: Header,
    readonly caller: Caller,
    { groups, pending }: State = { groups: [] },
  ) {
    this.stem = header.stem;
    this.token = header.stem.slice(-4);
    this.#groups = new Map(groups);
    this.createdIds = [...this.#groups.keys()];
    this.pendingName = pending;
    this.#reader = new GroupReader(caller.client);
  }

  /** @throws UsageError if the journal exists or cannot be written. Nothing was created. */
  static start(journal: string, { groups, complete }: GroupList, caller: Caller): Sandbox {
    let token: string;
    do token = randomBytes(2).toString("hex");
    while (groups.some(({ name }) => name.toLowerCase().includes(token)));
    const before = groups.map(({ id }) => id);
    const header = { ...accountOf(caller.settings), stem: `pulumi-deepcall trial ${token}`, before, complete };
    append(journal, header, "wx");
    return new Sandbox(journal, header, caller);
  }

  /** Continues a trial that did not delete all of its groups. */
  static resume(journal: string, caller: Caller): Sandbox {
    const [header, ...states] = readJournal(journal);
    const { baseUrl, userId } = accountOf(caller.settings);
    if (header.baseUrl !== baseUrl || header.userId !== userId)
      throw journalError(journal, "it belongs to another account. No call was made. Use the settings of the trial.");
    return new Sandbox(journal, header, caller, states.at(-1));
  }

  /** A call of the trial, unless the trial must stop. Enough calls remain to delete its groups. */
  readonly call: Call = async (...call) => {
    this.#assertMayCall();
    return this.caller.call(...call);
  };

  async add(name: string): Promise<number> {
    this.#assertMayCall();
    if (this.createdIds.length === maxTrialGroups) throw new TrialStopped(`it has ${maxTrialGroups} groups`);
    this.#isChanged = true;
    this.pendingName = name;
    this.#writeJournal();
    try {
      const id = await this.caller.client.add(name);
      this.#keep(id, name);
      this.#writeJournal();
      return id;
    } catch (error) {
      if (error instanceof CallError && ["refused", "not sent"].includes(error.outcome)) this.pendingName = undefined;
      throw error;
    }
  }

  /**
   * Changes a group of the trial. Every failure ends the trial, except for a refusal that answers its question.
   *
   * @returns the refusal.
   */
  async change(
    operation: "update" | "delete" | "submitAssignGroupToAgent",
    id: number,
    fields: object = {},
    isQuestion = false,
  ): Promise<CallError | undefined> {
    this.#isChanged = true;
    const { error } = await this.call(operation, { groupId: String(id), ...fields });
    const isAnswer = error?.outcome === "refused" && !["1002", "1014", "1020", "1039"].includes(error.errorCode);
    if (error && !(isQuestion && isAnswer)) throw error;
    if (operation === "delete" && !error) this.#groups.delete(id);
    return error;
  }

  /** A group of the trial, from a list that shows the last change. */
  async read(id: number): Promise<Group> {
    const find = async (): Promise<Group | undefined> => {
      this.#assertMayCall();
      const { groups } = await this.caller.client.list(this.#isReadByName ? { name: this.token } : { id });
      return groups.find((group) => group.id === id);
    };
    let group = await find();
    // The first list after a change may be stale. Only the first read, which is of a new group, shows whether it is.
    const isFresh = !this.#isChanged || this.isStale === false || (this.isStale === undefined && group !== undefined);
    if (!isFresh) {
      await sleep(this.caller.policy.firstDelayMs);
      group = await find();
    }
    this.isStale ??= !isFresh;
    this.#isChanged = false;
    if (group) return group;
    if (this.#isReadByName) throw new TrialStopped("lists do not show a group that was created");
    this.#isReadByName = true;
    return this.read(id);
  }

  /**
   * Deletes the groups of the trial.
   *
   * @param isLater - after another run of the command: a group is deleted only if it still has a name of the trial.
   * @returns the groups that may still exist.
   */
  async cleanUp(isLater = false): Promise<readonly NamedGroup[]> {
    const leftovers = this.pendingName === undefined ? [] : await this.#findPending(this.pendingName, isLater);
    for (const [id, name] of this.#groups) if (!(await this.#delete(id, isLater))) leftovers.push({ id, name });
    // Otherwise the journal remains, and may also list groups that are gone.
    if (leftovers.length === 0 && this.pendingName === undefined) unlinkSync(this.journal);
    return leftovers;
  }

  /** Finds the group of an `add` whose answer was lost. Returns the candidates if it is unclear which one it is. */
  async #findPending(name: string, isLater: boolean): Promise<NamedGroup[]> {
    if (!isLater) await sleep(this.caller.policy.lateCommitMs);
    const lists = await this.#reader.listAfterLostAdd(this.token).catch(unlessCallError);
    if (!lists) return [];
    // A server may trim, escape or cut the name.
    const recognize = (groups: readonly Group[]) => groups.map((one) => (this.#hasName(one) ? { ...one, name } : one));
    const before = this.header.before.map((id) => ({ id, name: "", active: undefined, owner: undefined }));
    const after = { all: recognize(lists.all), withName: recognize(lists.withName) };
    const created = findCreatedGroup(name, before, after, (id) => this.#groups.has(id));
    if (created.kind === "none") {
      if (isLater && lists.complete) this.pendingName = undefined;
      return [];
    }
    const candidates = created.kind === "one" ? [created.group] : created.candidates;
    if (created.kind === "unclear" || !this.header.complete) return candidates.map(({ id }) => ({ id, name }));
    this.#keep(created.group.id, name);
    return [];
  }

  /** Whether a name is one of the trial; the server may have cut it, and have appended a number. */
  #hasName({ name }: Group): boolean {
    const base = name.toLowerCase().replace(/[ _-]?\(?\d+\)?$/, "");
    return name.toLowerCase().includes(this.token) || (base.length > 4 && this.stem.startsWith(base));
  }

  /** @returns whether the group is gone. */
  async #delete(id: number, isLater: boolean): Promise<boolean> {
    try {
      const group = isLater && (await this.#reader.readById(id));
      if (group && !this.#hasName(group)) return false;
      if (group !== undefined) await this.caller.client.delete(id);
      return true;
    } catch (error) {
      unlessCallError(error);
      // It may have been deleted before, or the answer was lost.
      return (await this.#reader.readById(id).catch(() => "unknown")) === undefined;
    }
  }

  #assertMayCall(): void {
    if (this.isInterrupted) throw new TrialStopped("it was interrupted");
    if (this.caller.exchanges.length + this.#groups.size >= maxCalls)
      throw new TrialStopped(`it would make more than ${maxCalls} calls`);
  }

  #keep(id: number, name: string): void {
    this.createdIds.push(id);
    this.#groups.set(id, name);
    this.pendingName = undefined;
  }

  #writeJournal(): void {
    append(this.journal, { groups: [...this.#groups], pending: this.pendingName }, "a");
  }
}

function unlessCallError(error: unknown): undefined {
  if (!(error instanceof CallError)) throw error;
}

function accountOf(settings: ClientSettings): Pick<Header, "baseUrl" | "userId"> {
  return { baseUrl: settings.baseUrl.href, userId: userIdOf(settings) };
}

function append(journal: string, line: Header | State, flag: "wx" | "a"): void {
  try {
    writeFileSync(journal, `${JSON.stringify(line)}\n`, { flag, mode: 0o600, flush: true });
  } catch (error) {
    throw journalError(journal, `${(error as Error).message}. The trial needs a folder that it can write to.`);
  }
}

function readJournal(journal: string): [Header, ...State[]] {
  try {
    // A line that was not written to its end is not followed by a call.
    const lines = readFileSync(journal, "utf8").split("\n").slice(0, -1);
    if (lines.length === 0) throw new Error("it is empty: delete it");
    return lines.map((line) => JSON.parse(line) as unknown) as [Header, ...State[]];
  } catch (error) {
    throw journalError(journal, `${(error as Error).message}. No call was made. There is nothing to clean up.`);
  }
}

function journalError(journal: string, reason: string): UsageError {
  return new UsageError(`Could not use the journal ${journal}: ${reason}`);
}
