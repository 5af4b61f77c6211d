import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Hono } from "hono";
import { rejectOtherHosts, securityHeaders } from "./browsers";
import type { CallEnv } from "./call";

const files = [
  ["/", "index.html", "text/html"],
  ["/_emulator/page.js", "page.js", "text/javascript"],
  ["/_emulator/page.css", "page.css", "text/css"],
  ["/_emulator/icon.svg", "icon.svg", "image/svg+xml"],
] as const;

/** Serves the page. Its files are read at each request, so that a start without a reader does not wait for them. */
export function addPage(app: Hono<CallEnv>): void {
  for (const [path, file, type] of files) {
    app.get(path, securityHeaders, rejectOtherHosts, async (c) => {
      const text = await readFile(join(__dirname, "page", file), "utf8");
      return c.body(text, 200, { "Content-Type": `${type}; charset=utf-8` });
    });
  }
}
