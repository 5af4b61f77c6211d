import { distance } from "fastest-levenshtein";
import { SetupError } from "../errors";
import { operationNames } from "../requests";
import type { CheckedFault, Fault, FaultKind, FaultOperation } from "./fault";
import { kindSyntax, isRequired, type KindName, kindNames, kinds, type Parameter } from "./kinds";

const operations: readonly FaultOperation[] = [...operationNames, "any"];
const faultSyntax = "OPERATION:KIND[:PARAM][@NTH][xTIMES], for example add:reset-after or update:error-before:1009@2x3";

/**
 * Parses a fault.
 * @param text `OPERATION:KIND[:PARAM][@NTH][xTIMES]`, for example `any:http-before:503@1x0`
 */
export function parseFault(text: string): CheckedFault {
  const source = JSON.stringify(text);
  const [, operation, kind, nth, times] = /^([^:]*):([^@]*?)(?:@(\d+))?(?:x(\d+))?$/s.exec(text) ?? [];
  if (operation === undefined || kind === undefined) {
    throw invalidFault(source, `expected ${faultSyntax}. Valid kinds: ${validKinds()}`);
  }
  const unchecked = { operation, kind, nth: nth && Number(nth), times: times && Number(times) } as Fault;
  return checkFault(unchecked, source);
}

/**
 * Validates a fault.
 * @param source what error messages call it
 */
export function checkFault({ operation, kind, nth = 1, times = 1 }: Fault, source: string): CheckedFault {
  if (!operations.includes(operation)) {
    throw invalidFault(
      source,
      `unknown operation ${describeUnknown(operation, operations)} Valid operations: ${operations.join(", ")}`,
    );
  }
  parseKind(kind, source);
  if (!isInteger(nth, 1)) throw invalidFault(source, "nth (@NTH) must be a positive integer");
  if (!isInteger(times, 0))
    throw invalidFault(source, "times (xTIMES) must be a positive integer, or 0 for every call");
  return { operation, kind, nth, times };
}

export function formatFault({ operation, kind, nth, times }: CheckedFault): string {
  return `${operation}:${kind}${nth === 1 ? "" : `@${nth}`}${times === 1 ? "" : `x${times}`}`;
}

/** Splits a kind into its name and its parameters. A missing parameter has its default, or is left out. */
export function parseKind(kind: FaultKind, source: string): { name: KindName; parameters: number[] } {
  const [name = "", ...texts] = kind.split(":");
  if (!isKindName(name)) {
    throw invalidFault(source, `unknown kind ${describeUnknown(name, kindNames)} Valid kinds: ${validKinds()}`);
  }
  const expected: readonly Parameter[] = kinds[name].parameters;
  const values = expected.map((parameter, n) => parseParameter(parameter, texts[n]));
  if (texts.length > expected.length || values.includes("invalid")) {
    const ranges = expected.map((parameter) => `${parameter.name} from ${parameter.min} to ${parameter.max}`);
    const parameters = ranges.length === 0 ? "without parameters" : `with ${ranges.join(", ")}`;
    throw invalidFault(source, `expected ${kindSyntax(name)} ${parameters}, for example ${kinds[name].example}`);
  }
  return { name, parameters: values.filter((value) => typeof value === "number") };
}

function parseParameter(parameter: Parameter, text: string | undefined): number | "absent" | "invalid" {
  if (text === undefined) return isRequired(parameter) ? "invalid" : (parameter.default ?? "absent");
  const value = Number(text);
  return /^\d+$/.test(text) && value >= parameter.min && value <= parameter.max ? value : "invalid";
}

function isKindName(name: string): name is KindName {
  return Object.hasOwn(kinds, name);
}

function isInteger(value: number, min: number): boolean {
  return Number.isSafeInteger(value) && value >= min;
}

function validKinds(): string {
  return kindNames.map(kindSyntax).join(", ");
}

function describeUnknown(word: string, candidates: readonly string[]): string {
  const suggestions = suggest(word.toLowerCase(), candidates).map((candidate) => JSON.stringify(candidate));
  return JSON.stringify(word) + (suggestions.length === 0 ? "." : `; did you mean ${suggestions.join(" or ")}?`);
}

/** The candidates that start with the word, or else the closest ones, up to two edits away. */
function suggest(word: string, candidates: readonly string[]): string[] {
  const completions = candidates.filter((candidate) => candidate.toLowerCase().startsWith(word));
  if (word.length >= 2 && completions.length > 0) return completions;
  const distances = candidates.map((candidate) => distance(word, candidate.toLowerCase()));
  return candidates.filter((_, n) => distances[n] === Math.min(2, ...distances));
}

function invalidFault(source: string, problem: string): SetupError {
  return new SetupError(`fault ${source}: ${problem}`);
}
