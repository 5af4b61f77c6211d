import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "puppeteer-core" with { "resolution-mode": "import" };
import type { Emulator } from "../../emulator";
import { click, hasText, until, useBrowser } from "../support/browser";
import { difficultNames } from "../support/difficult-names";
import { codeOf, list, outcomeOf, post, useEmulators } from "./support";

const start = useEmulators();
const openPage = useBrowser();
// Each test takes about a second, but the browser shares the machine with other tests.
jest.setTimeout(30_000);

const agents = [{ id: "1001", name: "Ada" }, { id: "1002", name: "Grace" }, { id: "1003" }];
const seed = {
  accounts: [
    {
      userId: "demo",
      token: "demo-token",
      ssid: "demo-ssid",
      agents,
      groups: [
        { id: 28, name: "Support", agents: [{ id: "1001" }, { id: "1002", receivesCalls: false }] },
        { id: 29, name: "Night shift", active: false },
      ],
    },
    { userId: "8", ssid: "other-ssid", groups: [{ id: 40, name: "Sales" }] },
  ],
};

/** The cells of a table's body, as a reader sees them. */
function rows(page: Page, table: string): Promise<string[][]> {
  return page.evaluate(
    `[...document.querySelectorAll("${table} tbody tr")].map((row) => [...row.cells].map((cell) => cell.innerText))`,
  ) as Promise<string[][]>;
}

/** The texts of the groups' cells, without the actions. */
async function groups(page: Page): Promise<string[][]> {
  return (await rows(page, "#groups-table")).map((cells) => cells.slice(0, 4));
}

const outcome = (page: Page, text: string): Promise<void> => hasText(page, "#outcome", text);
/** Waits until the element with this label or id has the focus. A focus is no mutation, and a dialog moves it later. */
const hasFocus = async (page: Page, element: string): Promise<void> => {
  const focused = "document.activeElement.getAttribute('aria-label') ?? document.activeElement.id";
  await page.waitForFunction(`(${focused}) === ${JSON.stringify(element)}`, { polling: "raf" });
};

/** Replaces the text of the input that has the focus, and presses Enter. */
async function submit(page: Page, text: string): Promise<void> {
  await page.keyboard.type(text);
  await page.keyboard.press("Enter");
}

async function open(emulator: Emulator): ReturnType<typeof openPage> {
  const page = await openPage(`${emulator.url}/`);
  await hasText(page, "#connection", "Live");
  await until(page, "document.querySelector('#groups-summary').innerText !== ''");
  return page;
}

test("shows the groups of each account, the options that differ, the faults and the late commits", async () => {
  const emulator = await start({
    seed,
    options: { suffix: "parens" },
    faults: ["any:slow:1@9", "add:late-commit:600000"],
  });
  await outcomeOf(emulator, "add", { name: "Late" });
  const page = await open(emulator);
  expect(await groups(page)).toEqual([
    ["28", "Support", "Active", "2"],
    ["29", "Night shift", "Inactive", "0"],
  ]);
  expect(await rows(page, "#changed-options")).toEqual([["suffix", "parens", "plain"]]);
  await click(page, "All options", "DisclosureTriangle");
  expect(await rows(page, "#all-options")).toHaveLength(Object.keys(emulator.options).length);
  await hasText(page, "#faults-list", "any:slow:1@9");
  await hasText(page, "#late-commits", "1 late commit pending");
  await page.select("#account", "8");
  expect(await groups(page)).toEqual([["40", "Sales", "Active", "0"]]);
  expect(await page.title()).toBe("Deepcall emulator");
  expect(page.problems).toEqual([]);
});

test("names are text, whatever they contain, and one that shows nothing says so", async () => {
  const names = [...difficultNames, "<img src=x onerror=alert(1)>", "\u200b", " "];
  const emulator = await start({
    seed: { accounts: [{ userId: "demo", ssid: "demo-ssid", groups: names.map((name) => ({ name })) }] },
  });
  const page = await open(emulator);
  const shown = await page.evaluate(
    "[...document.querySelectorAll('#groups-table tbody bdi')].map((name) => name.textContent)",
  );
  expect(shown).toEqual(names);
  expect(await page.evaluate("document.querySelectorAll('#groups-table :is(b, img, script)').length")).toBe(0);
  expect(await page.evaluate("document.querySelectorAll('.blank').length")).toBe(2);
  expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBe(0);
  await click(page, `Delete ${names[0] ?? ""}`);
  await hasText(page, "#delete-text", names[0] ?? "");
  expect(page.problems).toEqual([]);
});

