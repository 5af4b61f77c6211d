import type { EmulatorOptions } from "./options";
import { Refusal } from "./refusal";
import type { Body } from "./requests";
import type { Account, Store } from "./store";

const credentialKeys = ["ssid", "userId", "token"];

/** Who sends the call: one kind of credential, wholly right, or a refusal. */
export function authenticate(body: Body, store: Store, options: EmulatorOptions): Account | Refusal {
  const { ssid, userId, token } = body;
  const given = [ssid, userId, token].filter((value) => value !== undefined);
  if (ssid !== undefined && given.length > 1) return new Refusal(1000);
  if (given.some((value) => typeof value !== "string")) return new Refusal(1001);
  const account = store.accounts.find((candidate) =>
    ssid === undefined
      ? candidate.token !== undefined && candidate.userId === userId && candidate.token === token
      : candidate.ssid === ssid,
  );
  return account ?? new Refusal(options.authFailureCode, 401);
}

/** The body without what authenticates it: this much may be kept and shown. */
export function withoutCredentials(body: Body): Body {
  return Object.fromEntries(Object.entries(body).filter(([key]) => !credentialKeys.includes(key)));
}

/** The secrets in the body, as `echoCredentials` repeats them. */
export function secretsOf(body: Body): string {
  return [body["ssid"], body["token"]].filter((value) => typeof value === "string").join(" ");
}
