import { groupIdRule, toGroupId } from "../../client/ids";
import { GroupError } from "../model/errors";

/** @throws GroupError unless Deepcall could have assigned the id. */
export function assertGroupId(id: string): string {
  if (toGroupId(id) !== undefined) return id;
  throw new GroupError("invalid-id", {
    failure: `${JSON.stringify(id)} is not a valid group id: it must be ${groupIdRule}, for example "42"`,
    done: "No call was made.",
    next: "",
  });
}
