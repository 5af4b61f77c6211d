import { groupIdRule, toGroupId } from "../../client/ids";
import { ResourceError } from "../model/errors";

/** The lookups and their arguments. */
export const lookups = {
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
 * Checks the values of a lookup's arguments. Messages do not repeat values, because a name may be secret.
 *
 * @param judge - the problems of a value that is not checked here; `undefined` for all others.
 * @throws ResourceError with every problem.
 */
export function checkLookupArguments(
  lookup: LookupName,
  args: Readonly<Record<string, unknown>>,
  judge: (key: string, value: unknown) => string[] | undefined = () => undefined,
): void {
  const problems = Object.entries(args).flatMap(([key, value]) => {
    const known = lookups[lookup].properties.find((name) => name === key);
    if (known === undefined)
      return [`unknown property ${JSON.stringify(key)}; ${lookup} takes ${lookups[lookup].takes}`];
    if (value === undefined) return [];
    return judge(key, value) ?? (rules[known].isValid(value) ? [] : [`${key} ${rules[known].message}`]);
  });
  if (problems.length > 0) throw argumentsError(lookup, problems);
  if (lookup === "getGroup" && (args["name"] === undefined) === (args["id"] === undefined))
    throw argumentsError(lookup, ["set exactly one of name and id"]);
}

export function argumentsError(lookup: LookupName, problems: readonly string[]): ResourceError {
  return new ResourceError(`${lookup}: ${problems.join("; ")}. No call was made.`);
}
