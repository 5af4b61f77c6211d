import { join } from "node:path";
import { click, hasText, until, useBrowser } from "../support/browser";
import { TestStack } from "./stack";

const openPage = useBrowser(60_000);

test("the emulator's page follows an up, and drift reports the group that is renamed on the page", async () => {
  const stack = await TestStack.create();
  const { emulator } = stack;
  const page = await openPage(`${emulator.url}/`);
  await hasText(page, "#groups", "This account has no groups.");

  stack.program(`
    const support = new DeepcallGroup("support", { name: "Support" });
    new DeepcallGroup("night", { name: "Night shift", active: false }, { dependsOn: support });`);
  // The second group waits until the page has shown that the first exists and the second is on its way.
  let release = (): void => undefined;
  const released = new Promise<void>((resolve) => (release = resolve));
  emulator.intercept = async ({ operation, index }) => {
    if (operation === "add" && index === 2) await released;
    return undefined;
  };
  const up = stack.up();
  await Promise.race([up, hasText(page, "#calls-table", "Running")]);
  await hasText(page, "#groups-table", "Support");
  expect(emulator.groups("7").map(({ name }) => name)).toEqual(["Support"]);
  release();
  await up;
  await hasText(page, "#groups-table", "Night shift");
  await hasText(page, "#groups-table", "Inactive");
  await hasText(page, "#calls-summary", "add 2, update 1");

  await click(page, "Rename Support");
  await page.keyboard.type("Support (by hand)");
  await page.keyboard.press("Enter");
  await hasText(page, "#outcome", "Renamed");
  const main = join(process.env["E2E_FOLDER"] ?? "", "node_modules/pulumi-deepcall/dist/cli/main.js");
  const { code, output } = await stack.execute(process.execPath, [main, "drift", "--stack", "dev", "--format", "json"]);
  const report = JSON.parse(output.slice(0, output.lastIndexOf("}") + 1)) as { groups: { drift: unknown[] }[] };
  expect([code, report.groups.filter(({ drift }) => drift.length > 0)]).toMatchObject([
    2,
    [{ resource: "support", drift: [{ kind: "renamed", from: "Support", to: "Support (by hand)" }] }],
  ]);
  await until(page, "document.querySelectorAll('#groups-table tbody tr').length === 2");
  expect(page.problems).toEqual([]);
});
