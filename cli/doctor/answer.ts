import {
  AnswerError,
  ApiError,
  AuthenticationError,
  NotFoundError,
  PermissionError,
  TimeoutError,
} from "../../client/errors";
import type { HttpReply } from "../../client/transport";
import type { Exchange } from "./calls";
import { finding, ok, type Check } from "./diagnosis";

const wrongUrl =
  "Check the base URL: it is the address of the API (https://v4-api.deepcall.com, or your brand's own), without /api/v2 and not the address of the panel.";

/** Whether it is Deepcall's API that answers. */
export function checkApi({ error, reply }: Exchange): Check {
  if (error instanceof TimeoutError)
    return finding(
      "api",
      "failed",
      "timeout",
      error.message,
      "Try again; where the service is always slow, raise DEEPCALL_TIMEOUT_MS. A firewall that drops packets looks the same.",
    );
  if (!(error instanceof AnswerError) || reply === undefined)
    return ok("api", "the answers are those of Deepcall's API");
  const { what, advice } = misfit(reply);
  return finding("api", "failed", what, error.message, advice);
}

/** What kind of answer it is that is none of Deepcall's. */
function misfit({ httpStatus, headers, text, json }: HttpReply): { what: string; advice: string } {
  if (httpStatus >= 500)
    return { what: "gateway-error", advice: "The service, or a gateway before it, has a fault: try again in a while." };
  if (httpStatus >= 300 && httpStatus < 400)
    return { what: "redirect", advice: `Calls don't follow redirects, for they carry the credentials. ${wrongUrl}` };
  if (json !== undefined) return { what: "other-json", advice: wrongUrl };
  const isHtml = String(headers["content-type"]).includes("html") || /^\s*</.test(text);
  if (httpStatus === 404) return { what: "not-found", advice: `There is no such path. ${wrongUrl}` };
  if (isHtml) return { what: "web-page", advice: wrongUrl };
  return { what: text === "" ? "empty-answer" : "no-json", advice: wrongUrl };
}

/** Whether the credentials are accepted. */
export function checkCredentials({ error }: Exchange): Check {
  if (!(error instanceof AuthenticationError)) return ok("credentials", "accepted");
  const either = error.code === 1000 ? " Code 1000 can also mean invalid parameters." : "";
  return finding(
    "credentials",
    "failed",
    "credentials-refused",
    `${error.message}${either}`,
    "Check DEEPCALL_SSID, or DEEPCALL_USER_ID and DEEPCALL_TOKEN (an ssid is a session and may have expired), and that the base URL is of the brand they belong to.",
  );
}

/**
 * Whether the user may read groups.
 *
 * @param forwarded - the same list with `forward: true`, which Deepcall answers without a look at the permission;
 *   asked for only when the plain one was refused.
 * @param unforwarded - the same list with `forward: false`, asked for when the plain one was answered.
 */
export function checkPermission(
  { error }: Exchange,
  { forwarded, unforwarded }: { forwarded?: Exchange; unforwarded?: Exchange },
): Check {
  if (error instanceof PermissionError) {
    if (error.code === 1039)
      return finding("permission", "failed", "account-suspended", error.message, "Ask Deepcall's support about it.");
    const isAgentToAgent = forwarded?.success !== undefined;
    return finding(
      "permission",
      "failed",
      isAgentToAgent ? "permission-agent-to-agent-call" : "permission-denied",
      error.message,
      isAgentToAgent
        ? "Give this user the permission AGENT_TO_AGENT_CALL in Deepcall: with forward: true, which does without it, the list is answered."
        : "Give this user the permission to manage groups in Deepcall, or use credentials that have it.",
    );
  }
  if (unforwarded?.error instanceof PermissionError)
    return finding(
      "permission",
      "note",
      "forward-differs",
      "a list with forward: false is refused, the plain one is not: forward is not false by default here",
      "Nothing to do: the provider leaves forward out.",
    );
  return ok("permission", "groups may be read; whether they may be changed, reading can't tell");
}

/** Whether a list of all groups was answered, where it is neither credentials nor permission that stand against it. */
export function checkList({ error }: Exchange): Check | undefined {
  // No group at all may be error 1503.
  if (!(error instanceof ApiError) || error instanceof NotFoundError) return undefined;
  return finding("list", "failed", "list-refused", error.message, error.hint);
}
