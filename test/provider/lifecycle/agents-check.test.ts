import { createProviders } from "../../../provider/dynamic";
import { Run } from "../../../provider/lifecycle/run";
import { unknownValue } from "../../../provider/model/resource";
import { providerNameKey } from "../../../provider/state-contract";

const checkAgentsInputs = async (news: Record<string, unknown>) => createProviders(new Run({})).agents.check({}, news);

const unknown = unknownValue;
const silent = (id: string) => ({ id, receivesCalls: false });

test.each<[string, Record<string, unknown>, Record<string, unknown>]>([
  [
    "agents are sorted by id",
    { requestedAgents: ["2", "10", silent("1")] },
    { requestedAgents: [silent("1"), "10", "2"] },
  ],
  [
    "an agent who receives calls is stored as its id",
    { requestedAgents: [{ id: "1" }, { id: "2", receivesCalls: true }] },
    { requestedAgents: ["1", "2"] },
  ],
  [
    "defaults are not stored",
    { requestedAgents: ["1"], otherAgents: "keep", removeExisting: false },
    { requestedAgents: ["1"] },
  ],
  [
    "everything else is stored",
    {
      requestedAgents: ["1"],
      otherAgents: "remove",
      removeExisting: true,
      __resource: "support-agents",
      __provider: "text",
    },
    {
      requestedAgents: ["1"],
      otherAgents: "remove",
      removeExisting: true,
      __resource: "support-agents",
      __provider: "text",
    },
  ],
  [
    "an empty list with remove",
    { requestedAgents: [], otherAgents: "remove" },
    { requestedAgents: [], otherAgents: "remove" },
  ],
])("%s", async (_, news, inputs) => {
  expect(await checkAgentsInputs({ groupId: 42, ...news })).toEqual({
    inputs: { groupId: 42, ...inputs },
    failures: [],
  });
});

test("the name of the provider is stored, whatever the program passes", async () => {
  const news = { groupId: 42, requestedAgents: ["1"], __providerName: "apac" };
  const run = new Run({});
  run.configure((key) => (key === providerNameKey ? "emea" : undefined));
  const { inputs } = await createProviders(run).agents.check({}, news);
  expect(inputs).toEqual({ ...news, __providerName: "emea" });
  expect((await checkAgentsInputs(news)).inputs).toEqual({ groupId: 42, requestedAgents: ["1"] });
});

test.each<[string, Record<string, unknown>]>([
  ["groupId", { groupId: unknown }],
  ["agents", { requestedAgents: unknown }],
  ["an agent", { requestedAgents: [unknown, "1", unknown] }],
  ["an agent's id", { requestedAgents: [{ id: unknown, receivesCalls: false }, { id: unknown }, "1"] }],
  ["receivesCalls", { requestedAgents: [{ id: "1", receivesCalls: unknown }] }],
  ["otherAgents, with an empty list", { requestedAgents: [], otherAgents: unknown }],
  ["removeExisting", { requestedAgents: ["1"], removeExisting: unknown }],
  ["everything", { groupId: unknown, requestedAgents: unknown, otherAgents: unknown, removeExisting: unknown }],
])("unknown in a preview: %s", async (_, given) => {
  const news = { groupId: 42, requestedAgents: ["1"], __provider: "text", ...given };
  expect(await checkAgentsInputs(news)).toEqual({ inputs: news, failures: [] });
});

const valid = { groupId: 42, requestedAgents: ["1"] };
const noGroup = "groupId: must be a group's id, for example support.groupId";

test.each<[Record<string, unknown>, string[]]>([
  [{}, [noGroup, "agents: must be a list of agents"]],
  [{ ...valid, groupId: "042" }, [noGroup]],
  [{ ...valid, groupId: "9007199254740992" }, [noGroup]],
  [{ ...valid, groupId: 2 ** 53 }, [noGroup]],
  [{ ...valid, groupId: 4.5 }, [noGroup]],
  [{ ...valid, groupId: 0 }, [noGroup]],
  [{ ...valid, groupId: -1 }, [noGroup]],
  [{ ...valid, requestedAgents: "1" }, ["agents: must be a list of agents"]],
  [{ ...valid, requestedAgents: null }, ["agents: must be a list of agents"]],
  [{ ...valid, requestedAgents: {} }, ["agents: must be a list of agents"]],
  [{ ...valid, requestedAgents: [] }, ['agents: must not be empty unless otherAgents is "remove"']],
  [
    { ...valid, requestedAgents: [], otherAgents: "keep" },
    ['agents: must not be empty unless otherAgents is "remove"'],
  ],
  [{ ...valid, requestedAgents: [1001] }, ['agents[0]: must be a string; write "1001"']],
  [{ ...valid, requestedAgents: ["1", { id: 2 }] }, ['agents[1].id: must be a string; write "2"']],
  [{ ...valid, requestedAgents: [null] }, ["agents[0]: must be a string"]],
  [{ ...valid, requestedAgents: [true] }, ["agents[0]: must be a string"]],
  [{ ...valid, requestedAgents: [[]] }, ["agents[0]: must be an agent's id, or an object with id and receivesCalls"]],
  [{ ...valid, requestedAgents: [{}] }, ["agents[0].id: must be a string"]],
  ...["", " ", "1 2", " 1", "1\n", "\u0000"].map((id): [Record<string, unknown>, string[]] => [
    { ...valid, requestedAgents: [id] },
    ["agents[0]: must not be empty or contain spaces"],
  ]),
  [{ ...valid, requestedAgents: [{ id: "" }] }, ["agents[0].id: must not be empty or contain spaces"]],
  [{ ...valid, requestedAgents: [{ id: "1", receivesCalls: 1 }] }, ["agents[0].receivesCalls: must be true or false"]],
  [
    { ...valid, requestedAgents: [{ id: unknown, receivesCalls: "no" }] },
    ["agents[0].receivesCalls: must be true or false"],
  ],
  [
    { ...valid, requestedAgents: [{ id: "1", receive_call: 1 }] },
    ["agents[0].receive_call: unknown property; an agent has id and receivesCalls"],
  ],
  [
    { ...valid, requestedAgents: ["1", unknown, "2", { id: "1" }] },
    ['agents[3]: agent "1" must be listed once, but agents[0] is the same agent'],
  ],
  [
    { ...valid, requestedAgents: [7, "1", "1"] },
    [
      'agents[0]: must be a string; write "7"',
      'agents[2]: agent "1" must be listed once, but agents[1] is the same agent',
    ],
  ],
  [{ ...valid, otherAgents: "delete" }, ['otherAgents: must be one of "keep", "remove"']],
  [{ ...valid, removeExisting: "yes" }, ["removeExisting: must be true or false"]],
  [
    { ...valid, agent: ["2"], groupId: unknown },
    ["agent: unknown property; a group's agents have groupId, agents, otherAgents and removeExisting"],
  ],
  [
    { groupId: 0, requestedAgents: [7], otherAgents: 1 },
    [noGroup, 'agents[0]: must be a string; write "7"', 'otherAgents: must be one of "keep", "remove"'],
  ],
])("%j: every problem at once", async (news, reasons) => {
  const { inputs, failures } = await checkAgentsInputs(news);
  expect(failures).toEqual(reasons.map((reason) => ({ property: "", reason: `${reason} [deepcall:arguments]` })));
  expect(inputs).toBe(news);
});
