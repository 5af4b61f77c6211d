/** `note`: worth knowing; `warning`: works, but costs or risks something; `failed`: `pulumi up` would not work. */
type CheckStatus = "ok" | "note" | "warning" | "failed";

/** The result of one check. */
export interface Check {
  /** Stable, e.g. `tls` or `filterKey`. */
  readonly id: string;
  readonly status: CheckStatus;
  readonly findings: readonly FindingCode[];
  readonly summary: string;
  readonly advice?: string;
  readonly groups?: readonly NamedGroup[];
}

export interface NamedGroup {
  readonly id: number;
  readonly name: string;
  /** The name without the number that Deepcall may have appended. */
  readonly baseName?: string;
}

/** @param value - of an option of the emulator: the check has the finding only for this value. */
const rowOf = (status: Exclude<CheckStatus, "ok">) => (check: string, advice: string, value?: string | boolean) => ({
  check,
  status,
  advice,
  value,
});
const [note, warning, failed] = [rowOf("note"), rowOf("warning"), rowOf("failed")];

const useEnvironment = "Export them in this shell: doctor reads the environment only, not a stack's config.";
const checkBaseUrl =
  "Check the base URL: it is the address of the API (https://v4-api.deepcall.com, or your brand's own) without /api/v2, not the address of the panel.";
const reportIt = "Please report it and attach the file that --report writes.";
const forAgents =
  "DeepcallGroupAgents and export --agents need this, and a group is deleted only with deleteWithAgents.";
const ifListsAreTruncated = `It matters only if lists are cut off or ignore the id. ${reportIt}`;

