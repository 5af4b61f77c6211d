import { suffixes, type EmulatorOptions } from "./options";

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

const transforms: Record<EmulatorOptions["nameTransform"], (name: string) => string> = {
  none: (name) => name,
  trim: (name) => name.trim(),
  escape: (name) => name.replace(/[&<>"']/g, (character) => entities[character] ?? character),
  cut: (name) => Array.from(name).slice(0, 20).join(""),
};

/** Changes a name as the server does before it compares and stores it. */
export function transformName(name: string, options: EmulatorOptions): string {
  const { nameTransform, nameLength, replacedCharacters } = options;
  const stored = Array.from(name, (character) => (replacedCharacters.includes(character) ? "?" : character)).join("");
  const transformed = transforms[nameTransform](stored);
  return nameLength === 0 ? transformed : Array.from(transformed).slice(0, nameLength).join("");
}

export function sameName(one: string, other: string, options: EmulatorOptions): boolean {
  return options.caseInsensitive ? one.toLowerCase() === other.toLowerCase() : one === other;
}

/** The name if it is free, otherwise the name with the lowest free number appended. */
export function freeName(name: string, taken: readonly string[], options: EmulatorOptions): string {
  let candidate = name;
  for (let n = options.suffixStart; taken.some((other) => sameName(candidate, other, options)); n += 1) {
    candidate = name + suffixes[options.suffix](n);
  }
  return candidate;
}
