import { isLoopback } from "../../client/address";
import { ConnectionError, type CallError } from "../../client/errors";
import { isTlsErrorCode } from "../../client/transport";
import type { Environment } from "../../client/settings";
import type { Certificate } from "./certificate";
import { finding, ok, type Check } from "./diagnosis";

/** The variable that names the proxy which calls go through; `undefined` where they go directly. */
export function proxyVariable(baseUrl: URL, env: Environment): string | undefined {
  if (isLoopback(baseUrl.hostname)) return undefined;
  return ["https_proxy", "HTTPS_PROXY"].find((variable) => (env[variable] ?? "") !== "");
}

/** What the environment says of a proxy. */
export function checkProxy(proxy: string | undefined, env: Environment): readonly Check[] {
  if (proxy === undefined) return [];
  const except = (env["no_proxy"] ?? env["NO_PROXY"] ?? "") === "" ? "" : ", unless NO_PROXY names the host";
  return [finding("proxy", "note", "proxy", `calls go through the proxy that ${proxy} names${except}`)];
}

/** The checks of a connection that came about. */
export function connected(baseUrl: URL, proxy: string | undefined): readonly Check[] {
  const { host, protocol } = baseUrl;
  return [
    ok("dns", proxy === undefined ? `${baseUrl.hostname} is known` : "the proxy looks the name up"),
    ok("tcp", `${host} is reached`),
    protocol === "https:"
      ? ok("tls", "the certificate is valid and trusted")
      : finding("tls", "note", "plain-http", "none: plain http, which is allowed because it is this machine"),
  ];
}

/**
 * The checks of a connection that did not come about, or broke, up to the one that failed.
 *
 * @param certificate - what the server showed, where TLS failed and it could be looked at.
 */
export function notConnected(
  error: CallError,
  baseUrl: URL,
  proxy: string | undefined,
  certificate: Certificate | undefined,
  now: Date,
): readonly Check[] {
  const code = error instanceof ConnectionError ? error.code : "";
  const [dns, tcp] = connected(baseUrl, proxy);
  const failed = (id: string, what: string, advice: string) =>
    finding(id, "failed", what, error.message, `${advice}${proxy === undefined ? "" : viaProxy(proxy)}`);

  if (code === "ENOTFOUND")
    return [failed("dns", "host-unknown", "The host name does not exist, or not in this network: check the base URL.")];
  if (code === "EAI_AGAIN")
    return [failed("dns", "dns-unavailable", "No name server answered: check this machine's network and DNS.")];
  if (code === "ECONNREFUSED")
    return listed(dns, failed("tcp", "refused", "Nothing listens at that port: check host and port of the base URL."));
  if (["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"].includes(code))
    return listed(dns, failed("tcp", "unreachable", "No way there: check firewall, VPN and the host of the base URL."));
  if (code === "UND_ERR_ABORTED")
    return [failed("proxy", "proxy-refused", "The proxy did not connect: check its address, its login and its rules.")];
  if (isTlsErrorCode(code)) return listed(dns, tcp, checkTls(code, error.message, certificate, now));
  // The connection came about, and went again.
  return listed(dns, failed("tcp", "broken", "Something there, or between here and there, ends the connection."));
}

function listed(...checks: readonly (Check | undefined)[]): readonly Check[] {
  return checks.filter((check) => check !== undefined);
}

function viaProxy(proxy: string): string {
  return ` It may also be the proxy that ${proxy} names.`;
}

interface TlsFault {
  readonly finding: string;
  readonly summary: string;
  readonly advice: string;
}

const selfSigned: TlsFault = {
  finding: "certificate-self-signed",
  summary: "the certificate is self-signed: nobody vouches for it",
  advice:
    "Check that the base URL is the brand's own. If it is to be trusted all the same, export NODE_EXTRA_CA_CERTS=<its certificate>.pem.",
};
const untrusted: TlsFault = {
  finding: "certificate-untrusted",
  summary: "the certificate comes from an authority that Node does not know",
  advice:
    "Where a company's proxy opens TLS, export NODE_EXTRA_CA_CERTS=<the company's authority>.pem; otherwise the server leaves out intermediate certificates.",
};
const otherHost: TlsFault = {
  finding: "certificate-other-host",
  summary: "the certificate is made out to another host name",
  advice: "Use the host name that the certificate is made out to: check the base URL.",
};
const expired = (on?: Date): TlsFault => ({
  finding: "certificate-expired",
  summary: `the certificate has expired${on ? ` on ${day(on)}` : ""}`,
  advice: "Tell whoever runs the server; check this machine's clock too.",
});
const notYetValid = (from?: Date): TlsFault => ({
  finding: "certificate-not-yet-valid",
  summary: `the certificate is not valid yet${from ? `, only from ${day(from)}` : ""}`,
  advice: "Check this machine's clock.",
});
const noTls: TlsFault = {
  finding: "no-tls",
  summary: "the server does not speak TLS at that port",
  advice: "Check the port of the base URL.",
};

const faultsByCode: Readonly<Record<string, TlsFault>> = {
  CERT_HAS_EXPIRED: expired(),
  CERT_NOT_YET_VALID: notYetValid(),
  ERR_TLS_CERT_ALTNAME_INVALID: otherHost,
  HOSTNAME_MISMATCH: otherHost,
  DEPTH_ZERO_SELF_SIGNED_CERT: selfSigned,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  ERR_SSL_WRONG_VERSION_NUMBER: noTls,
  ERR_SSL_PACKET_LENGTH_TOO_LONG: noTls,
};

/** Everything that is wrong with a certificate: Node's error names the first fault only. */
function checkTls(code: string, message: string, certificate: Certificate | undefined, now: Date): Check {
  const byCode = faultsByCode[code];
  const faults = new Map<string, TlsFault>(byCode ? [[byCode.finding, byCode]] : []);
  if (certificate)
    // Of two texts for one fault, this one has the date.
    for (const fault of faultsOf(certificate, now)) faults.set(fault.finding, fault);
  const all = [...faults.values()];
  if (all.length === 0) return finding("tls", "failed", "tls-failed", message, "Ask whoever runs the server.");
  const [summary, advice] = [all.map((fault) => fault.summary), all.map((fault) => fault.advice)];
  return finding(
    "tls",
    "failed",
    [...faults.keys()],
    `${summary.join("; ")} (${code}). Nothing was sent.`,
    advice.join(" "),
  );
}

function faultsOf({ validFrom, validTo, fitsHost }: Certificate, now: Date): TlsFault[] {
  return [
    ...(validTo < now ? [expired(validTo)] : []),
    ...(validFrom > now ? [notYetValid(validFrom)] : []),
    ...(fitsHost ? [] : [otherHost]),
  ];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
