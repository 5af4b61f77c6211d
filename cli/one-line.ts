/**
 * A text of somebody else's on one line, with nothing in it that moves a cursor or turns the direction of writing.
 * Emoji stay whole: their joiners are no danger.
 */
export function oneLine(text: string): string {
  return text
    .toWellFormed()
    .replace(
      /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu,
      (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
