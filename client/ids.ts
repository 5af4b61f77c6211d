/** Ids of groups are whole numbers from 1 to this one: beyond it, JSON numbers are rounded. */
const maxGroupId = Number.MAX_SAFE_INTEGER;

/** What every id of a group must be, for messages. */
export const groupIdRule = `a positive whole number up to ${maxGroupId}`;

/** The id of a group, as a number or as decimal text; `undefined` if Deepcall cannot have assigned it. 0 and "" mean "none". */
export function toGroupId(value: unknown): number | undefined {
  const id = typeof value === "string" && /^[1-9]\d*$/.test(value) ? Number(value) : value;
  return typeof id === "number" && Number.isSafeInteger(id) && id > 0 ? id : undefined;
}
