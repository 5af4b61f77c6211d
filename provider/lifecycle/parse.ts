import type { z } from "zod";
import { DeepcallError } from "../../client/errors";
import type { ProviderErrorCode } from "./errors";

/** @throws DeepcallError unless Deepcall could have assigned the id. */
export function parseId(id: string): string {
  if (/^[1-9]\d{0,14}$/.test(id)) return id;
  throw new DeepcallError(
    "invalid-id" satisfies ProviderErrorCode,
    `${JSON.stringify(id)} is not a valid group id: it must be a number, for example "42". No call was made.`,
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
      "The state or an import file was edited, or another version or provider wrote the state. `pulumi refresh` reads a group again from Deepcall. " +
      "node_modules/pulumi-deepcall/docs/errors.md lists each cause and its way out.",
  );
}
