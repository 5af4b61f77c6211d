import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, openSync, readFileSync, unlinkSync, writeSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { AnswerError, NotFoundError, RateLimitError, type CallError } from "../../client/errors";
import { readPages, type PageFields } from "../../client/pages";
import { readNewId, type Group, type GroupList, type JsonObject, type ListPage } from "../../client/responses";
import type { HttpReply } from "../../client/transport";
import type { RetryPolicy } from "../../client/retry";
import type { ClientSettings } from "../../client/settings";
import { findCreatedGroup } from "../../provider/model/find-created";
import { UsageError } from "../io";
import type { Call, Exchange } from "./calls";
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
/** Every other line: an event, on the disk before the next call. */
type Event =
  { readonly add: string } | { readonly id: number } | { readonly deleted: number } | { readonly none: true };

export interface Caller {
  readonly call: Call;
  readonly exchanges: readonly Exchange[];
  readonly policy: RetryPolicy;
}

/** The groups of one trial, the only ones that it changes. A journal lists them for the case that the trial is killed. */
export class Sandbox {
  /** Whether the first list after a change still shows the account as it was before; `undefined` if that is not known. */
  isStale: boolean | undefined;
  isInterrupted = false;
  /** Every id that `add` returned, in their order. */
  readonly createdIds: number[] = [];
  /** The requested names of the groups that exist, by id. */
  readonly #groups = new Map<number, string>();
  /** The name of an `add` without an answer: its group may exist. */
  #pending: string | undefined;
  /** The first of the filters with which a list shows a new group. */
  #filter = 0;
  #isChanged = false;
  /** How many failed calls are repeated while the groups are deleted. */
  #patience = 10;

  private constructor(
    private readonly journal: string,
    private readonly header: Header,
    private readonly caller: Caller,
  ) {}

  /** @throws UsageError if the journal exists or cannot be written. Nothing was created. */
  static start(
    journal: string,
    settings: ClientSettings,
    groups: readonly Group[],
    complete: boolean,
    caller: Caller,
  ): Sandbox {
    let token: string;
    do token = randomBytes(2).toString("hex");
    while (groups.some(({ name }) => name.toLowerCase().includes(token)));
    const before = groups.map(({ id }) => id);
    const header = { ...accountOf(settings), stem: `pulumi-deepcall trial ${token}`, before, complete };
    append(journal, header, "wx");
    return new Sandbox(journal, header, caller);
  }

  /** Continues a trial that did not delete all of its groups. */
  static resume(journal: string, settings: ClientSettings, caller: Caller): Sandbox {
    const [header, ...events] = readJournal(journal);
    const { baseUrl, userId } = accountOf(settings);
    if (header.baseUrl !== baseUrl || header.userId !== userId)
      throw journalError(journal, "it belongs to another account. No call was made. Use the settings of the trial.");
    const sandbox = new Sandbox(journal, header, caller);
    for (const event of events) sandbox.#apply(event);
    return sandbox;
  }

  get stem(): string {
    return this.header.stem;
  }

  /** The part of the names that no other group has. */
  get token(): string {
    return this.stem.slice(-4);
  }

  /** A call of the trial, unless the trial must stop. Enough calls remain to delete its groups. */
  readonly call: Call = async (...call) => {
    this.#assertMayCall();
    return this.caller.call(...call);
  };

