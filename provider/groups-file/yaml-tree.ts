import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, type Scalar } from "yaml";
import { labelOf, type Place } from "./check";

/** A finding at a place of the text, in characters from its beginning. */
export interface Finding {
  readonly offset: number;
  readonly text: string;
  /** Another place that it is about. */
  readonly other?: number | undefined;
}

interface Position {
  readonly key: number;
  readonly value: number;
  readonly node: ParsedNode | null;
}

/** What a parsed file says, and where each part of it stands. */
export class YamlTree {
  /** What it says as plain data. Where a key is there twice, the first one counts. */
  readonly value: unknown;
  /** What can't be seen in plain data: keys that are there twice or are no text, and aliases. */
  readonly findings: Finding[] = [];
  readonly #spots = new Map<string, Position>();

  constructor(root: ParsedNode | null) {
    const start = root?.range[0] ?? 0;
    this.#spots.set(spotKey([]), { key: start, value: start, node: root });
    this.value = this.#read(root, []);
  }

  /** Where a place begins; for one that is not there, what is around it. */
  offset({ path, at }: Place): number {
    const spot = this.#spots.get(spotKey(path));
    return spot ? spot[at] : this.offset({ path: path.slice(0, -1), at });
  }

  /** What to add to a message about a name that is no text for want of quotes: YAML reads `007` as 7, `null` as nothing. */
  hint({ path, at }: Place): string {
    const node = this.#spots.get(spotKey(path))?.node;
    if (at !== "value" || path[2] !== "name" || !isScalar(node) || typeof node.value === "string") return "";
    return node.source === "" ? "; leave name out to call the group like its key" : `; ${quoteIt(node)}`;
  }

  #read(node: ParsedNode | null, path: readonly string[]): unknown {
    if (isMap(node)) return Object.fromEntries(node.items.flatMap((pair) => this.#readPair(pair, path)));
    // Nothing in the file is a list, so what it holds does not matter.
    if (isSeq(node)) return [];
    return isScalar(node) ? node.value : null;
  }

  /** The pair as an entry; none for what must not be there. */
  #readPair({ key, value }: Pair<ParsedNode, ParsedNode | null>, path: readonly string[]): [string, unknown][] {
    const [offset] = key.range;
    if (!isScalar(key) || typeof key.value !== "string") {
      const written = isScalar(key) && key.source !== "";
      const text = written ? `a key must be text; ${quoteIt(key)}` : "a key must be text";
      return this.#refuse(offset, path, text);
    }
    const inner = [...path, key.value];
    const first = this.#spots.get(spotKey(inner));
    if (first) return this.#refuse(offset, inner, "this key is there twice", first.key);
    this.#spots.set(spotKey(inner), { key: offset, value: value?.range[0] ?? offset, node: value });
    if (isAlias(value)) return this.#refuse(value.range[0], inner, "aliases (*) are not read here; write it out");
    return [[key.value, this.#read(value, inner)]];
  }

  #refuse(offset: number, path: readonly string[], message: string, other?: number): [] {
    this.findings.push({ offset, text: path.length === 0 ? message : `${labelOf(path)}: ${message}`, other });
    return [];
  }
}

function quoteIt({ value, source = "" }: Scalar): string {
  const kind = value === null ? "nothing" : `a ${typeof value}`;
  return `without quotes ${source} is ${kind}, so write ${JSON.stringify(source)}`;
}

function spotKey(path: readonly string[]): string {
  return JSON.stringify(path);
}
