import { RateLimit } from "../../emulator/receive";
import { codeOf, names, outcomeOf, useEmulators } from "./support";

const start = useEmulators();

test.each([
  ["no limit", 0, "0 0 0 0", "yyyy"],
  ["at once", 2, "0 0 0", "yyn"],
  ["again a second later", 2, "0 0 999 1000 1000 1000", "yynyyn"],
  ["a sliding window", 2, "900 950 1100 1900 1910 1950", "yynyny"],
  ["a rejected call does not count", 1, "0 500 999 1000 1999 2000", "ynnyny"],
])("%s", (_, limit, times, expected) => {
  const rateLimit = new RateLimit();
  const results = times.split(" ").map((time) => (rateLimit.allows(limit, Number(time)) ? "y" : "n"));
  expect(results.join("")).toBe(expected);
});

describe("over HTTP", () => {
  let now = 1e12;
  beforeEach(() => {
    jest.spyOn(Date, "now").mockImplementation(() => now);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test("calls above the limit get 429 and are not executed", async () => {
    const emulator = await start({ options: { rateLimit: 2 } });
    const codes = [await codeOf(emulator, "add", { name: "A" }), await codeOf(emulator, "add", { name: "B" })];
    expect(codes).toEqual([200, 200]);
    const { status, headers, text } = await outcomeOf(emulator, "add", { name: "C" });
    expect([status, headers["retry-after"], headers["content-type"], text]).toEqual([
      429,
      "1",
      "application/json; charset=utf-8",
      '{"status":"error","message":"Too many requests","code":429}',
    ]);
    expect(names(emulator)).toEqual(["A", "B"]);
    expect(emulator.calls.map(({ code }) => code)).toEqual([200, 200, 429]);
    now += 1000;
    expect(await codeOf(emulator, "add", { name: "C" })).toBe(200);
  });

  test("the limit counts all operations and accounts, and calls with a fault", async () => {
    const emulator = await start({ options: { rateLimit: 2 }, faults: ["list:error-before:1009", "update:redirect"] });
    expect(await codeOf(emulator, "list", {})).toBe(1009);
    expect(await codeOf(emulator, "add", { ssid: "wrong" })).toBe(1014);
    // The limit takes precedence over the fault.
    expect(await codeOf(emulator, "update", {})).toBe(429);
    expect(emulator.calls.map(({ fault }) => fault)).toEqual(["list:error-before:1009", undefined, undefined]);
  });
});
