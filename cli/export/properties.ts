import type { Entry } from "./plan";

/** An entry's properties, in what is YAML and TypeScript alike. JSON's strings are strings in both. */
export function propertiesOf({ name, active }: Entry, adopt: string): string {
  const properties = [
    `name: ${JSON.stringify(name)}`,
    ...(active === true ? [] : [`active: ${active ?? true}`]),
    `onNameConflict: ${adopt}`,
  ];
  return `{ ${properties.join(", ")} }`;
}
