import * as pulumi from "@pulumi/pulumi";
import { groupIdRule, toGroupId } from "../../client/ids";
import { providerInputs } from "../deepcall-provider";
import { ResourceError } from "../model/errors";

/** The lookups and their arguments. */
const lookups = {
  getGroup: { properties: ["name", "id"], takes: "either name or id" },
  getGroups: { properties: ["nameContains", "active"], takes: "nameContains and active" },
} as const;
export type LookupName = keyof typeof lookups;

interface Rule {
  readonly message: string;
  readonly isValid: (value: unknown) => boolean;
}

const text: Rule = {
  message: "must be a string that is not empty",
  isValid: (value) => typeof value === "string" && value !== "",
};

const rules: Readonly<Record<(typeof lookups)[LookupName]["properties"][number], Rule>> = {
  name: text,
  id: {
    message: `must be ${groupIdRule}, for example 42 or "42"`,
    isValid: (value) => toGroupId(value) !== undefined,
  },
  nameContains: text,
  active: { message: "must be true or false", isValid: (value) => typeof value === "boolean" },
};

/**
 * Checks the arguments of a lookup, also for programs without a compiler. Messages do not repeat values, because a name
 * may be secret.
 *
 * @param form - a promise needs values; an output also takes those that are known only later, which are not checked yet.
 * @throws ResourceError with every problem.
 */
export function assertArguments(lookup: LookupName, args: unknown, form: "promise" | "output"): void {
  if (!isPlainObject(args))
    throw argumentsError(lookup, [`the arguments must be an object with ${lookups[lookup].takes}`]);
  const problems = propertyProblems(lookup, args, form);
  if (problems.length > 0) throw argumentsError(lookup, problems);
  if (lookup === "getGroup" && (args["name"] === undefined) === (args["id"] === undefined))
    throw argumentsError(lookup, ["set exactly one of name and id"]);
}

/**
 * Checks the options of a lookup: with one that is ignored, the lookup could use the wrong account.
 *
 * @throws ResourceError with every problem.
 */
export function assertOptions(lookup: LookupName, opts: unknown): void {
  const problems = isPlainObject(opts)
    ? Object.entries(opts).flatMap(([key, value]) => optionProblem(key, value))
    : ["the options must be an object with provider"];
  if (problems.length > 0) throw argumentsError(lookup, problems);
}

function optionProblem(key: string, value: unknown): string[] {
  if (key !== "provider") return [`unknown option ${JSON.stringify(key)}; a lookup takes only the option provider`];
  const isProvider = value === undefined || providerInputs.has(value as pulumi.ProviderResource);
  return isProvider ? [] : ["the option provider must be a DeepcallProvider"];
}

function propertyProblems(lookup: LookupName, args: object, form: "promise" | "output"): string[] {
  return Object.entries(args).flatMap(([key, value]) => {
    const known = lookups[lookup].properties.find((name) => name === key);
    if (known === undefined)
      return [`unknown property ${JSON.stringify(key)}; ${lookup} takes ${lookups[lookup].takes}`];
    if (value === undefined) return [];
    if (isKnownOnlyLater(value))
      return form === "output" ? [] : [`${key} is an Output or a Promise; pass it to ${lookup}Output instead`];
    return rules[known].isValid(value) ? [] : [`${key} ${rules[known].message}`];
  });
}

function argumentsError(lookup: LookupName, problems: readonly string[]): ResourceError {
  return new ResourceError(`${lookup}: ${problems.join("; ")}. No call was made.`);
}

function isKnownOnlyLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isKnownOnlyLater(value);
}
