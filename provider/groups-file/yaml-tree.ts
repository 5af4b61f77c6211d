import { isAlias, isMap, isPair, isScalar, isSeq, type Pair, type ParsedNode, type Scalar } from "yaml";
import { formatPath, type Path, type Place } from "./check";

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

/** Stands for an alias or a value with another tag, which is reported already. */
export const rejected = Symbol("rejected");

/** The data of a parsed file, with the position of each part. */
export class YamlTree {
  /** The plain data. The first one of duplicate keys counts. */
  readonly value: unknown;
  /** Problems that plain data does not show: duplicate keys, keys that are not text, aliases and tags. */
  readonly problems: LocatedProblem[] = [];
  readonly #positions = new Map<string, Position>();

  constructor(root: ParsedNode | null) {
    const start = root?.range[0] ?? 0;
    const value = this.#readValue(root, [], start);
    this.value = value === rejected ? { groups: {} } : value;
  }

  /** The offset of a place, or of its nearest parent in the file. */
  offset({ path, at }: Place): number {
    const position = this.#positions.get(positionKey(path));
    return position ? position[at] : this.offset({ path: path.slice(0, -1), at });
  }

  /** A hint for text that YAML does not read as text because it has no quotes: `007` is 7 and `null` is nothing. */
  hint({ path, at }: Place): string {
    const node = this.#positions.get(positionKey(path))?.node;
    const isText = path[2] === "name" || isAgentId(path);
    if (at !== "value" || !isText || !isScalar(node) || typeof node.value === "string") return "";
    if (node.source !== "") return `; ${quotesHint(node)}`;
    return path[2] === "name" ? "; leave name out to use the key as the name" : "";
  }

  #read(node: ParsedNode | null, path: Path): unknown {
    if (isMap(node)) return Object.fromEntries(node.items.flatMap((pair) => this.#readPair(pair, path)));
    if (isSeq(node)) return node.items.map((item, index) => this.#readValue(item, [...path, index], item.range[0]));
    return isScalar(node) ? node.value : null;
  }

  /** The pair as an entry; none if it is not valid. */
  #readPair({ key, value }: Pair<ParsedNode, ParsedNode | null>, path: Path): [string, unknown][] {
    const [offset] = key.range;
    if (isScalar(key) && typeof key.value === "symbol")
      return this.#reject(offset, path, "merge keys (<<) are not supported; write the properties out");
    if (!isScalar(key) || typeof key.value !== "string") {
      const written = isScalar(key) && key.source !== "";
      const text = written ? `a key must be text; ${quotesHint(key)}` : "a key must be text";
      return this.#reject(offset, path, text);
    }
    const inner = [...path, key.value];
    const first = this.#positions.get(positionKey(inner));
    if (first) return this.#reject(offset, inner, "duplicate key", first.key);
    const read = this.#readValue(value, inner, offset);
    // An entry or a file without its value would be another problem.
    if (read === rejected && inner.length === 1 && key.value === "groups") return [[key.value, {}]];
    return read === rejected && inner.length < 3 ? [] : [[key.value, read]];
  }

  /** @param key - the offset of the value's key, or of the value itself in a list. */
  #readValue(value: ParsedNode | null, path: Path, key: number): unknown {
    const offset = value?.range[0] ?? key;
    this.#positions.set(positionKey(path), { key, value: offset, node: value });
    const problem = isAlias(value) ? "aliases (*) are not supported; write the value out" : tagProblem(value);
    if (problem === undefined) return path.length > maxDepth ? null : this.#read(value, path);
    this.#reject(offset, path, problem);
    return rejected;
  }

  #reject(offset: number, path: Path, message: string, other?: number): [] {
    this.problems.push({ offset, text: path.length === 0 ? message : `${formatPath(path)}: ${message}`, other });
    return [];
  }
}

/** Nothing valid is deeper than a property of an agent, and a deep file must not exhaust the stack. */
const maxDepth = 5;

/** YAML 1.1 has more types, such as `!!omap` and `!!timestamp`. Their values are not plain data. */
function tagProblem(value: ParsedNode | null): string | undefined {
  const isPlain = isSeq(value)
    ? !value.items.some(isPair)
    : !isScalar(value) || value.value === null || typeof value.value !== "object";
  const { tag = "" } = value ?? {};
  if (isPlain && !/:(set|omap|pairs|binary|timestamp)$/.test(tag)) return undefined;
  const name = tag.replace(/^tag:yaml\.org,2002:/, "!!");
  return isScalar(value) && name === ""
    ? undefined
    : `values of the type ${name} are not supported; write ${isScalar(value) ? "text in quotes" : "a map or a list"}`;
}

function isAgentId(path: Path): boolean {
  return path[2] === "agents" && (path.length === 4 || (path.length === 5 && path[4] === "id"));
}

function quotesHint({ value, source = "" }: Scalar): string {
  const kind = value === null ? "nothing" : value instanceof Date ? "a date" : `a ${typeof value}`;
  if (source.length > 100) return `without quotes it is ${kind}, so put it in quotes`;
  return `without quotes ${source} is ${kind}, so write ${JSON.stringify(source)}`;
}

function positionKey(path: Path): string {
  return JSON.stringify(path);
}
