import { notesOf } from "./notes";
import type { Plan } from "./plan";
import { propertiesOf } from "./properties";

/**
 * The export as a program. It declares the same resources as a program with the groups file does, so that one can take the
 * place of the other.
 */
export function toTypeScript(plan: Plan): string {
  const notes = notesOf(plan, ["This is a whole Pulumi program: index.ts of a project, or a module of one."]);
  return [
    ...notes.map((note) => `// ${note}`),
    'import { DeepcallGroups } from "pulumi-deepcall";',
    "",
    'export const groups = new DeepcallGroups("groups", {',
    "  groups: {",
    ...plan.entries.map((entry) => `    ${property(entry.key)}: ${propertiesOf(entry, '"adopt"')},`),
    "  },",
    "}).outputs;",
    "",
  ].join("\n");
}

function property(key: string): string {
  return /^[a-z][a-z0-9]*$/.test(key) ? key : JSON.stringify(key);
}
