import { quoted, type Plan } from "./plan";

/** What stands at the top of either form, without comment signs: what this is, what is next, and what to mind. */
export function notesOf(plan: Plan, next: readonly string[]): string[] {
  return [
    "The groups of a Deepcall account, as `pulumi-deepcall export` found them.",
    ...next,
    "The first `pulumi up` takes each of them over (onNameConflict: adopt) and changes nothing. From then on a group belongs to",
    "the program: removing its entry deletes it in Deepcall, unless the component has retainOnDelete or protect.",
    "A key stands for its group: change names, not keys.",
    ...statusNotes(plan),
    ...leftOutNotes(plan),
  ];
}

/** Deepcall sets the status whenever a group is adopted whose status it does not tell. */
export function statusNotes({ entries }: Plan): string[] {
  const unknown = entries.filter(({ active }) => active === undefined).length;
  if (unknown === 0) return [];
  return [
    `Deepcall does not tell whether ${unknown === 1 ? "1 group is" : `${unknown} groups are`} active. They stand here as active: true, and the first \`pulumi up\` will make them so:`,
    "write active: false at those that are not, before.",
  ];
}

function leftOutNotes({ leftOut }: Plan): string[] {
  if (leftOut.length === 0) return [];
  return [
    "Left out, for they can't be declared as they are; rename them in Deepcall's panel and export again:",
    ...leftOut.map(({ group, reason }) => `  ${quoted(group.name)} (id ${group.id}): ${reason}`),
  ];
}
