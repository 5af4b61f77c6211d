import fc from "fast-check";
import type { Emulator, EmulatorOptions, GroupSnapshot } from "../../emulator";
import { couldBeAssignedFor } from "../../provider/model/names";
import {
  Engine,
  type AgentsDeclaration,
  type DeclaredAgent,
  type Declaration,
  type Program,
  type FrontEnd,
} from "../support/engine";
import { emulate, fastRetries } from "../support/lifecycle";
import { seed } from "../support/seed";
import { AgentsOracle } from "./agents-oracle";
import { brokenPromises, deletedWithAgents, guardedGroups, leftBehind } from "./oracle";

jest.setTimeout(600_000);

const isSlowSuite = process.env["TEST_SUITE"] === "slow";
const runs = Number(process.env["PROPERTY_RUNS"] ?? (isSlowSuite ? 300 : 100));
/** For a fault that lasts, the deadline is short; one that ends is never cut short by it. */
const retryPolicy = (lasting: boolean) => ({ ...fastRetries, deadlineMs: lasting ? 200 : 30_000, lateCommitMs: 10 });

const names = ["Support", "Sales", "R & D", "Night"] as const;
const agent: fc.Arbitrary<DeclaredAgent> = fc.oneof(
  fc.constantFrom("1001", "1002", "1003", "1004"),
  fc.record({ id: fc.constantFrom("1001", "1002"), receivesCalls: fc.boolean() }),
);
const agentList = (minLength: number) =>
  fc.uniqueArray(agent, { minLength, maxLength: 3, selector: (one) => (typeof one === "string" ? one : one.id) });
const agents: fc.Arbitrary<AgentsDeclaration> = fc.oneof(
  fc.record({ list: agentList(1) }),
  fc.record({ list: agentList(0), otherAgents: fc.constant("remove" as const), removeExisting: fc.boolean() }),
);
const declaration: fc.Arbitrary<Declaration> = fc.record(
  {
    name: fc.constantFrom(...names),
    active: fc.boolean(),
    onNameConflict: fc.constantFrom("suffix", "suffix", "adopt", "fail"),
    deleteWithAgents: fc.boolean(),
    agents,
  },
  { requiredKeys: ["name"] },
);
const program: fc.Arbitrary<Program> = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), declaration, {
  noNullPrototype: true,
});
const kinds = [
  ...["reset-before", "reset-after", "cut-after", "error-before:1009", "error-after:1009", "error-before:1015"],
  ...["http-before:503", "http-after:502", "http-before:429:0", "html-after", "shape-after", "redirect"],
];
const faultOf = (...operations: string[]): fc.Arbitrary<string> =>
  fc
    .tuple(
      fc.constantFrom(...operations),
      fc.constantFrom(...kinds),
      fc.constantFrom(1, 2, 3),
      fc.constantFrom(1, 2, 0),
    )
    .map(([operation, kind, nth, times]) => `${operation}:${kind}@${nth}x${times}`);
const fault = faultOf("add", "update", "delete", "list", "getGroupAgentRelation", "submitAssignGroupToAgent", "any");
/** The answer to `add` is lost, and a list after it may fail too. */
const lostAdd = fc.tuple(
  fc.constantFrom(...kinds.filter((kind) => kind.includes("-after"))).map((kind) => `add:${kind}`),
  faultOf("list"),
);
/** The answer to `submitAssignGroupToAgent` is lost, and a second attempt or a read after it may fail too. */
const lostSubmit = fc.tuple(
  fc.constantFrom(...kinds.filter((kind) => kind.includes("-after"))).map((kind) => `submitAssignGroupToAgent:${kind}`),
  fc.oneof(
    faultOf("getGroupAgentRelation"),
    fc.constantFrom("error-before:1015@2", "error-before:1047@2x0").map((kind) => `submitAssignGroupToAgent:${kind}`),
  ),
);

type Step =
  | { kind: "up"; program: Program; refresh: boolean; faults: string[] }
  | { kind: "destroy" | "refresh"; faults: string[] }
  | {
      kind: "edit";
      action: "add" | "rename" | "switch" | "remove" | "assign";
      which: number;
      name: string;
      agents: readonly DeclaredAgent[];
    };
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("up" as const),
      program,
      refresh: fc.boolean(),
      faults: fc.oneof(
        { weight: 3, arbitrary: fc.array(fault, { maxLength: 2 }) },
        { weight: 1, arbitrary: lostAdd },
        { weight: 1, arbitrary: lostSubmit },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom("destroy" as const, "refresh" as const),
      faults: fc.array(fault, { maxLength: 1 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("edit" as const),
      action: fc.constantFrom(
        "add" as const,
        "rename" as const,
        "switch" as const,
        "remove" as const,
        "assign" as const,
        "assign" as const,
        "assign" as const,
      ),
      which: fc.nat(9),
      name: fc.constantFrom(...names, "By hand"),
      agents: agentList(0),
    }),
  },
);

