import { DeepcallClient } from "../../client/client";
import { GroupReader } from "../../client/group-reader";
import type { RetryPolicy } from "../../client/retry";
import { userIdOf, type ClientSettings, type SettingsResult } from "../../client/settings";
import { accountMismatch, type RecordedAccount } from "../model/account";
import { attempt, GroupError, nothingChanged, staleConfigHint } from "../model/errors";
import { groupLabel, type NamedGroup } from "../model/names";
import { NameLock } from "./name-lock";

/** What all calls of one run (one `up`, `refresh` or `destroy`) share. Each run has its own process. */
export class OperationContext {
  readonly client: DeepcallClient;
  readonly groups: GroupReader;
  /** The `userId` of the current credentials; unknown for an ssid. */
  readonly userId: string | undefined;
  /** Whether the settings of this run allow deleting groups that have agents. */
  readonly deleteWithAgents: boolean;
  readonly nameLock = new NameLock();

  constructor(
    settings: ClientSettings,
    readonly retryPolicy: RetryPolicy,
    readonly howToEnable: SettingsResult["howToEnable"],
  ) {
    this.client = new DeepcallClient(settings, retryPolicy);
    this.groups = new GroupReader(this.client);
    this.userId = userIdOf(settings);
    this.deleteWithAgents = settings.deleteWithAgents;
  }

  /** Writes a line for the user; Pulumi shows it under the stack. */
  inform(text: string): void {
    process.stderr.write(`deepcall: ${text}\n`);
  }

  /** Updates a group, and ensures that later reads see the change. */
  async update(id: number, desired: { readonly name: string; readonly active: boolean }): Promise<void> {
    try {
      await this.client.update(id, desired);
    } finally {
      this.groups.invalidate(id);
    }
  }

  /** Deletes a group, and ensures that later reads see that. */
  async delete(id: number): Promise<void> {
    try {
      await this.client.delete(id);
    } finally {
      this.groups.remove(id);
    }
  }

  /**
   * Must be called before "not found" is treated as "gone".
   *
   * @throws GroupError if the current credentials are known to belong to another account.
   */
  async assertSameAccount(group: NamedGroup, recorded: RecordedAccount): Promise<void> {
    const owners = this.userId === undefined && recorded.ownerId !== undefined ? await this.#visibleOwners(group) : [];
    const mismatch = accountMismatch(recorded, { userId: this.userId, owners });
    if (!mismatch) return;
    throw new GroupError("other-account", {
      failure: `Could not find ${groupLabel(group)}`,
      reason:
        "it does not exist, or these credentials may not access it (code 1503 or an empty list). " +
        `The group was created or adopted with the credentials of ${mismatch.recorded}, but the current credentials belong to ${mismatch.current}`,
      done: "Nothing was changed in Deepcall or in the state.",
      next:
        `Run the command again with the credentials of ${mismatch.recorded}. ${staleConfigHint} ` +
        "If the group no longer exists, remove it from the state with `pulumi state delete`.",
    });
  }

  async #visibleOwners(group: NamedGroup): Promise<string[]> {
    const groups = await attempt(`check the account of ${groupLabel(group)}`, nothingChanged, () => this.groups.all());
    return [...new Set(groups.flatMap(({ owner }) => owner ?? []))];
  }
}
