import { join } from "node:path";
import { styleText } from "node:util";
import { SaxesParser } from "saxes";
import type * as tool from "../../tools/terminal-picture.mjs" with { "resolution-mode": "import" };

// Node's own `require`, because Jest's cannot load ES modules.
const { createRequire } = process.getBuiltinModule("node:module");
const { drawTerminal } = createRequire(__filename)(join(__dirname, "../../tools/terminal-picture.mts")) as typeof tool;

const paint = (format: Parameters<typeof styleText>[0], text: string): string =>
  styleText(format, text, { validateStream: false });

/** The rows of a picture as a reader sees them, each part with its color. */
function rows(svg: string): string[] {
  const rows: string[] = [];
  const parser = new SaxesParser();
  let isText = false;
  parser.on("opentag", ({ name, attributes }) => {
    if (name === "text") {
      isText = true;
      rows.push("");
    }
    if (name === "tspan") rows.push(`${rows.pop() ?? ""}[${Object.values(attributes).join(" ")}]`);
  });
  parser.on("text", (text) => {
    if (isText) rows.push((rows.pop() ?? "") + text);
  });
  parser.on("closetag", ({ name }) => {
    if (name === "text") isText = false;
  });
  parser.on("error", (error) => {
    throw error;
  });
  parser.write(svg).close();
  return rows;
}

test("keeps text, spaces and colors", () => {
  const svg = drawTerminal(
    `  ${paint("green", "+ create")}  A\n\n${paint("bold", "$ up")}\n\x1b[38;5;9mred\x1b[0m`,
    "T",
    "light",
  );
  expect(rows(svg)).toEqual(["  [#1a7f37]+ create  A", "[600]$ up", "[#cf222e]red"]);
  expect(svg).toContain('role="img"');
});

test("text cannot become markup", () => {
  const hostile = `</text><script>alert(1)</script>&amp;]]>"'`;
  const svg = drawTerminal(hostile, hostile, "dark");
  expect(rows(svg)).toEqual([hostile]);
  expect(svg).not.toContain("<script");
});

test.each(["\x1b[3mitalic", "\x1b[2K", "a\tb", "a\rb"])("%j is an error, because the picture would differ", (text) => {
  expect(() => drawTerminal(text, "T", "light")).toThrow("cannot draw");
});
