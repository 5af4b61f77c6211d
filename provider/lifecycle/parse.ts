import type { z } from "zod";
import { DeepcallError } from "../../client/errors";
import { groupIdRule, toGroupId } from "../../client/ids";
import type { ProviderErrorCode } from "./errors";

/** @throws DeepcallError unless Deepcall could have assigned the id. */
export function parseId(id: string): string {
  if (toGroupId(id) !== undefined) return id;
  throw new DeepcallError(
    "invalid-id" satisfies ProviderErrorCode,
    `${JSON.stringify(id)} is not a valid group id: it must be ${groupIdRule}, for example "42". No call was made.`,
  );
}

/**
 * Reads what the state contains about a resource.
 *
 * @param subject - the resource, for the error.
 */
export function parseState<T>(schema: z.ZodType<T>, subject: string, props: unknown): T {
  const state = schema.safeParse(props);
  if (state.success) return state.data;
  const keys = state.error.issues.map(({ path }) => path.join(".")).join(", ");
  throw new DeepcallError(
    "invalid-state" satisfies ProviderErrorCode,
    `Could not read the state of ${subject}: these properties are missing or not valid: ${keys}. No call was made. ` +
      "The state was edited manually or written by a newer version of pulumi-deepcall. Install that version, or restore the state with `pulumi stack import`.",
  );
}
