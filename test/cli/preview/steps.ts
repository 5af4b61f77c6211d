import type { Step } from "../../../cli/preview/steps";
import { groupType } from "../../../provider/state-contract";

/** How the engine's events represent a secret. */
export const secret = {
  "4dabf18193072939515e22adb298388d": "1b47061264138c4ac30d75fd1eb44270",
  ciphertext: "[secret]",
};

type Properties = Record<string, unknown>;

export function urn(resource: string, types = groupType): string {
  return `urn:pulumi:prod::shop::${types}::${resource}`;
}

/** A group's outputs as the state records them. */
export function outputsOf(name: unknown, overrides: Properties = {}): Properties {
  return { requestedName: name, assignedName: name, name, active: true, ...overrides };
}

/**
 * The steps of one resource: the refresh, then what the next `up` does.
 *
 * @param current - the outputs after the refresh; `null` if the group is gone.
 * @param op - the operation of the next `up`.
 * @param desired - the inputs that the program declares.
 */
export function steps(
  resource: string,
  id: number,
  recorded: Properties,
  current: Properties | null,
  op: string,
  desired: Properties,
): Step[] {
  const common = { urn: urn(resource), type: groupType };
  const snapshot = (outputs: Properties, inputs: Properties = {}): NonNullable<Step["old"]> => ({
    id: String(id),
    inputs,
    outputs,
  });
  const plan = {
    ...common,
    op,
    old: op === "create" ? null : snapshot(current ?? recorded),
    new: op === "delete" ? null : { ...snapshot({}, desired), id: op === "create" ? "" : String(id) },
  };
  return [{ ...common, op: "refresh", old: snapshot(recorded), new: current ? snapshot(current) : null }, plan];
}
