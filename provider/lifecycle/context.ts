import { DeepcallClient } from "../../client/client";
import type { RetryPolicy } from "../../client/retry";
import { userIdOf, type ClientSettings, type SettingsResult } from "../../client/settings";
import { withGroupError, nothingChanged } from "./errors";
import type { GroupOwners } from "./group-owners";
import { GroupReader } from "./group-reader";
import { NameLock } from "./name-lock";
import { accountMismatch, otherAccountError, type RecordedAccount } from "./same-account";

/** What all resources share in one run (one `up`, `refresh` or `destroy`). Each run has its own process. */
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
    readonly owners: GroupOwners,
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

  /** Makes a call that changes or deletes a group, and ensures that later reads see the change. */
  async write(id: number, call: (client: DeepcallClient) => Promise<void>): Promise<void> {
    try {
      await call(this.client);
    } finally {
      this.groups.invalidate(id);
    }
  }

  /**
   * Must be called before "not found" is treated as "gone".
   *
   * @throws OtherAccountError if the current credentials are known to belong to another account.
   */
  async assertSameAccount(group: { name: string; id: string }, recorded: RecordedAccount): Promise<void> {
    const owners = this.userId === undefined && recorded.ownerId !== undefined ? await this.#visibleOwners(group) : [];
    const mismatch = accountMismatch(recorded, { userId: this.userId, owners });
    if (mismatch) throw otherAccountError(group, mismatch);
  }

  async #visibleOwners(group: { name: string; id: string }): Promise<string[]> {
    const groups = await withGroupError("check the account of", group, nothingChanged, () => this.groups.all());
    return [...new Set(groups.flatMap(({ owner }) => owner ?? []))];
  }
}
