import { GroupError } from "../model/errors";

/** @throws GroupError unless Deepcall could have assigned the id. */
export function assertGroupId(id: string): string {
  if (/^[1-9]\d{0,14}$/.test(id)) return id;
  throw new GroupError("invalid-id", {
    failure: `${JSON.stringify(id)} is not a valid group id: it must be a number, for example "42"`,
    done: "No call was made.",
    next: "",
  });
}
