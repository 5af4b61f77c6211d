// Draws the output of terminal commands as SVG.

export type Theme = keyof typeof themes;

/** Colors by their number in ANSI's escape sequences: 0 black, 1 red, 2 green, 3 yellow, 4 blue, 5 magenta, 6 cyan, 7 white. */
const themes = {
  light: {
    window: "#ffffff",
    bar: "#f6f8fa",
    frame: "#d1d9e0",
    text: "#1f2328",
    gray: "#59636e",
    ansi: ["#1f2328", "#cf222e", "#1a7f37", "#875800", "#0969da", "#8250df", "#1b7c83", "#59636e"],
  },
  dark: {
    window: "#0d1117",
    bar: "#161b22",
    frame: "#3d444d",
    text: "#e6edf3",
    gray: "#9198a1",
    ansi: ["#e6edf3", "#ff7b72", "#3fb950", "#d29922", "#58a6ff", "#bc8cff", "#39c5cf", "#9198a1"],
  },
};
export const themeNames = Object.keys(themes) as Theme[];

const font = { size: 13, advance: 7.85, line: 19 };
const bar = 32;
const padding = 16;

/** @param text with ANSI's escape sequences for colors and bold text; others are an error */
export function drawTerminal(text: string, title: string, theme: Theme): string {
  const colors = themes[theme];
  const rows = text.split("\n").map(parseRow);
  const columns = Math.max(...rows.map((row) => row.reduce((sum, { text }) => sum + text.length, 0)));
  const width = Math.ceil(columns * font.advance + 2 * padding);
  const height = bar + rows.length * font.line + 2 * padding;
  const circles = [1, 2, 3].map((n) => `<circle cx="${n * 20}" cy="${bar / 2}" r="6" fill="${colors.frame}"/>`);
  const lines = rows.map((row, n) => {
    const y = bar + padding + n * font.line + font.size;
    return row.length === 0
      ? ""
      : `<text xml:space="preserve" x="${padding}" y="${y}">${row.map((part) => span(part, theme)).join("")}</text>\n`;
  });
  return `<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-labelledby="title" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">
<title id="title">${escape(title)}</title>
<style>text{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"DejaVu Sans Mono",monospace;white-space:pre}</style>
<rect x="0.5" y="0.5" width="${width - 1}" height="${height - 1}" rx="8" fill="${colors.window}" stroke="${colors.frame}"/>
<path d="M0.5 ${bar}V8.5a8 8 0 0 1 8-8H${width - 8.5}a8 8 0 0 1 8 8V${bar}z" fill="${colors.bar}" stroke="${colors.frame}"/>
${circles.join("")}
<g font-size="${font.size}" fill="${colors.text}">
${lines.join("")}</g>
</svg>
`;
}

interface Part {
  readonly text: string;
  /** A color's number; undefined for the default. */
  readonly color: number | undefined;
  readonly bold: boolean;
}

function parseRow(row: string): Part[] {
  let [color, bold]: [number | undefined, boolean] = [undefined, false];
  // eslint-disable-next-line no-control-regex
  const pieces = row.split(/\x1b\[([\d;]*)m/);
  return pieces.flatMap((piece, n) => {
    if (n % 2 === 0) {
      if (/\p{Cc}/u.test(piece)) throw new Error(`cannot draw ${JSON.stringify(piece)}`);
      return piece === "" ? [] : [{ text: piece, color, bold }];
    }
    const palette = /^38;5;(\d+)$/.exec(piece);
    const code = palette ? 30 + (Number(palette[1]) % 8) : Number(piece);
    if (code === 0) [color, bold] = [undefined, false];
    else if (code === 1 || code === 22) bold = code === 1;
    else if (code === 39) color = undefined;
    else if ((code >= 30 && code <= 37) || (code >= 90 && code <= 97)) color = code % 10;
    else throw new Error(`cannot draw ${JSON.stringify(`\\x1b[${piece}m`)}`);
    return [];
  });
}

function span({ text, color, bold }: Part, theme: Theme): string {
  const attributes = [
    ...(color === undefined ? [] : [` fill="${themes[theme].ansi[color] ?? ""}"`]),
    ...(bold ? [' font-weight="600"'] : []),
  ].join("");
  return attributes === "" ? escape(text) : `<tspan${attributes}>${escape(text)}</tspan>`;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