/** Every finding, with the check that reports it and what to do about it. The codes are stable. */
export const findings = {
  "settings-missing": failed("settings", useEnvironment),
  "settings-malformed": failed("settings", useEnvironment),
  proxy: note("proxy", ""),
  "proxy-refused": failed("proxy", "The proxy did not connect: check its address, its login and its rules."),
  "host-unknown": failed("dns", "The host name does not exist, or not in this network: check the base URL."),
  "dns-unavailable": failed("dns", "No name server answered: check this machine's network and DNS."),
  refused: failed("tcp", "Nothing listens on that port: check host and port of the base URL."),
  unreachable: failed("tcp", "The host cannot be reached: check firewall, VPN and the host of the base URL."),
  broken: failed("tcp", "The server, or something between here and the server, closes the connection."),
  "certificate-expired": failed("tls", "Ask the server's operator to renew it, and check this machine's clock."),
  "certificate-not-yet-valid": failed("tls", "Check this machine's clock."),
  "certificate-self-signed": failed("tls", "If the base URL is right, export NODE_EXTRA_CA_CERTS=<certificate>.pem."),
  "certificate-untrusted": failed(
    "tls",
    "If a company proxy intercepts TLS, export NODE_EXTRA_CA_CERTS=<its CA certificate>.pem. Otherwise the server omits intermediate certificates.",
  ),
  "certificate-other-host": failed("tls", "Use the host name of the certificate: check the base URL."),
  "no-tls": failed("tls", "The server does not use TLS on this port: check the base URL."),
  "tls-failed": failed("tls", "Contact the server's operator."),
  "plain-http": note("tls", ""),
  timeout: failed("api", "Try again. Raise the setting timeoutMs if the service is slow, or check for a firewall."),
  "gateway-error": failed("api", "The service, or a gateway in front of it, has a fault: try again later."),
  redirect: failed("api", `Calls do not follow redirects, because they carry the credentials. ${checkBaseUrl}`),
  "not-found": failed("api", `The path does not exist. ${checkBaseUrl}`),
  "other-json": failed("api", checkBaseUrl),
  "web-page": failed("api", checkBaseUrl),
  "empty-answer": failed("api", checkBaseUrl),
  "no-json": failed("api", checkBaseUrl),
  "credentials-refused": failed(
    "credentials",
    "Check the ssid (a session, which may have expired), or the userId and token, and that the base URL belongs to the same brand.",
  ),
  "account-suspended": failed("permission", "Contact Deepcall's support."),
  "permission-denied": failed("permission", "Give this user the permission to manage groups, or use another user."),
  "permission-agent-to-agent-call": failed(
    "permission",
    "Give this user the permission AGENT_TO_AGENT_CALL in Deepcall: a list with forward: true, which does not need it, succeeds.",
  ),
  "forward-differs": note("permission", "Nothing to do: the provider does not send forward."),
  "list-refused": failed("list", ""),
  "list-unknown-shape": failed("list", reportIt),
  "list-by-id-failed": failed("byId", reportIt),
  "existing-group-denied": failed("byId", `Do not refresh: Pulumi would treat existing groups as deleted. ${reportIt}`),
  "relation-denies-group": warning("relation", ifListsAreTruncated),
  "relation-finds-missing-group": warning("relation", ifListsAreTruncated),
  "agents-denied": warning("agents", `${forAgents} Give this user the permission to read the agents of groups.`),
  "agents-not-read": warning("agents", `${forAgents} Run doctor again.`),
  "agents-unknown-shape": warning("agents", `DeepcallGroupAgents and export --agents would fail. ${reportIt}`),
  "agents-not-observed": note("agents", "To see how they are reported, assign one to a group and run doctor again."),
  "name-filter-misses": warning("byName", `onNameConflict "adopt" and "fail" would not find such a group. ${reportIt}`),
  "name-filter-case-sensitive": note("byName", "Nothing to do: the provider compares names exactly."),
  "list-cut-off": warning(
    "listCut",
    "The provider reads each omitted group by its id, so refreshes are slower. Commands that read all groups (export, drift --undeclared, doctor) miss the omitted ones.",
  ),
  "calls-failed": warning("answers", ""),
  "rate-limited": warning("rateLimit", "Set requestsPerSecond to the limit."),
  "too-many-calls": failed("rateLimit", ""),
  "status-not-listed": warning("listStatus", "A group deactivated in the panel is not reported as drift.", false),
  "owner-not-listed": note("listOwner", "Prefer userId and token, so that another account is recognized.", false),
  "id-filter-ignored": note("filterKey", "The provider makes one more call if a group seems gone.", "none"),
  "credentials-echoed": warning("echoCredentials", "This package redacts them, but logs of proxies may contain them."),
  "passwords-listed": warning("passwordFields", "This package drops them, but logs of proxies may contain them."),
  "ids-not-growing": warning(
    "idOrder",
    "After a lost answer, a new group may not be recognized; an error names it.",
    "mixed",
  ),
  "lists-stale": warning("staleLists", `Groups may not be found right after they are created. ${reportIt}`, true),
  "not-observed": note("unseen", ""),
  "write-denied": failed("trial", "Give this user the permission to manage groups, or use another user."),
  "trial-stopped": failed("trial", "What it learned until then is above. Run the command again."),
  "trial-leftovers": failed("leftovers", "Run doctor --try-changes --clean-up, or delete them in Deepcall's panel."),
  "duplicate-names": warning("duplicateNames", 'Rename all but one, or import them: "adopt" cannot tell them apart.'),
  "numbered-names": warning(
    "numberedNames",
    'Check in the panel whether you need them. If so, declare the whole name, e.g. name: "Support1" with onNameConflict: "adopt". If not, check their agents and delete them there.',
  ),
  "trailing-numbers": note("trailingNumbers", "If the number is intended (Line 2), declare the whole name."),
  "names-differ-in-case-only": warning("caseTwins", "You can declare both, but people confuse them: rename one."),
  "undeclarable-names": warning("undeclarableNames", "Rename them in the panel before you import or adopt them."),
};

export type FindingCode = keyof typeof findings;

/** The result of a check without findings. */
export function ok(id: string, summary: string): Check {
  return { id, status: "ok", findings: [], summary };
}

/** The result of a check with findings. `advice` replaces the one of the table. */
export function finding(code: FindingCode | [FindingCode, ...FindingCode[]], summary: string, advice?: string): Check {
  const codes = typeof code === "string" ? ([code] as const) : code;
  const { check, status } = findings[codes[0]];
  const text = advice ?? [...new Set(codes.map((code) => findings[code].advice))].join(" ");
  return { id: check, status, findings: codes, summary, ...(text !== "" && { advice: text }) };
}
