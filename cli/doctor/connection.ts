import { once } from "node:events";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { ConnectionError, TimeoutError, type CallError } from "../../client/errors";
import { isLoopback, type ClientSettings, type Environment } from "../../client/settings";
import { isTlsErrorCode } from "../../client/transport";
import { finding, ok, type Check, type FindingCode } from "./findings";

/** The finding for each error code of Node and undici. */
const findingByErrorCode: Readonly<Record<string, FindingCode>> = {
  ENOTFOUND: "host-unknown",
  EAI_AGAIN: "dns-unavailable",
  ECONNREFUSED: "refused",
  EHOSTUNREACH: "unreachable",
  ENETUNREACH: "unreachable",
  ETIMEDOUT: "unreachable",
  UND_ERR_CONNECT_TIMEOUT: "unreachable",
  UND_ERR_ABORTED: "proxy-refused",
  CERT_HAS_EXPIRED: "certificate-expired",
  CERT_NOT_YET_VALID: "certificate-not-yet-valid",
  ERR_TLS_CERT_ALTNAME_INVALID: "certificate-other-host",
  HOSTNAME_MISMATCH: "certificate-other-host",
  DEPTH_ZERO_SELF_SIGNED_CERT: "certificate-self-signed",
  SELF_SIGNED_CERT_IN_CHAIN: "certificate-untrusted",
  UNABLE_TO_GET_ISSUER_CERT: "certificate-untrusted",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: "certificate-untrusted",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: "certificate-untrusted",
  ERR_SSL_WRONG_VERSION_NUMBER: "no-tls",
  ERR_SSL_PACKET_LENGTH_TOO_LONG: "no-tls",
};

const tlsSummaries: Readonly<Partial<Record<FindingCode, string>>> = {
  "certificate-expired": "the certificate has expired",
  "certificate-not-yet-valid": "the certificate is not valid yet",
  "certificate-other-host": "the certificate was issued for another host name",
  "certificate-self-signed": "the certificate is self-signed",
  "certificate-untrusted": "Node does not trust the issuer of the certificate",
  "no-tls": "the server does not use TLS on this port",
};

/** The environment variable that names the proxy for calls; `undefined` if calls go directly to the server. */
export function proxyVariable(baseUrl: URL, env: Environment): string | undefined {
  if (isLoopback(baseUrl.hostname)) return undefined;
  return ["https_proxy", "HTTPS_PROXY"].find((variable) => (env[variable] ?? "") !== "");
}

export function checkProxy(proxy: string | undefined, env: Environment): readonly Check[] {
  if (proxy === undefined) return [];
  const exception = (env["no_proxy"] ?? env["NO_PROXY"] ?? "") === "" ? "" : ", unless NO_PROXY names the host";
  return [finding("proxy", `calls go through the proxy that ${proxy} names${exception}`)];
}

/**
 * The checks of the connection, up to the one that failed.
 *
 * @param error - the error of the first call.
 */
export async function checkConnection(
  error: CallError | undefined,
  { baseUrl, timeoutMs }: ClientSettings,
  proxy: string | undefined,
): Promise<readonly Check[]> {
  // A timeout does not tell whether the connection was established.
  if (error instanceof TimeoutError) return [];
  const { host, hostname, protocol } = baseUrl;
  const dns = ok("dns", proxy === undefined ? `${hostname} resolves` : "the proxy resolves the host name");
  const tcp = ok("tcp", `${host} accepts connections`);
  if (!(error instanceof ConnectionError))
    return protocol === "https:"
      ? [dns, tcp, ok("tls", "the certificate is valid and trusted")]
      : [dns, tcp, finding("plain-http", "not used: plain http is allowed for this machine only")];

  const code = findingByErrorCode[error.code];
  if (isTlsErrorCode(error.code)) {
    const faults = new Map(code && [[code, tlsSummaries[code] ?? error.description]]);
    const certificateFaults = proxy === undefined ? await findCertificateFaults(baseUrl, timeoutMs) : [];
    // These summaries replace the one of the error code, because they contain dates.
    for (const [fault, summary] of certificateFaults) faults.set(fault, summary);
    const [first, ...others] = faults.keys();
    if (first === undefined) return [dns, tcp, finding("tls-failed", error.description)];
    const summary = `${[...faults.values()].join("; ")} (${error.code}). Nothing was sent.`;
    return [dns, tcp, finding([first, ...others], summary)];
  }
  const failed = finding(code ?? "broken", error.description);
  const viaProxy = proxy === undefined ? "" : ` The cause may also be the proxy that ${proxy} names.`;
  return [...(failed.id === "tcp" ? [dns] : []), { ...failed, advice: `${failed.advice ?? ""}${viaProxy}` }];
}

/**
 * Finds all faults of the server's certificate, because Node's error names only one. Sends no call. There are none if
 * the server does not present a certificate in time.
 */
async function findCertificateFaults(
  url: URL,
  timeoutMs: number,
): Promise<readonly (readonly [FindingCode, string])[]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isAddress = isIP(host) !== 0;
  const socket = connect({
    host,
    port: Number(url.port || 443),
    ...(!isAddress && { servername: host }),
    // To read the certificate whatever its faults; no call goes through this connection.
    rejectUnauthorized: false,
  });
  try {
    await once(socket, "secureConnect", { signal: AbortSignal.timeout(timeoutMs) });
  } catch {
    socket.destroy();
    return [];
  }
  const certificate = socket.getPeerX509Certificate();
  socket.destroy();
  if (!certificate) return [];
  const [from, to, now] = [new Date(certificate.validFrom), new Date(certificate.validTo), new Date()];
  const matchesHost = (isAddress ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
  return [
    ...(to < now ? [["certificate-expired", `the certificate expired on ${day(to)}`] as const] : []),
    ...(from > now ? [["certificate-not-yet-valid", `the certificate is not valid before ${day(from)}`] as const] : []),
    ...(matchesHost ? [] : [["certificate-other-host", tlsSummaries["certificate-other-host"] ?? ""] as const]),
  ];
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
