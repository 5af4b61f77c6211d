/**
 * Puts foreign text (a name, a server's message) on one line: escapes every character that could end the line, control
 * a terminal or change the writing direction. Emoji joiners are harmless and stay.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}

/** `1 group`, `2 groups`. */
export function pluralize(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? "" : "s"}`;
}

/** Foreign text in quotation marks, on one line. */
export function quote(text: string): string {
  return oneLine(JSON.stringify(text));
}

/** An argument of a command for a POSIX shell, in quotation marks only if they are necessary. */
export function shellQuote(value: string): string {
  return /^[\w./:@=-]+$/.test(value) ? value : `'${value.replaceAll("'", `'\\''`)}'`;
}
