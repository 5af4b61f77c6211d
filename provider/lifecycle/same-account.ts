import { OtherAccountError, staleConfigHint } from "./errors";
import { groupLabel } from "./names";

/** Whom the state knows a group to belong to. */
export interface RecordedOwner {
  readonly ownerId?: string | undefined;
  readonly userId?: string | undefined;
}

/** Whom the credentials in use belong to, as far as it is known. */
export interface CurrentUser {
  /** The `userId` of the credentials; unknown with an ssid. */
  readonly userId: string | undefined;
  /** The owners of the groups that these credentials can see. */
  readonly owners: readonly string[];
}

/**
 * When the current credentials are known to belong to somebody else than the group: both sides, named for a message.
 * "Not found" means nothing then, for Deepcall says the same of a group that belongs to another account.
 */
export function accountMismatch(
  recorded: RecordedOwner,
  current: CurrentUser,
): { group: string; you: string } | undefined {
  const known = [recorded.userId, recorded.ownerId].filter((user) => user !== undefined);
  if (known.length === 0) return undefined;
  const group = `user ${known[0] ?? ""}`;
  if (current.userId !== undefined)
    return known.includes(current.userId) ? undefined : { group, you: `user ${current.userId}` };
  if (recorded.ownerId === undefined || current.owners.length === 0 || current.owners.includes(recorded.ownerId))
    return undefined;
  return {
    group: `user ${recorded.ownerId}`,
    you: `an ssid that sees the groups of user ${current.owners.join(", ")}`,
  };
}

/** The error for a group that was "not found or not authorized" with the credentials of somebody else. */
export function otherAccountError(
  group: { name: string; id: string },
  who: { group: string; you: string },
): OtherAccountError {
  return new OtherAccountError(
    `Deepcall says "not found or not authorized" (code 1503, or an empty list) for ${groupLabel(group)}. It was made with the credentials of ${who.group}, ` +
      `and the ones in use belong to ${who.you}: whether the group still exists can't be told. Nothing was changed, in Deepcall or in the state. ` +
      `Run again with the credentials of ${who.group}. ${staleConfigHint} If the group really is gone, take it out of the state with \`pulumi state delete\`.`,
  );
}