  async add(name: string): Promise<number> {
    this.#assertMayCall();
    if (this.createdIds.length === maxTrialGroups) throw new TrialStopped(`it has ${maxTrialGroups} groups`);
    this.#record({ add: name });
    this.#isChanged = true;
    const { reply, error } = await this.caller.call("add", { name });
    if (error && ["refused", "not sent"].includes(error.outcome)) this.#record({ none: true });
    if (error) throw new TrialStopped(error.description, { cause: error });
    const id = idOf(reply);
    this.#record({ id });
    return id;
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
    if (error && !(isQuestion && isAnswer)) throw new TrialStopped(error.description, { cause: error });
    if (operation === "delete" && !error && this.#groups.has(id)) this.#record({ deleted: id });
    return error;
  }

  /** A group of the trial, from a list that shows the last change. */
  async read(id: number): Promise<Group> {
    const filters = [{ groupid: String(id), groupId: id }, { name: this.token }, {}];
    const find = async (filter: JsonObject = {}): Promise<Group | undefined> => {
      const isEnough = (page: ListPage): boolean => page.groups.some((group) => group.id === id);
      const list = await listAll(async (page) => this.call("list", { ...filter, ...page }), isEnough);
      return list?.groups.find((group) => group.id === id);
    };
    // The first list after a change may be stale. Only the first read, which is of a new group, shows whether it is.
    const first = await find(filters[this.#filter]);
    const isFresh = !this.#isChanged || this.isStale === false || (this.isStale === undefined && first !== undefined);
    if (!isFresh) await sleep(this.caller.policy.firstDelayMs);
    let group = isFresh ? first : await find(filters[this.#filter]);
    if (group) this.isStale ??= !isFresh;
    while (!group && this.#filter < 2) group = await find(filters[++this.#filter]);
    this.isStale ??= true;
    this.#isChanged = false;
    if (!group) throw new TrialStopped("lists do not show a group that was created");
    return group;
  }

  /**
   * Deletes the groups of the trial.
   *
   * @param isLater - after another run of the command: a group is deleted only if it still has a name of the trial.
   * @returns the groups that may still exist.
   */
  async cleanUp(isLater = false): Promise<readonly NamedGroup[]> {
    const leftovers = this.#pending === undefined ? [] : await this.#findPending(this.#pending, isLater);
    const all = isLater ? await this.#listAll() : undefined;
    for (const [id, name] of this.#groups) {
      const isOurs = isLater ? await this.#check(id, all) : "yes";
      if (isOurs === "no" || (isOurs === "yes" && !(await this.#delete(id)))) leftovers.push({ id, name });
      else this.#recordDeletion(id);
    }
    if (leftovers.length === 0 && this.#pending === undefined) unlinkSync(this.journal);
    return leftovers;
  }

  /** The name of a group that may appear later, because the answer to its `add` was lost. */
  get pendingName(): string | undefined {
    return this.#pending;
  }

  /** Finds the group of an `add` whose answer was lost. Returns the candidates if it is unclear which one it is. */
  async #findPending(name: string, isLater: boolean): Promise<NamedGroup[]> {
    if (!isLater) await sleep(this.caller.policy.lateCommitMs);
    const all = await this.#listAll();
    const byName = await this.#repeat("list", { name: this.token });
    if (!all || !byName) return [];
    // A server may trim, escape or cut the name.
    const recognize = (groups: readonly Group[]) => groups.map((one) => (this.#hasName(one) ? { ...one, name } : one));
    const before = this.header.before.map((id) => ({ id, name: "", active: undefined, owner: undefined }));
    const after = { all: recognize(all.groups), withName: recognize(byName.groups ?? []) };
    const created = findCreatedGroup(name, before, after, (id) => this.#groups.has(id));
    if (created.kind === "one" && this.header.complete) this.#record({ id: created.group.id });
    else if (created.kind === "none" && isLater && all.complete) this.#record({ none: true });
    const candidates = created.kind === "one" ? [created.group] : created.kind === "none" ? [] : created.candidates;
    return this.#pending === undefined ? [] : candidates.map((group) => ({ id: group.id, name }));
  }

  /** Whether a name is one of the trial; the server may have cut it, and have appended a number. */
  #hasName({ name }: Group): boolean {
    const base = name.toLowerCase().replace(/[ _-]?\(?\d+\)?$/, "");
    return name.toLowerCase().includes(this.token) || (base.length > 4 && this.stem.startsWith(base));
  }

  async #check(id: number, all: GroupList | undefined): Promise<"yes" | "no" | "gone"> {
    const isGroup = (group: Group): boolean => group.id === id;
    const byId = { groupid: String(id), groupId: id };
    const list = all?.groups.some(isGroup) ? all : await this.#repeat("list", byId);
    const group = list?.groups?.find(isGroup);
    if (group) return this.#hasName(group) ? "yes" : "no";
    return list?.complete ? "gone" : "no";
  }

  async #delete(id: number): Promise<boolean> {
    if (await this.#repeat("delete", { groupId: String(id) })) return true;
    return (await this.#check(id, undefined)) === "gone";
  }

  async #listAll(): Promise<GroupList | undefined> {
    return listAll(async (fields) => this.#repeat("list", fields));
  }

  /** Repeats a call after every failure, within limits; `undefined` if it does not succeed. */
  async #repeat(...[operation, fields]: Parameters<Call>): Promise<Exchange | undefined> {
    for (;;) {
      const exchange = await this.caller.call(operation, fields).catch((error: unknown) => {
        if (!(error instanceof RateLimitError)) throw error;
      });
      const isDone = exchange && (!exchange.error || exchange.error instanceof NotFoundError || exchange.groups);
      if (isDone && !exchange.problem) return exchange;
      if (this.#patience-- <= 0) return undefined;
      await sleep(this.caller.policy.firstDelayMs);
    }
  }

  #assertMayCall(): void {
    if (this.isInterrupted) throw new TrialStopped("it was interrupted");
    if (this.caller.exchanges.length + this.#groups.size >= maxCalls)
      throw new TrialStopped(`it would make more than ${maxCalls} calls`);
  }

  #record(event: Event): void {
    // First in memory: if the journal cannot be written, the group is deleted all the same.
    this.#apply(event);
    append(this.journal, event, "a");
  }

  #recordDeletion(id: number): void {
    try {
      this.#record({ deleted: id });
    } catch (error) {
      // The journal then lists a group that is gone.
      if (!(error instanceof UsageError)) throw error;
    }
  }

  #apply(event: Event): void {
    if ("id" in event) {
      this.createdIds.push(event.id);
      this.#groups.set(event.id, this.#pending ?? "");
    }
    if ("deleted" in event) this.#groups.delete(event.deleted);
    else this.#pending = "add" in event ? event.add : undefined;
  }
}

/** All pages of a list; `undefined` if one of them fails. */
export async function listAll(
  readPage: (fields: JsonObject) => Promise<Exchange | undefined>,
  isEnough: (page: ListPage) => boolean = () => false,
): Promise<GroupList | undefined> {
  const failed = new AnswerError("list", "a page that is not understood");
  try {
    const read = async (fields: PageFields): Promise<ListPage> => {
      const page = await readPage({ ...fields });
      if (page?.groups === undefined) throw failed;
      return page as ListPage;
    };
    return await readPages(read, 1, isEnough);
  } catch (error) {
    if (error === failed) return undefined;
    throw error;
  }
}

function idOf(reply: HttpReply | undefined): number {
  try {
    if (reply) return readNewId("add", reply);
  } catch (error) {
    if (!(error instanceof AnswerError)) throw error;
    throw new TrialStopped(error.description);
  }
  throw new TrialStopped("add has no answer");
}

function accountOf({ baseUrl, credentials }: ClientSettings): Pick<Header, "baseUrl" | "userId"> {
  return { baseUrl: baseUrl.href, userId: "userId" in credentials ? credentials.userId : undefined };
}

function append(journal: string, line: object, flag: "wx" | "a"): void {
  try {
    const file = openSync(journal, flag, 0o600);
    writeSync(file, `${JSON.stringify(line)}\n`);
    fsyncSync(file);
    closeSync(file);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const exists = "an earlier trial has not deleted its groups. Run doctor --try-changes --clean-up first.";
    throw journalError(
      journal,
      code === "EEXIST" ? exists : `${message}. The trial needs a folder that it can write to.`,
    );
  }
}

function readJournal(journal: string): [Header, ...Event[]] {
  let text: string;
  try {
    text = readFileSync(journal, "utf8");
  } catch (error) {
    throw journalError(journal, `${(error as Error).message}. No call was made. There is nothing to clean up.`);
  }
  // A line that was not written to its end is not followed by a call.
  const lines = text.split("\n").slice(0, -1);
  if (lines.length === 0)
    throw journalError(journal, "it is empty. No call was made. The trial created nothing: delete the file.");
  return lines.map((line) => JSON.parse(line) as unknown) as [Header, ...Event[]];
}

function journalError(journal: string, reason: string): UsageError {
  return new UsageError(`Could not use the journal ${journal}: ${reason}`);
}
