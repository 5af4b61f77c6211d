import { join } from "node:path";
import type { Browser, Page } from "puppeteer-core" with { "resolution-mode": "import" };
import type * as tool from "../../tools/browser.mjs" with { "resolution-mode": "import" };

// Node's own `require`, because Jest's cannot load ES modules.
const { createRequire } = process.getBuiltinModule("node:module");
const { launchBrowser } = createRequire(__filename)(join(__dirname, "../../tools/browser.mts")) as typeof tool;

/** Anything that a page without defects does not do: errors in the console, and requests to other hosts. */
export interface Problems {
  readonly problems: string[];
}

/** Starts a browser before the first test and closes it after the last. Returns a function that opens a page. */
export function useBrowser(timeoutMs = 10_000): (url: string) => Promise<Page & Problems> {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    // The first start unpacks the browser.
  }, 60_000);
  afterAll(async () => {
    await browser.close();
  });
  const pages: Page[] = [];
  afterEach(async () => {
    await Promise.all(pages.splice(0).map((page) => page.close()));
  });
  return async (url) => {
    const page = await browser.newPage();
    pages.push(page);
    page.setDefaultTimeout(timeoutMs);
    const problems: string[] = [];
    page.on("pageerror", (error) => problems.push(String(error)));
    page.on("console", (message) => problems.push(message.text()));
    page.on("request", (request) => {
      if (new URL(request.url()).origin !== new URL(url).origin) problems.push(`request to ${request.url()}`);
    });
    await page.goto(url);
    return Object.assign(page, { problems });
  };
}

/** Waits until an expression is true in the page. */
export async function until(page: Page, expression: string): Promise<void> {
  await page.waitForFunction(expression, { polling: "mutation" });
}

/** Waits until an element contains a text. */
export async function hasText(page: Page, selector: string, text: string): Promise<void> {
  await until(page, `document.querySelector(${JSON.stringify(selector)}).innerText.includes(${JSON.stringify(text)})`);
}

/** Clicks what has this accessible name and role. */
export async function click(page: Page, name: string, role = "button"): Promise<void> {
  await page.locator(`aria/${name}[role="${role}"]`).click();
}
