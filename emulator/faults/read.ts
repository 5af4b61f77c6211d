import { operationNames } from "../operations";
import { SetupError } from "../setup-error";
import type { Fault, FaultKind, FaultOperation } from "./fault";
import { formOf, isRequired, type KindName, kindNames, kinds, type Parameter } from "./kinds";
import { nearest } from "../../provider/nearest";

const operations: readonly string[] = [...operationNames, "any"];
const form = "OPERATION:KIND[:PARAM][@NTH][xTIMES], e.g. add:reset-after or update:error-before:1009@2x3";

/** A fault, complete and right. */
export type CheckedFault = Required<{ [Key in keyof Fault]: NonNullable<Fault[Key]> }>;

/**
 * Reads a fault written as text.
 * @param text `OPERATION:KIND[:PARAM][@NTH][xTIMES]`, e.g. `any:http-before:503@1x0`
 */
export function readFault(text: string): CheckedFault {
  const [, operation, kind, nth, times] = /^([^:]*):([^@]*?)(?:@(\d+))?(?:x(\d+))?$/s.exec(text) ?? [];
  if (operation === undefined || kind === undefined) {
    throw wrong(JSON.stringify(text), `expected ${form}; ${allKinds()}`);
  }
  // Taken at their word until they are checked.
  const fault = { operation, kind, nth: nth && Number(nth), times: times && Number(times) } as Fault;
  return checkFault(fault, JSON.stringify(text));
}

/**
 * Checks a fault.
 * @param source what an error calls it
 */
export function checkFault({ operation, kind, nth = 1, times = 1 }: Fault, source: string): CheckedFault {
  if (!isOperation(operation)) {
    const known = `operations: ${operations.join(", ")}`;
    throw wrong(source, `unknown operation ${unknown(operation, operations)}; ${known}`);
  }
  readKind(kind, source);
  if (!isWhole(nth, 1)) throw wrong(source, "the call to begin with (@NTH) is a whole number from 1");
  if (!isWhole(times, 0))
    throw wrong(source, "the number of calls (xTIMES) is a whole number from 0, which is for good");
  return { operation, kind, nth, times };
}

/** The fault as text. */
export function formatFault({ operation, kind, nth, times }: CheckedFault): string {
  return `${operation}:${kind}${nth === 1 ? "" : `@${nth}`}${times === 1 ? "" : `x${times}`}`;
}

/** The name of a kind and its parameters; one that is left out has its default or is absent. */
export function readKind(kind: FaultKind, source: string): { name: KindName; parameters: number[] } {
  const [name = "", ...texts] = kind.split(":");
  if (!isKindName(name)) throw wrong(source, `unknown kind ${unknown(name, kindNames)}; ${allKinds()}`);
  const expected: readonly Parameter[] = kinds[name].parameters;
  const values = expected.map((parameter, n) => valueOf(parameter, texts[n]));
  if (texts.length > expected.length || values.includes(undefined)) {
    const ranges = expected.map((parameter) => `${parameter.name} from ${parameter.min} to ${parameter.max}`);
    const numbers = ranges.length === 0 ? "no parameter" : ranges.join(", ");
    throw wrong(source, `expected ${formOf(name)} with ${numbers}, e.g. ${kinds[name].example}`);
  }
  return { name, parameters: values.filter((value) => typeof value === "number") };
}

// "absent" where the parameter may be; undefined where its text is wrong.
function valueOf(parameter: Parameter, text: string | undefined): number | "absent" | undefined {
  if (text === undefined) return isRequired(parameter) ? undefined : (parameter.default ?? "absent");
  const value = Number(text);
  return /^\d+$/.test(text) && value >= parameter.min && value <= parameter.max ? value : undefined;
}

function isOperation(name: string): name is FaultOperation {
  return operations.includes(name);
}

function isKindName(name: string): name is KindName {
  return Object.hasOwn(kinds, name);
}

function isWhole(value: number, least: number): boolean {
  return Number.isSafeInteger(value) && value >= least;
}

function unknown(word: string, candidates: readonly string[]): string {
  const meant = nearest(word, candidates);
  return JSON.stringify(word) + (meant.length === 0 ? "" : ` (did you mean ${meant.join(" or ")}?)`);
}

function allKinds(): string {
  return `kinds: ${kindNames.map(formOf).join(", ")}`;
}

function wrong(source: string, what: string): SetupError {
  return new SetupError(`fault ${source}: ${what}`);
}