type Example = [Step[], Program, boolean, Partial<EmulatorOptions>];

/** A regression: a removed group was not deleted because another resource, which had its own group, requests its name. */
const regression: Example = [
  [
    { kind: "up", program: { a: { name: "Sales" }, c: { name: "R & D" } }, refresh: false, faults: [] },
    {
      kind: "up",
      program: { d: { name: "R & D" }, c: { name: "Sales", onNameConflict: "adopt" } },
      refresh: false,
      faults: [],
    },
  ],
  { d: { name: "R & D", onNameConflict: "adopt" } },
  true,
  {},
];

/** Somebody assigns an agent before the first apply with "remove", or after one that failed; rare at random. */
const exactly: Program = { a: { name: "Support", agents: { list: ["1001"], otherAgents: "remove" } } };
const assignment: Step = { kind: "edit", action: "assign", which: 0, name: "Support", agents: ["1001", "1002"] };
const firstApplies: Example[] = [{ a: { name: "Support" } }, exactly].map((first) => [
  [
    { kind: "up", program: first, refresh: false, faults: ["submitAssignGroupToAgent:reset-before@1x0"] },
    assignment,
    { kind: "up", program: exactly, refresh: false, faults: [] },
  ],
  exactly,
  false,
  {},
]);

/** How the server may answer. */
const serverOptions: fc.Arbitrary<Partial<EmulatorOptions>> = fc.record({
  pageSize: fc.constantFrom(0, 0, 1, 2, 3),
  missing: fc.constantFrom("1503", "empty", "noData"),
  payloadKey: fc.constantFrom("response", "data"),
  deletion: fc.constantFrom("permanent", "isDeleted", "preDeleted"),
  idKey: fc.constantFrom("id", "unique_id"),
  emptyIds: fc.boolean(),
  passwordFields: fc.boolean(),
  plainRelation: fc.constantFrom("full", "empty"),
  assign: fc.constantFrom("replace", "replace", "replace", "add"),
  relationShape: fc.constantFrom("array", "byId"),
  agentData: fc.constantFrom("group", "account"),
});

/** An account with a program, manual changes and faults. */
class History {
  readonly engine: Engine;
  readonly #agents: AgentsOracle;
  #foreign: GroupSnapshot[] = [];

  constructor(
    readonly emulator: Emulator,
    frontEnd: FrontEnd,
  ) {
    this.engine = new Engine(emulator, undefined, frontEnd);
    this.#agents = new AgentsOracle(this.engine);
  }

