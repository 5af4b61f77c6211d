import { DeepcallClient, type ClientSettings } from "../../client/client";
import type { RetryPolicy } from "../../client/retry";
import { attempt, nothingChanged } from "./errors";
import { GroupReader } from "./group-reader";
import { otherAccountError, accountMismatch, type RecordedOwner } from "./same-account";
import { GroupOwners } from "./group-owners";
import { NameLock } from "./name-lock";

/**
 * What all resources of one operation on a stack share (one plugin process serves one operation): the client with its
 * connections, the reads, who means which group, and whose turn it is.
 */
export class OperationContext {
  readonly client: DeepcallClient;
  readonly groups: GroupReader;
  /** The `userId` of the credentials in use; unknown with an ssid. */
  readonly userId: string | undefined;
  readonly #turns = new NameLock();

  constructor(
    settings: ClientSettings,
    readonly owners: GroupOwners,
    readonly retryPolicy: RetryPolicy,
  ) {
    this.client = new DeepcallClient(settings, retryPolicy);
    this.groups = new GroupReader(this.client);
    this.userId = "userId" in settings.credentials ? settings.credentials.userId : undefined;
  }

  /** Tells the user something that went otherwise than they might expect; Pulumi shows it under the stack. */
  inform(text: string): void {
    process.stderr.write(`deepcall: ${text}\n`);
  }

  /** Runs a call that changes or deletes a group; whatever comes of it, later reads of the group must see that. */
  async write(id: number, call: (client: DeepcallClient) => Promise<void>): Promise<void> {
    try {
      await call(this.client);
    } finally {
      this.groups.markChanged(id);
    }
  }

  /** Runs alone among all steps for names that the server could take for duplicates of each other. */
  async runExclusive<T>(name: string, step: () => Promise<T>): Promise<T> {
    return this.#turns.runExclusive(name, step);
  }

  /**
   * To be asked before "not found" is taken for "gone".
   *
   * @throws OtherAccountError when the credentials in use are known to belong to somebody else.
   */
  async assertSameAccount(group: { name: string; id: string }, recorded: RecordedOwner): Promise<void> {
    const owners = this.userId === undefined && recorded.ownerId !== undefined ? await this.#visibleOwners(group) : [];
    const who = accountMismatch(recorded, { userId: this.userId, owners });
    if (who) throw otherAccountError(group, who);
  }

  async #visibleOwners(group: { name: string; id: string }): Promise<string[]> {
    const groups = await attempt("find out whose credentials look at", group, nothingChanged, () =>
      this.groups.everything(),
    );
    return [...new Set(groups.flatMap(({ owner }) => owner ?? []))];
  }
}
