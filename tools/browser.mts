// A headless browser, for tests and for pictures of the emulator's page. On Linux it comes from npm; elsewhere it is the
// Chrome that is installed.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import chromium from "@sparticuz/chromium";
import puppeteer, { type Browser } from "puppeteer-core";

const cache = fileURLToPath(new URL("../node_modules/.cache", import.meta.url));

/** Starts a browser. Close it when it is not needed anymore. */
export async function launchBrowser(): Promise<Browser> {
  if (process.platform !== "linux") return puppeteer.launch({ channel: "chrome" });
  const folder = await unpack();
  return puppeteer.launch({
    executablePath: join(folder, "chromium"),
    headless: "shell",
    // Chromium's sandbox does not work for root, as in containers. Only pages of this machine are opened.
    args: ["--no-sandbox"],
  });
}

/** Unpacks Chromium, once for each version. Returns its folder. */
async function unpack(): Promise<string> {
  const { version } = createRequire(import.meta.url)("@sparticuz/chromium/package.json") as { version: string };
  const folder = join(cache, `chromium-${version}`);
  if (existsSync(folder)) return folder;
  mkdirSync(cache, { recursive: true });
  const temporary = mkdtempSync(`${folder}-`);
  const { TMPDIR } = process.env;
  try {
    // Chromium is unpacked to the folder for temporary files, whose content is used if there is any.
    process.env["TMPDIR"] = temporary;
    await chromium.executablePath();
    // At once, so that a process that starts meanwhile sees all of the folder or nothing.
    if (!existsSync(folder)) renameSync(temporary, folder);
  } finally {
    if (TMPDIR === undefined) delete process.env["TMPDIR"];
    else process.env["TMPDIR"] = TMPDIR;
    rmSync(temporary, { recursive: true, force: true });
  }
  return folder;
}
