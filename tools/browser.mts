// A headless browser, for tests and for pictures of the emulator's page. On Linux it comes from npm; elsewhere it is the
// Chrome that is installed.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import chromium from "@sparticuz/chromium";
import puppeteer, { type Browser } from "puppeteer-core";

const nodeModules = fileURLToPath(new URL("../node_modules", import.meta.url));

/** Prefers the font that comes with Chromium, so that pictures are the same everywhere. */
const fonts = `<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts/fonts</dir>
  <alias binding="strong"><family>system-ui</family><prefer><family>Open Sans</family></prefer></alias>
  <alias binding="strong"><family>sans-serif</family><prefer><family>Open Sans</family></prefer></alias>
</fontconfig>
`;

/** Starts a browser. Close it when it is not needed anymore. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== "linux") return puppeteer.launch({ channel: "chrome" });
  const folder = await unpack();
  return puppeteer.launch({
    executablePath: join(folder, "chromium"),
    headless: "shell",
    // Chromium's sandbox does not work for root, as in containers. Only pages of this machine are opened.
    args: ["--no-sandbox"],
    env: { ...process.env, FONTCONFIG_FILE: join(folder, "fonts.conf") },
  });
}

/** Unpacks Chromium, once for each version. Returns its folder. */
async function unpack(): Promise<string> {
  const packageJson = readFileSync(join(nodeModules, "@sparticuz/chromium/package.json"), "utf8");
  const { version } = JSON.parse(packageJson) as { version: string };
  const folder = join(nodeModules, ".cache", `chromium-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(dirname(folder), { recursive: true });
  const temporary = mkdtempSync(`${folder}-`);
  const { TMPDIR } = process.env;
  try {
    // Chromium is unpacked to the folder for temporary files, whose content is used if there is any.
    process.env["TMPDIR"] = temporary;
    await chromium.executablePath();
    writeFileSync(join(temporary, "fonts.conf"), fonts);
    // At once, so that a process that starts meanwhile sees all of the folder or nothing.
    try {
      renameSync(temporary, folder);
    } catch (error) {
      // Another process was faster.
      if (!existsSync(folder)) throw error;
    }
  } finally {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}
