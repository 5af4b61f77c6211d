// `npm run pictures`: makes docs/pictures from the output of real commands and from the emulator's page.
// Usage: npm run pictures -- [folder for the pictures]
import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Emulator } from "../dist/emulator/index.js";
import { launchBrowser } from "./browser.mts";
import { root, startDemoStack, userId } from "./demo-stack.mts";
import { main } from "./process.mjs";
import { drawTerminal, themeNames } from "./terminal-picture.mts";

const title =
  "A terminal: pulumi-deepcall plan lists the changes, pulumi up applies them, drift lists manual changes, and pulumi up --refresh reverts them.";

await main(async () => {
  const folder = resolve(process.argv[2] ?? join(root, "docs/pictures"));
  mkdirSync(folder, { recursive: true });
  // Each group waits for the one before, so that ids and calls are in the same order every time.
  const stack = await startDemoStack(
    (project) => {
      writeFileSync(join(project, "Pulumi.yaml"), "name: call-center\nruntime: nodejs\n");
      writeFileSync(join(project, "package.json"), '{ "main": "index.js" }');
      writeProgram(project, { support: "Support", sales: "Sales", billing: "Invoices" });
    },
    [],
    true,
  );
  try {
    const { emulator } = stack;
    await stack.pulumi("stack init prod");
    await stack.pulumi("up --yes --skip-preview");
    const agents = Array.from({ length: 12 }, (_, n) => ({ id: String(1001 + n) }));
    emulator.account(userId).setAgents(1, agents);
    writeProgram(stack.cwd, { support: "Support", sales: "Sales", billing: "Billing", night: "Night shift" });

    const lines: string[] = [];
    const show = async (command: string, output: Promise<string>) => {
      lines.push(`\x1b[1m$ ${command}\x1b[22m`, await output, "");
    };
    await show("pulumi-deepcall plan --stack prod", stack.deepcall("plan --stack prod", 2));
    await show("pulumi up --yes", stack.pulumi("up --yes"));
    await picturePage(emulator, folder);

    lines.push("\x1b[37m# Somebody changes three groups in Deepcall by hand.\x1b[39m");
    emulator.account(userId).setStatus(1, 0);
    emulator.account(userId).rename(2, "Sales (old)");
    emulator.account(userId).remove(4);
    await show("pulumi-deepcall drift --stack prod", stack.deepcall("drift --stack prod", 2));
    await show("pulumi up --refresh --run-program --yes", stack.pulumi("up --refresh --run-program --yes"));
    for (const theme of themeNames) {
      writeFileSync(join(folder, `terminal-${theme}.svg`), drawTerminal(lines.join("\n").trimEnd(), title, theme));
    }
  } finally {
    await stack.close();
  }
});

function writeProgram(project: string, groups: Record<string, string>) {
  const statements = Object.entries(groups).map(([key, name]) => {
    const args = JSON.stringify({ name, active: key !== "night" });
    return `last = new DeepcallGroup(${JSON.stringify(key)}, ${args}, { dependsOn: last ?? [] });\n`;
  });
  const head = 'const { DeepcallGroup } = require("pulumi-deepcall");\nlet last;\n';
  writeFileSync(join(project, "index.js"), head + statements.join(""));
}

/**
 * Writes page-light.png and page-dark.png. page.txt has what the page shows and a hash of its style, so that a test can
 * compare them: pixels differ between machines.
 */
async function picturePage(emulator: Emulator, folder: string) {
  // The calls took place, but at times of their own.
  for (const [n, call] of emulator.calls.entries()) {
    Object.assign(call, { startedAt: Date.UTC(2026, 0, 1, 9, 0, Math.floor(n / 3)), ms: 2 });
  }
  // It meets no call.
  emulator.faults.add("delete:slow:500x0");
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage();
    await page.emulateTimezone("UTC");
    const width = 1080;
    await page.setViewport({ width, height: 600, deviceScaleFactor: 1.25 });
    for (const theme of themeNames) {
      await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: theme }]);
      await page.goto(`${emulator.url}/`);
      await page.waitForFunction(`document.querySelector("#groups-table").innerText.includes("Night shift")`);
      const bottom = Number(
        await page.evaluate(
          `Math.max(...[...document.querySelectorAll("section")].map((section) => section.getBoundingClientRect().bottom))`,
        ),
      );
      const clip = { x: 0, y: 0, width, height: Math.ceil(bottom) + 24 };
      await page.screenshot({ path: join(folder, `page-${theme}.png`), clip, captureBeyondViewport: true });
    }
    const text = String(await page.evaluate("document.body.innerText"));
    const style = createHash("sha256").update(readFileSync(join(root, "emulator/page/page.css")));
    writeFileSync(join(folder, "page.txt"), `${text}\n\npage.css: sha256 ${style.digest("hex")}\n`);
  } finally {
    await browser.close();
  }
}
