import * as pulumi from "@pulumi/pulumi";
import { providerInputs } from "../deepcall-provider";
import { argumentsError, checkLookupArguments, lookups, type LookupName } from "./rules";

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
  checkLookupArguments(lookup, args, (key, value) => {
    if (!isKnownOnlyLater(value)) return undefined;
    return form === "output" ? [] : [`${key} is an Output or a Promise; pass it to ${lookup}Output instead`];
  });
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

function isKnownOnlyLater(value: unknown): boolean {
  return pulumi.Output.isInstance(value) || value instanceof Promise;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value) && !isKnownOnlyLater(value);
}