test("creates, renames, deactivates, activates and deletes groups with the keyboard", async () => {
  const emulator = await start({ seed });
  const page = await open(emulator);
  await page.focus("#create-name");
  await submit(page, "Billing");
  await outcome(page, "Created “\u2068Billing\u2069” with id 41.");
  expect(emulator.groups("demo").at(-1)).toMatchObject({ id: 41, name: "Billing", status: 1 });

  const press = async (name: string): Promise<void> => {
    await page.focus(`aria/${name}`);
    await page.keyboard.press("Enter");
  };
  await press("Rename Support");
  await submit(page, "Care");
  await outcome(page, "Renamed “\u2068Support\u2069” to “\u2068Care\u2069”.");
  expect(emulator.groups("demo")[0]).toMatchObject({ id: 28, name: "Care" });
  await hasText(page, "#groups-table", "Care");
  await hasFocus(page, "Rename Care");

  await press("Deactivate Care");
  await outcome(page, "Deactivated “\u2068Care\u2069”.");
  expect(emulator.groups("demo")[0]).toMatchObject({ status: 0 });
  await hasText(page, "[data-key='28']", "Inactive");
  await hasFocus(page, "Activate Care");
  await page.keyboard.press("Enter");
  await outcome(page, "Activated “\u2068Care\u2069”.");
  expect(emulator.groups("demo")[0]).toMatchObject({ status: 1 });

  await press("Delete Care");
  await hasText(page, "#delete-text", "It has 2 agents");
  // Cancel has the focus.
  await page.keyboard.press("Enter");
  await hasFocus(page, "Delete Care");
  expect(emulator.groups("demo")).toHaveLength(3);
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await page.keyboard.press("Enter");
  await outcome(page, "Deleted “\u2068Care\u2069”.");
  expect(emulator.groups("demo").map(({ id }) => id)).toEqual([29, 41]);
  await until(page, "document.querySelectorAll('#groups-table tbody tr').length === 2");
  await hasFocus(page, "groups-heading");
  expect([emulator.count(), page.problems]).toEqual([0, []]);
});

test("assigns agents of the account and others, and whether they receive calls", async () => {
  const emulator = await start({ seed });
  const page = await open(emulator);
  await click(page, "Agents Support");
  await click(page, "1001 assigned", "checkbox");
  await click(page, "1002 receives calls", "checkbox");
  await click(page, "1003 assigned", "checkbox");
  await click(page, "1003 receives calls", "checkbox");
  await page.focus("#agent-id");
  await submit(page, " 9 ");
  await click(page, "Save");
  await outcome(page, "“\u2068Support\u2069” now has 3 agents.");
  expect(emulator.agents(28)).toEqual([
    { id: "1002", receivesCalls: true },
    { id: "1003", receivesCalls: false },
    { id: "9", receivesCalls: true },
  ]);
  await hasText(page, "[data-key='28'] [data-field=agents]", "3");
  expect(page.problems).toEqual([]);
});

test("a dialog survives live updates, and says why its action failed", async () => {
  const emulator = await start({ seed });
  const page = await open(emulator);
  await click(page, "Rename Support");
  await page.keyboard.type("Car");
  emulator.account("demo").rename(28, "Renamed meanwhile");
  await hasText(page, "#groups-table", "Renamed meanwhile");
  await page.keyboard.type("e");
  expect(await page.evaluate("document.querySelector('#rename-name').value")).toBe("Care");
  emulator.account("demo").remove(28);
  await until(page, "document.querySelectorAll('#groups-table tbody tr').length === 1");
  await page.keyboard.press("Enter");
  await hasText(
    page,
    "#rename-dialog",
    "Could not rename the group: account demo has no group 28. Nothing was changed.",
  );
  await page.keyboard.press("Escape");
  await hasFocus(page, "groups-heading");
  // The console names the response with status 400.
  expect(page.problems).toEqual([expect.stringContaining("400")]);
});

test("sets and clears faults, and shows calls as they start and end", async () => {
  const emulator = await start({ seed });
  const page = await open(emulator);
  await hasText(page, "#calls", "No calls yet.");
  await page.focus("#fault");
  await submit(page, "list:reset-aftr");
  await outcome(page, 'Could not add the fault: fault "list:reset-aftr": unknown kind "reset-aftr"; did you mean');
  expect(emulator.faults.list()).toEqual([]);
  await page.$eval("#fault", (input) => {
    (input as unknown as { value: string }).value = "";
  });
  await submit(page, "list:error-before:1009x0");
  await outcome(page, "Added the fault list:error-before:1009x0.");
  await hasText(page, "#faults-list", "list:error-before:1009x0");
  expect(await codeOf(emulator, "list", {})).toBe(1009);
  await hasText(page, "#calls-table", "1009");
  expect((await rows(page, "#calls-table"))[0]).toEqual([
    expect.stringMatching(/^\d\d:\d\d:\d\d$/),
    "list\nAccount demo\nFault list:error-before:1009x0",
    "1009",
    expect.stringMatching(/^\d+$/),
  ]);

  await click(page, "Clear all faults");
  await outcome(page, "Cleared all faults.");
  expect(emulator.faults.list()).toEqual([]);
  await hasText(page, "#faults", "No fault applies");
  await hasFocus(page, "fault");

  emulator.options.latencyMs = 600_000;
  void outcomeOf(emulator, "add", { name: "Running" });
  await hasText(page, "#groups-table", "Running");
  expect((await rows(page, "#calls-table")).map(([, operation, code]) => [operation?.split("\n")[0], code])).toEqual([
    ["add", "200"],
    ["list", "1009"],
  ]);
});

