import type { EmulatorOptions } from "../../emulator";
import type { Group } from "../../client/responses";
import { isNumbered, nameProblem } from "../../provider/lifecycle/names";
import { finding, ok, type Check, type FindingCode, type NamedGroup } from "./findings";

interface NameCheck {
  readonly code: FindingCode;
  /** The groups that the finding is about. */
  readonly find: (groups: readonly Group[]) => readonly NamedGroup[];
  /** What is wrong with "3 groups with a name that …". */
  readonly rule: string;
}

/** The checks of names that may cause problems in the first `up`. */
const nameChecks: readonly NameCheck[] = [
  {
    code: "duplicate-names",
    find: (groups) => sharing(groups, ({ name }) => name),
    rule: "another group has, too",
  },
  {
    code: "numbered-names",
    find: (groups) => numberedPairs(groups).map(([group, { name }]) => ({ ...group, baseName: name })),
    rule: "is that of another group and a number; Deepcall may have appended the number because the name was taken",
  },
  {
    code: "trailing-numbers",
    find: (groups) => {
      const numbered = new Map(numberedPairs(groups));
      return groups.filter((group) => /\d\)?$/.test(group.name) && !numbered.has(group));
    },
    rule: "ends in a number, although no group has the name without the number",
  },
  {
    code: "names-differ-in-case-only",
    find: (groups) => {
      const duplicates = new Set(sharing(groups, ({ name }) => name));
      return sharing(groups, ({ name }) => name.toLowerCase()).filter((group) => !duplicates.has(group));
    },
    rule: "differs from that of another group only in case",
  },
  {
    code: "undeclarable-names",
    find: (groups) => groups.filter(({ name }) => nameProblem(name) !== undefined),
    rule: "a program cannot declare",
  },
];
