import { existsSync } from "node:fs";
import fc from "fast-check";
import { defaultOptions, optionsSchema } from "../../../emulator/options";
import type { EmulatorOptions } from "../../../emulator";
import { seed } from "../../support/seed";
import { account, contents, journalFile, tryChanges, withAgents } from "./trial-support";

jest.setTimeout(600_000);

type Options = EmulatorOptions;
type Option = keyof Options;
const isReadable = ({ agentPermission, quickRelation, plainRelation }: Options): boolean =>
  agentPermission === "all" && (quickRelation === "full" || plainRelation === "full");
/** Whether the trial understands the agents of its groups. */
const isUnderstood = (options: Options): boolean => isReadable(options) && options.relationShape !== "unknown";
/** Whether an answer has rows in `agentData`. */
const hasAgentData = ({ agentPermission, agentData }: Options): boolean =>
  agentPermission === "all" || (agentPermission === "read" && agentData === "account");
const showsAgentIds = (options: Options): boolean =>
  (hasAgentData(options) && options.agentShape === "array") ||
  (isReadable(options) && options.relationShape === "array");
const onlyTrue = (value: boolean): true | undefined => value || undefined;
const relationForm = (options: Options, form: "quickRelation" | "plainRelation") => {
  // An empty form is left out if groups without agents leave it out.
  const { agentPermission, noAgents } = options;
  const shown = (key: "quickRelation" | "plainRelation") =>
    options[key] === "empty" && noAgents === "absent" ? "none" : options[key];
  if (agentPermission === "all") return shown(form);
  const other = shown(form === "quickRelation" ? "plainRelation" : "quickRelation");
  const isShown = agentPermission === "read" && other !== "none" && noAgents !== "absent";
  return isShown && shown(form) === "none" ? ("none" as const) : undefined;
};
const effect = ({ assign }: Options, value: "apply" | "ignore" | "reject") =>
  value === "reject" || assign === "replace" ? value : undefined;

/**
 * What the command observes under each option: "yes" stands for its value, and `undefined` for nothing. An option that
 * it cannot observe says why.
 */
const observable: { readonly [K in Option]: string | ((options: Options) => Options[K] | undefined) } = {
  suffix: "yes",
  suffixStart: "yes",
  updateDuplicate: "yes",
  ownNameTaken: ({ updateDuplicate, ownNameTaken }) => (updateDuplicate === "allow" ? undefined : ownNameTaken),
  caseInsensitive: "yes",
  nameTransform: "yes",
  nameLength: ({ nameTransform, nameLength }) => (nameTransform === "cut" ? 0 : nameLength),
  replacedCharacters: "yes",
  inactiveStatus: ({ inactiveStatus, listStatus }) =>
    listStatus || inactiveStatus === "reject" ? inactiveStatus : undefined,
  missingStatus: ({ inactiveStatus, missingStatus, listStatus }) =>
    inactiveStatus === "accept" && listStatus ? missingStatus : undefined,
  listShape: ({ listShape, filterKey }) => (listShape === "single" && filterKey === "none" ? "array" : listShape),
  idKey: ({ listShape, agentPermission, idKey }) =>
    listShape === "byId" && agentPermission === "none" ? undefined : idKey,
  idType: ({ listShape, agentPermission, idType }) =>
    listShape === "byId" && agentPermission === "none" ? undefined : idType,
  codeType: "yes",
  statusType: ({ listStatus, statusType }) => (listStatus ? statusType : undefined),
  missing: ({ filterKey, missing }) => (filterKey === "none" ? undefined : missing),
  filterKey: "yes",
  nameFilter: "yes",
  listStatus: "yes",
  listOwner: "yes",
  pageLimit: ({ pageLimit, nameFilter, listShape }) =>
    pageLimit > 0 && (nameFilter === "part" || listShape === "nestedWithTotal") ? pageLimit : undefined,
  pageSize: ({ pageSize }) => (pageSize > 0 ? pageSize : undefined),
  pageField: ({ pageSize, pageField }) => (pageSize > 0 ? pageField : undefined),
  payloadKey: "yes",
  deletion: "yes",
  secondDelete: "yes",
  missingRelation: ({ agentPermission, missingRelation }) => (agentPermission === "none" ? undefined : missingRelation),
  idOrder: "yes",
  staleLists: "yes",
  emptyIds: ({ emptyIds }) => onlyTrue(emptyIds),
  passwordFields: ({ passwordFields }) => onlyTrue(passwordFields),
  errorHttpStatus: "yes",
  authFailureCode: "only wrong credentials show it",
  agentData: (options) => {
    const { agentData, noAgents, relationShape, agentPermission } = options;
    if (agentData === "account") return agentPermission === "none" ? undefined : agentData;
    return isReadable(options) && noAgents !== "absent" && relationShape !== "unknown" ? agentData : undefined;
  },
  assign: (options) => (isReadable(options) ? options.assign : undefined),
  emptyAgents: (options) => {
    const isSeen = options.emptyAgents === "reject" ? options.agentPermission === "all" : isReadable(options);
    return isSeen ? effect(options, options.emptyAgents) : undefined;
  },
  missingAgents: (options) => {
    const { emptyAgents, missingAgents } = options;
    const applied = missingAgents === "asEmpty" ? emptyAgents : missingAgents;
    const missing = observedOf({ ...options, emptyAgents: applied }, "emptyAgents");
    const empty = observedOf(options, "emptyAgents");
    // Where assignments only add agents, or no agents are shown, a list that is applied and one that is ignored look the same.
    if (missing === undefined) return empty === "reject" ? "ignore" : undefined;
    return missing === empty ? "asEmpty" : missing;
  },
  agentsOnDelete: (options) => (isReadable(options) ? options.agentsOnDelete : undefined),
  unknownAgent: (options) => {
    if (options.agentPermission !== "all") return undefined;
    // Where no agents are shown, one that is ignored looks like one that is accepted.
    return options.unknownAgent === "ignore" && !isReadable(options) ? "accept" : options.unknownAgent;
  },
  unknownAgentCode: ({ agentPermission, unknownAgent, unknownAgentCode }) =>
    agentPermission === "all" && unknownAgent === "reject" ? unknownAgentCode : undefined,
  agentShape: (options) => (hasAgentData(options) ? options.agentShape : undefined),
  relationShape: (options) => (isReadable(options) ? options.relationShape : undefined),
  noAgents: ({ quickRelation, plainRelation, noAgents, agentPermission }) => {
    if (agentPermission === "none") return undefined;
    const forms = [quickRelation, plainRelation];
    if (noAgents !== "absent" && forms.some((form) => form !== "none")) return noAgents;
    return agentPermission === "read" || forms.includes("full") ? "absent" : undefined;
  },
  agentIdKey: (options) => (showsAgentIds(options) ? options.agentIdKey : undefined),
  agentIdType: (options) => (showsAgentIds(options) ? options.agentIdType : undefined),
  receiveCallType: (options) => (isUnderstood(options) ? options.receiveCallType : undefined),
  quickRelation: (options) => relationForm(options, "quickRelation"),
  plainRelation: (options) => relationForm(options, "plainRelation"),
  agentPermission: "yes",
  latencyMs: "it changes no answer",
  rateLimit: "it depends on the time that calls take; a test of its own observes it",
  echoCredentials: ({ echoCredentials }) => onlyTrue(echoCredentials),
};

