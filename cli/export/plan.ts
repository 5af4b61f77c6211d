import type { Group } from "../../client/responses";
import { nameProblem } from "../../provider/lifecycle/names";
import { keysFor } from "./keys";

/** A group that the export declares. */
export interface Entry {
  readonly key: string;
  readonly name: string;
  /** `undefined` where Deepcall does not tell. */
  readonly active: boolean | undefined;
}

/** A group that can't be declared, and why. */
export interface LeftOut {
  readonly group: Group;
  readonly reason: string;
}

/** What an export says. */
export interface Plan {
  /** By key, in the order of the alphabet. */
  readonly entries: readonly Entry[];
  /** By id. */
  readonly leftOut: readonly LeftOut[];
}

/** Decides what an account's groups become. */
export function planExport(groups: readonly Group[]): Plan {
  const byId = groups.toSorted((one, other) => one.id - other.id);
  const keys = keysFor(byId);
  const reasons = new Map(byId.map((group) => [group, reasonAgainst(group, byId)]));
  return {
    entries: byId
      .filter((group) => reasons.get(group) === undefined)
      .map(({ id, name, active }) => ({ key: keys.get(id) ?? "", name, active }))
      .toSorted((one, other) => (one.key < other.key ? -1 : 1)),
    leftOut: byId.flatMap((group) => {
      const reason = reasons.get(group);
      return reason === undefined ? [] : [{ group, reason }];
    }),
  };
}

function reasonAgainst(group: Group, all: readonly Group[]): string | undefined {
  const problem = nameProblem(group.name);
  if (problem !== undefined) return `a name ${problem}`;
  const others = all.filter(({ id, name }) => id !== group.id && name === group.name).map(({ id }) => id);
  if (others.length === 0) return undefined;
  return `its name is that of ${others.length === 1 ? "the group" : "the groups"} with id ${others.join(", ")} too`;
}

/** Whether a name contains a text, in any case. */
export function contains(name: string, text: string): boolean {
  return name.toLowerCase().includes(text.toLowerCase());
}

/** A name in a line of its own: quoted, and without anything that could end the line or hide. */
export function quoted(name: string): string {
  return JSON.stringify(name).replace(
    /[\p{Cc}\p{Zl}\p{Zp}]/gu,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
