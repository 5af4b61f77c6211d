import { unknownValue } from "../../../provider/model/resource";
import { createProvider } from "../../support/lifecycle";

const checkInputs = async (news: Record<string, unknown>) => createProvider({}).check({}, news);

test.each([
  ["defaults are not stored, but the status is", { requestedName: "A" }, { requestedName: "A", active: true }],
  [
    "defaults that are given are not stored either",
    { requestedName: "A", onNameConflict: "suffix", deleteWithAgents: false },
    { requestedName: "A", active: true },
  ],
  [
    "everything else is stored",
    {
      requestedName: "A",
      active: false,
      onNameConflict: "adopt",
      deleteWithAgents: true,
      __resource: "a",
      __ignore: ["name"],
      __provider: "p",
    },
    {
      requestedName: "A",
      active: false,
      onNameConflict: "adopt",
      deleteWithAgents: true,
      __resource: "a",
      __ignore: ["name"],
      __provider: "p",
    },
  ],
  [
    "unknown values are accepted",
    { requestedName: unknownValue, active: unknownValue, onNameConflict: unknownValue, deleteWithAgents: unknownValue },
    { requestedName: unknownValue, active: unknownValue, onNameConflict: unknownValue, deleteWithAgents: unknownValue },
  ],
])("%s", async (_, news, inputs) => {
  expect(await checkInputs(news)).toEqual({ inputs, failures: [] });
});

test.each([
  [{}, ["name: must not be empty"]],
  [{ requestedName: 42 }, ["name: must be a string"]],
  [{ requestedName: "" }, ["name: must not be empty"]],
  [{ requestedName: "A", active: 1 }, ["active: must be true or false"]],
  [{ requestedName: "A", onNameConflict: "x" }, ['onNameConflict: must be one of "suffix", "adopt", "fail"']],
  [
    { requestedName: "A", nmae: "B" },
    ["nmae: unknown property; a group has name, active, onNameConflict and deleteWithAgents"],
  ],
  [{ requestedName: "A", deleteWithAgents: "yes" }, ["deleteWithAgents: must be true or false"]],
  [{ requestedName: "", active: "x" }, ["name: must not be empty", "active: must be true or false"]],
])("%j: every problem at once", async (news, reasons) => {
  const { failures = [] } = await checkInputs(news);
  expect(failures.map(({ reason }) => reason)).toEqual(reasons.map((reason) => `${reason} [deepcall:arguments]`));
});