function observedOf<K extends Option>(options: Options, option: K): Options[K] | undefined {
  const rule = observable[option];
  return typeof rule === "function" ? rule(options) : rule === "yes" ? options[option] : undefined;
}

const numbers: Partial<Record<Option, readonly unknown[]>> = {
  suffixStart: [1, 0, 2],
  nameLength: [0, 50, 255],
  pageLimit: [0, 2],
  pageSize: [0, 5, 50],
  replacedCharacters: ["", "😀", "日😀"],
  listShape: ["array", "byId", "nested", "nestedWithTotal", "single"],
};
const enums = (option: Option): readonly unknown[] => {
  const { def } = optionsSchema.shape[option].unwrap();
  if ("entries" in def) return Object.values(def.entries);
  return "values" in def ? def.values : [true, false];
};
const fixed: readonly Option[] = ["latencyMs", "rateLimit", "authFailureCode"];
const optionNames = (Object.keys(defaultOptions) as Option[]).filter((option) => !fixed.includes(option));
/** Each option has its default in half of the cases. */
const anyOptions = fc
  .record(
    Object.fromEntries(
      optionNames.map((option) => [
        option,
        fc.oneof(fc.constant(defaultOptions[option]), fc.constantFrom(...(numbers[option] ?? enums(option)))),
      ]),
    ),
  )
  .map((options) => {
    const all = { ...defaultOptions, ...options };
    // Where lists can be filtered in no way, groups that are not on the first page cannot be read back.
    const { filterKey, pageSize } = all;
    if (filterKey === "none") return { ...all, pageLimit: 0, pageSize: 0 };
    return pageSize > 0 ? { ...all, pageLimit: 0 } : all;
  });

const runs = Number(process.env["TRIAL_RUNS"] ?? (process.env["TEST_SUITE"] === "slow" ? 300 : 30));

test(`round trip: ${runs} random combinations of options (SEED=${seed})`, async () => {
  const most = { calls: 0, groups: 0 };
  const property = fc.asyncProperty(anyOptions, async (options) => {
    const emulator = await account(options);
    const before = contents(emulator);
    const journal = journalFile();
    const { diagnosis, exchanges } = await tryChanges(emulator, { ...withAgents, journal });
    const expected = optionNames.map((option) => [option, observedOf(options, option)]);
    expect(diagnosis.server).toEqual(Object.fromEntries(expected.filter(([, value]) => value !== undefined)));
    expect([diagnosis.leftovers, contents(emulator), existsSync(journal)]).toEqual([[], before, false]);
    expect(emulator.calls.filter(({ userId }) => userId !== "7")).toEqual([]);
    most.calls = Math.max(most.calls, emulator.count());
    most.groups = Math.max(most.groups, emulator.count("add"));
    expect(exchanges).toHaveLength(emulator.count());

    const like = await account(diagnosis.server);
    const again = (await tryChanges(like, withAgents)).diagnosis;
    // A limit of lists that was not observed changes the number of groups.
    const ofServer = ({ server, observedBy, emulatorCommand, checks }: typeof diagnosis) => ({
      ...{ server, observedBy, emulatorCommand },
      checks: checks.filter(({ id }) => id in defaultOptions),
    });
    expect(ofServer(again)).toEqual(ofServer(diagnosis));
    await Promise.all([emulator.close(), like.close()]);
  });
  await fc.assert(property, { numRuns: runs, seed });
  expect(most.calls).toBeLessThanOrEqual(80);
  expect(most.groups).toBeLessThanOrEqual(12);
  process.stdout.write(`round trip: at most ${most.calls} calls and ${most.groups} groups\n`);
});
