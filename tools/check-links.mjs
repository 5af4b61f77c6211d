// Checks the links of all Markdown files: relative ones must lead to a file in the repository and to an anchor that exists,
// others must be https: URLs (which are not requested).
import { existsSync, globSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import MarkdownIt from "markdown-it";
import { Failure, main } from "./process.mjs";

const root = fileURLToPath(new URL("..", import.meta.url));

/**
 * @typedef {object} Page
 * @property {string[]} links
 * @property {Set<string>} anchors
 */

/**
 * @param {string} file
 * @returns {Page}
 */
function readPage(file) {
  const links = [];
  /** @type {string[]} */
  const slugs = [];
  const anchors = new Set();
  const tokens = new MarkdownIt({ html: true }).parse(readFileSync(file, "utf8"), {});
  for (const [index, token] of tokens.entries()) {
    const parts = token.children ?? [token];
    for (const part of parts) {
      if (part.type === "link_open") links.push(part.attrGet("href") ?? "");
      if (part.type === "html_inline" || part.type === "html_block")
        for (const [, id = ""] of part.content.matchAll(/\bid="([^"]+)"/g)) anchors.add(id);
    }
    if (tokens[index - 1]?.type !== "heading_open") continue;
    const texts = parts.filter(({ type }) => type === "text" || type === "code_inline");
    const slug = slugOf(texts.map(({ content }) => content).join(""));
    const earlier = slugs.filter((other) => other === slug).length;
    slugs.push(slug);
    anchors.add(earlier === 0 ? slug : `${slug}-${earlier}`);
  }
  return { links, anchors };
}

/**
 * The anchor that GitHub gives a heading.
 * @param {string} heading
 */
function slugOf(heading) {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc} -]/gu, "")
    .replaceAll(" ", "-");
}

/** @type {Map<string, Page>} */
const pages = new Map();

/** @param {string} file */
function page(file) {
  const known = pages.get(file) ?? readPage(file);
  pages.set(file, known);
  return known;
}

/**
 * @param {string} file
 * @param {string} link
 * @returns {string | undefined}
 */
function problem(file, link) {
  if (/^[a-z][a-z0-9+.-]*:/i.test(link))
    return URL.canParse(link) && new URL(link).protocol === "https:" ? undefined : "is not a valid https: URL";
  const [path = "", anchor] = decodeURI(link).split("#");
  const target = path === "" ? file : join(dirname(file), path);
  if (relative(root, target).startsWith("..")) return "leads out of the repository";
  if (!existsSync(target)) return "leads to a file that does not exist";
  if (anchor === undefined) return undefined;
  if (statSync(target).isDirectory() || !target.endsWith(".md"))
    return "has an anchor, but does not lead to a Markdown file";
  return page(target).anchors.has(anchor) ? undefined : "has an anchor that does not exist";
}

await main(() => {
  const files = globSync("**/*.md", { cwd: root, exclude: (name) => ["node_modules", "dist"].includes(name) });
  const problems = files.flatMap((name) => {
    const file = join(root, name);
    return page(file).links.flatMap((link) => {
      const text = problem(file, link);
      return text === undefined ? [] : [`${name}: the link ${JSON.stringify(link)} ${text}`];
    });
  });
  if (problems.length > 0) throw new Failure(`${problems.join("\n")}\n\nCorrect these links.`);
  return Promise.resolve();
});