  async apply(next: Step): Promise<void> {
    if (next.kind === "edit") {
      this.#edit(next);
      return;
    }
    const isLasting = next.faults.some((text) => text.endsWith("x0"));
    this.engine.retryPolicy = retryPolicy(isLasting);
    for (const text of next.faults) this.emulator.faults.add(text);
    const withAgents = this.emulator.groups("7").filter(({ id }) => this.#agents.strangers(id).size > 0);
    const guarded = guardedGroups(this.engine, new Set(withAgents.map(({ id }) => id)));
    const errors =
      next.kind === "up"
        ? await this.#run(next.program, () => this.engine.up(next.program, next))
        : await this.#run({}, () => this.engine[next.kind]());
    this.emulator.faults.clear();
    expect(deletedWithAgents(this.engine, guarded)).toEqual([]);
    if (!isLasting) expect(leftBehind(this.engine, this.#foreign)).toEqual([]);
    this.#expectPromises(errors);
  }

  /**
   * Without faults, a refresh and an update lead to the declared state, or to an error for a name that is really taken,
   * for agents that the program does not list, or for a server that cannot remove agents. The last two kinds end with
   * their cause.
   */
  async settle(last: Program): Promise<void> {
    const up = async () => this.#run(last, () => this.engine.up(last, { refresh: true }));
    const first = await up();
    this.#expectPromises(first);
    const taken = ["name-taken", "shared-group"];
    for (const error of first)
      expect([...taken, "has-agents", "other-agents", "agents-rejected"]).toContain(codeOf(error));
    this.emulator.options.assign = "replace";
    for (const { id } of this.emulator.groups("7")) {
      const strangers = this.#agents.strangers(id);
      // A predecessor's agents count as others, too.
      const hasPredecessor = Object.entries(this.engine.agentsState).some(
        ([resource, kept]) => kept.id === String(id) && !last[resource]?.agents,
      );
      this.#agents.setAgents(
        id,
        this.emulator.agents(id).filter((one) => !strangers.has(one.id) && !hasPredecessor),
      );
    }
    const errors = await up();
    this.#expectPromises(errors);
    const groupIds = Object.values(this.engine.state).map(({ id }) => id);
    const isShared = new Set(groupIds).size < groupIds.length;
    for (const error of errors) expect([...taken, ...(isShared ? ["other-agents"] : [])]).toContain(codeOf(error));
    if (errors.length > 0) return;
    expect(this.#agents.differences(last)).toEqual([]);
    const groups = this.emulator.groups("7");
    for (const [resource, { name, active = true }] of Object.entries(last)) {
      const group = groups.find(({ id }) => String(id) === this.engine.state[resource]?.id);
      expect(group).toMatchObject({ status: active ? 1 : 0 });
      expect(couldBeAssignedFor(group?.name ?? "", name)).toBe(true);
    }
    this.emulator.clearCalls();
    expect(await this.engine.up(last)).toEqual([]);
    expect(this.emulator.count()).toBe(0);
    expect(groups.map(({ id }) => id)).toEqual(
      [...Object.values(this.engine.state).map(({ id }) => Number(id)), ...this.#foreign.map(({ id }) => id)].toSorted(
        (a, b) => a - b,
      ),
    );
  }

  /** Runs a command and checks what it did to agents. */
  async #run(program: Program, command: () => Promise<Error[]>): Promise<Error[]> {
    this.#agents.start();
    const errors = await command();
    expect(this.#agents.finish(program)).toEqual([]);
    return errors;
  }

  #expectPromises(errors: Error[]): void {
    expect(brokenPromises(this.engine, this.#foreign, errors)).toEqual([]);
    const kept = new Set(Object.values(this.engine.state).map(({ id }) => id));
    // An adopted group is ours; the reader of an error decides about the group that it names.
    this.#foreign = this.emulator.groups("7").filter(({ id }) => !kept.has(String(id)));
  }

  #edit({ action, which, name, agents: assigned }: Extract<Step, { kind: "edit" }>): void {
    const panel = this.emulator.account("7");
    const groups = this.emulator.groups("7");
    const group = groups[which % Math.max(1, groups.length)];
    const isTaken = groups.some((other) => other.name === name);
    if (action === "add" && !isTaken) this.#foreign.push(panel.add(name));
    if (!group || action === "add") return;
    if (action === "rename" && !isTaken) panel.rename(group.id, name);
    if (action === "switch") panel.setStatus(group.id, group.status === 1 ? 0 : 1);
    if (action === "remove") panel.remove(group.id);
    if (action === "assign")
      this.#agents.setAgents(
        group.id,
        assigned.map((one) => (typeof one === "string" ? { id: one } : one)),
      );
    this.#foreign = this.#foreign.flatMap(({ id }) => this.emulator.groups("7").find((now) => now.id === id) ?? []);
  }
}

const codeOf = (error: Error): string | undefined => /\[deepcall:([\w-]+)\]$/.exec(error.message)?.[1];

test.each<[FrontEnd, number]>([
  ["dynamic", runs],
  ["plugin", isSlowSuite ? runs : Math.ceil(runs / 3)],
])("the promises hold after each step of random histories through the %s provider (%i)", async (frontEnd, numRuns) => {
  process.stdout.write(`property test: SEED=${seed}\n`);
  let steps = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(step, { minLength: 1, maxLength: 6 }),
      program,
      fc.boolean(),
      serverOptions,
      async (historySteps, last, ownNameTaken, options) => {
        const emulator = await emulate({ ...options, ownNameTaken, nameTransform: ownNameTaken ? "none" : "escape" });
        const history = new History(emulator, frontEnd);
        for (const next of historySteps) {
          steps++;
          await history.apply(next);
        }
        await history.settle(last);
        await emulator.close();
      },
    ),
    { seed, numRuns, examples: [regression, ...firstApplies] },
  );
  process.stdout.write(`property test: ${numRuns} histories, ${steps} steps\n`);
});
