import type { Step } from "../../../cli/drift/compare";
import { groupType } from "../../../provider/type";

/** What the engine shows of a secret. */
export const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};

type Values = Record<string, unknown>;

export function urn(resource: string, types = groupType): string {
  return `urn:pulumi:prod::shop::${types}::${resource}`;
}

/** A group as the state records it. */
export function recorded(name: unknown, more: Values = {}): Values {
  return { requestedName: name, assignedName: name, name, active: true, ...more };
}

/** The events of one resource: what the refresh saw (`null`: the group is gone), then what the next `up` would do. */
export function steps(resource: string, id: number, was: Values, is: Values | null, op: string, wish: Values): Step[] {
  const common = { urn: urn(resource), type: groupType };
  const snapshot = (outputs: Values, inputs: Values = {}): NonNullable<Step["old"]> => ({
    id: String(id),
    inputs,
    outputs,
  });
  const plan = {
    ...common,
    op,
    old: op === "create" ? null : snapshot(is ?? was),
    new: op === "delete" ? null : { ...snapshot({}, wish), id: op === "create" ? "" : String(id) },
  };
  return [{ ...common, op: "refresh", old: snapshot(was), new: is ? snapshot(is) : null }, plan];
}
