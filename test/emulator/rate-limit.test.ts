import { RateLimit } from "../../emulator/rate-limit";
import { codeOf, names, see, useEmulators } from "./support";

const start = useEmulators();

test.each([
  ["no limit", 0, "0 0 0 0", "yyyy"],
  ["so many at once", 2, "0 0 0", "yyn"],
  ["a second later again", 2, "0 0 999 1000 1000 1000", "yynyyn"],
  ["any second, not the clock's", 2, "900 950 1100 1900 1910 1950", "yynyny"],
  ["one that was refused doesn't count", 1, "0 500 999 1000 1999 2000", "ynnyny"],
])("%s", (_, limit, times, expected) => {
  const rateLimit = new RateLimit();
  const passed = times.split(" ").map((time) => (rateLimit.admits(limit, Number(time)) ? "y" : "n"));
  expect(passed.join("")).toBe(expected);
});

describe("over sockets", () => {
  let now = 1e12;
  beforeEach(() => {
    jest.spyOn(Date, "now").mockImplementation(() => now);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test("those above get 429 and nothing is done for them", async () => {
    const emulator = await start({ options: { rateLimit: 2 } });
    const codes = [await codeOf(emulator, "add", { name: "A" }), await codeOf(emulator, "add", { name: "B" })];
    expect(codes).toEqual([200, 200]);
    const { status, headers, text } = await see(emulator, "add", { name: "C" });
    expect([status, headers["retry-after"], headers["content-type"], text]).toEqual([
      429,
      "1",
      "application/json; charset=utf-8",
      '{"status":"error","message":"Too many requests","code":429}',
    ]);
    expect(names(emulator)).toEqual(["A", "B"]);
    expect(emulator.calls.map(({ answer }) => answer)).toEqual([200, 200, 429]);
    now += 1000;
    expect(await codeOf(emulator, "add", { name: "C" })).toBe(200);
  });

  test("all operations and accounts count together, also those that are hit by a fault", async () => {
    const emulator = await start({ options: { rateLimit: 2 }, faults: ["list:error-before:1009", "update:redirect"] });
    expect(await codeOf(emulator, "list", {})).toBe(1009);
    expect(await codeOf(emulator, "add", { ssid: "wrong" })).toBe(1014);
    // The limit comes before the fault.
    expect(await codeOf(emulator, "update", {})).toBe(429);
    expect(emulator.calls.map(({ fault }) => fault)).toEqual(["list:error-before:1009", undefined, undefined]);
  });
});
