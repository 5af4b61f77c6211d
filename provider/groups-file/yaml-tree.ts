import { isAlias, isMap, isScalar, isSeq, type Pair, type ParsedNode, type Scalar } from "yaml";
import { formatPath, type Place } from "./check";

/** A problem at an offset of the text, in characters. */
export interface LocatedProblem {
  readonly offset: number;
  readonly text: string;
  /** The offset of a second place that the message is about. */
  readonly other?: number | undefined;
}

interface Position {
  readonly key: number;
  readonly value: number;
  readonly node: ParsedNode | null;
}

/** The data of a parsed file, with the position of each part. */
export class YamlTree {
  /** The plain data. The first one of duplicate keys counts. */
  readonly value: unknown;
  /** Problems that plain data does not show: duplicate keys, keys that are not text, and aliases. */
  readonly problems: LocatedProblem[] = [];
  readonly #positions = new Map<string, Position>();

  constructor(root: ParsedNode | null) {
    const start = root?.range[0] ?? 0;
    this.#positions.set(positionKey([]), { key: start, value: start, node: root });
    this.value = this.#read(root, []);
  }

  /** The offset of a place, or of its nearest parent in the file. */
  offset({ path, at }: Place): number {
    const position = this.#positions.get(positionKey(path));
    return position ? position[at] : this.offset({ path: path.slice(0, -1), at });
  }

  /** A hint for a name that is not text because it has no quotes: YAML reads `007` as 7 and `null` as nothing. */
  hint({ path, at }: Place): string {
    const node = this.#positions.get(positionKey(path))?.node;
    if (at !== "value" || path[2] !== "name" || !isScalar(node) || typeof node.value === "string") return "";
    return node.source === "" ? "; leave name out to use the key as the name" : `; ${quotesHint(node)}`;
  }

  #read(node: ParsedNode | null, path: readonly string[]): unknown {
    if (isMap(node)) return Object.fromEntries(node.items.flatMap((pair) => this.#readPair(pair, path)));
    // A groups file contains no lists, so their items don't matter.
    if (isSeq(node)) return [];
    return isScalar(node) ? node.value : null;
  }

  /** The pair as an entry; none if it is not valid. */
  #readPair({ key, value }: Pair<ParsedNode, ParsedNode | null>, path: readonly string[]): [string, unknown][] {
    const [offset] = key.range;
    if (!isScalar(key) || typeof key.value !== "string") {
      const written = isScalar(key) && key.source !== "";
      const text = written ? `a key must be text; ${quotesHint(key)}` : "a key must be text";
      return this.#reject(offset, path, text);
    }
    const inner = [...path, key.value];
    const first = this.#positions.get(positionKey(inner));
    if (first) return this.#reject(offset, inner, "duplicate key", first.key);
    this.#positions.set(positionKey(inner), { key: offset, value: value?.range[0] ?? offset, node: value });
    if (isAlias(value))
      return this.#reject(value.range[0], inner, "aliases (*) are not supported; write the value out");
    return [[key.value, this.#read(value, inner)]];
  }

  #reject(offset: number, path: readonly string[], message: string, other?: number): [] {
    this.problems.push({ offset, text: path.length === 0 ? message : `${formatPath(path)}: ${message}`, other });
    return [];
  }
}

function quotesHint({ value, source = "" }: Scalar): string {
  const kind = value === null ? "nothing" : `a ${typeof value}`;
  return `without quotes ${source} is ${kind}, so write ${JSON.stringify(source)}`;
}

function positionKey(path: readonly string[]): string {
  return JSON.stringify(path);
}
