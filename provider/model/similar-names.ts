/** Characters that are drawn as nothing, such as a zero-width space. */
const invisible = /\p{Default_Ignorable_Code_Point}/gu;

/** Characters that are drawn as blanks: every kind of space, and the empty Braille pattern. */
const blanks = /[\s\p{Zs}\u2800]+/gu;

/** What names have in common that look alike: equal for two names that people can hardly tell apart. */
export function skeleton(name: string): string {
  const text = visible(name).replace(blanks, " ").trim();
  return text.normalize("NFKC").toLowerCase().normalize("NFKC");
}

/** How two names that look alike differ. */
export interface Difference {
  /** Completes "differs only …", for example `in the kind of blank`. */
  readonly how: string;
  /** The first place, for example `character 6 is U+00A0, not U+0020`. */
  readonly where: string;
}

/** How a name differs from one that looks alike; `undefined` if they are equal, differ only in case, or do not look alike. */
export function describeDifference(name: string, other: string): Difference | undefined {
  if (skeleton(name) !== skeleton(other)) return undefined;
  const kinds = [
    ...(matches(invisible, name) === matches(invisible, other) ? [] : ["in invisible characters"]),
    ...(matches(blanks, visible(name)) === matches(blanks, visible(other)) ? [] : ["in the kind of blank"]),
    ...(letters(name).toLowerCase() === letters(other).toLowerCase() ? [] : ["in Unicode normalization"]),
  ];
  if (kinds.length === 0) return undefined;
  const isCaseDifferent = letters(name).normalize("NFKC") !== letters(other).normalize("NFKC");
  return {
    how: [...kinds, ...(isCaseDifferent ? ["in case"] : [])].join(" and "),
    where: firstDifference(name, other),
  };
}

/** The names that look like a name, and how it differs from each. The name itself, in any case, is not among them. */
export function similarNames(name: string, others: Iterable<string>): (Difference & { readonly name: string })[] {
  return [...others].flatMap((other) => {
    const difference = describeDifference(name, other);
    return difference === undefined ? [] : [{ name: other, ...difference }];
  });
}

/** The text with invisible characters written as escapes, for messages about text that may contain them by mistake. */
export function escapeInvisible(text: string): string {
  return text.replace(invisible, (character) => `\\u{${hex(character)}}`);
}

/** Some invisible characters count as blanks for `\s`, so they are removed first. */
function visible(text: string): string {
  return text.replace(invisible, "");
}

function matches(pattern: RegExp, text: string): string {
  return (text.match(pattern) ?? []).join(",");
}

/** What is neither invisible nor blank. */
function letters(text: string): string {
  return visible(text).replace(blanks, "");
}

/** The first character, as a reader counts them, that differs, and what it consists of in both names. */
function firstDifference(name: string, other: string): string {
  const characters = (text: string): string[] => [...new Intl.Segmenter().segment(text)].map(({ segment }) => segment);
  const [here, there] = [characters(name), characters(other)];
  const index = Array.from({ length: Math.max(here.length, there.length) }).findIndex((_, n) => here[n] !== there[n]);
  return `character ${index + 1} is ${codePoints(here[index])}, not ${codePoints(there[index])}`;
}

function codePoints(character: string | undefined): string {
  if (character === undefined) return "missing";
  return Array.from(character, (one) => `U+${hex(one)}`).join(" ");
}

function hex(character: string): string {
  return (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
}