test("the list has the last 200 calls, each once", async () => {
  const emulator = await start({ seed });
  const page = await open(emulator);
  for (let n = 0; n < 203; n += 1) await list(emulator, { name: String(n) });
  await hasText(page, "#calls-summary", "list 203");
  expect(
    await page.evaluate("[...document.querySelectorAll('#calls-table tbody tr')].map((row) => row.dataset.key)"),
  ).toEqual(Array.from({ length: 200 }, (_, n) => String(203 - n)));
});

test("after the connection was lost, the page shows what changed meanwhile", async () => {
  const emulator = await start({ seed });
  const page = await open(emulator);
  await list(emulator);
  await hasText(page, "#calls-table", "list");
  await emulator.close();
  await hasText(page, "#connection", "Connection lost. Trying again.");
  await click(page, "Deactivate Support");
  await outcome(page, "Could not deactivate the group: the emulator does not respond. Check that it is still running.");
  const port = Number(new URL(emulator.url).port);
  const restarted = await start({
    port,
    seed: { accounts: [{ userId: "demo", ssid: "demo-ssid", groups: [{ name: "New" }] }] },
  });
  await codeOf(restarted, "add", { name: "Another" });
  await hasText(page, "#connection", "Live");
  await hasText(page, "#groups-table", "Another");
  expect(await groups(page)).toEqual([
    ["1", "New", "Active", "0"],
    ["2", "Another", "Active", "0"],
  ]);
  expect((await rows(page, "#calls-table")).map(([, operation]) => operation)).toEqual(["add"]);
});

test("no credential reaches the page, its files or the control interface", async () => {
  const secrets = { token: "token-31415926", ssid: "ssid-27182818" };
  const emulator = await start({
    seed: { accounts: [{ userId: "7", ...secrets }] },
    options: { echoCredentials: true },
    faults: ["list:redirect"],
  });
  const page = await openPage(`${emulator.url}/`);
  const received: string[] = [];
  page.on("response", (response) => {
    // The text of the stream is not available; the test of the control interface reads it.
    if (!response.url().endsWith("/events")) void response.text().then((text) => received.push(text));
  });
  await page.reload();
  const byToken = { userId: "7", token: secrets.token };
  await post(emulator, "add", { ...byToken, name: "Support" });
  await post(emulator, "add", { ssid: secrets.ssid, name: "Sales" });
  await post(emulator, "add", { ...byToken, token: `${secrets.token}x` });
  await hasText(page, "#calls-summary", "add 3");
  received.push(await page.content());
  expect(received.length).toBeGreaterThan(2);
  expect(received.join()).not.toMatch(/31415926|27182818/);
});

const axe = readFileSync(join(__dirname, "../../node_modules/axe-core/axe.min.js"), "utf8");

test.each([
  [400, "light"],
  [400, "dark"],
  [1280, "light"],
  [1280, "dark"],
])("axe finds nothing at %d px, %s, and nothing is wider than the page", async (width, scheme) => {
  const emulator = await start({
    seed,
    options: { suffix: "dash" },
    faults: ["any:slow:1@9", "list:error-before:1009"],
  });
  await codeOf(emulator, "list", {});
  await codeOf(emulator, "list", {});
  const page = await open(emulator);
  await page.setViewport({ width, height: 800 });
  await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
  await click(page, "Kinds of faults", "DisclosureTriangle");
  await click(page, "All options", "DisclosureTriangle");
  await click(page, "Deactivate Support");
  await outcome(page, "Deactivated");
  // Through the protocol, which the Content-Security-Policy of the page does not restrict.
  await page.evaluate(axe);
  const check = async (state: string): Promise<void> => {
    const found = (await page.evaluate(
      "axe.run().then(({ violations }) => violations.map(({ id, nodes }) => [id, ...nodes.map(({ html }) => html)]))",
    )) as string[][];
    expect([state, found, await page.evaluate("document.documentElement.scrollWidth")]).toEqual([state, [], width]);
  };
  await check("page");
  for (const action of ["Rename", "Agents", "Delete"]) {
    await click(page, `${action} Support`);
    await check(action);
    await page.keyboard.press("Escape");
  }
  expect(page.problems).toEqual([]);
});
