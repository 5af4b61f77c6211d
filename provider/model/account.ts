/** The account of a group, as recorded in the state. */
export interface RecordedAccount {
  readonly ownerId?: string | undefined;
  readonly userId?: string | undefined;
}

/** The account of the current credentials, as far as it is known. */
interface CurrentAccount {
  /** The `userId` of the credentials; unknown for an ssid. */
  readonly userId: string | undefined;
  /** The owners of the groups that these credentials can see. */
  readonly owners: readonly string[];
}

export interface AccountMismatch {
  readonly recorded: string;
  readonly current: string;
}

/**
 * Both accounts for a message if the current credentials are known to belong to another account than the group. Then
 * "not found" proves nothing, because Deepcall says the same of another account's group.
 */
export function accountMismatch(recorded: RecordedAccount, current: CurrentAccount): AccountMismatch | undefined {
  const { ownerId } = recorded;
  const users = [recorded.userId, ownerId].filter((user) => user !== undefined);
  const [user] = users;
  if (user === undefined) return undefined;
  if (current.userId !== undefined) {
    if (users.includes(current.userId)) return undefined;
    return { recorded: `user ${user}`, current: `user ${current.userId}` };
  }
  if (ownerId === undefined || current.owners.length === 0 || current.owners.includes(ownerId)) return undefined;
  return {
    recorded: `user ${ownerId}`,
    current: `an ssid that sees the groups of user ${current.owners.join(", ")}`,
  };
}
