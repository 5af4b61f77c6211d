import { once } from "node:events";
import { isIP } from "node:net";
import { connect } from "node:tls";
import { ConnectionError, TimeoutError, type CallError } from "../../client/errors";
import { isLoopback, type ClientSettings, type Environment } from "../../client/settings";
import { isTlsErrorCode } from "../../client/transport";
import { finding, ok, type Check, type FindingCode } from "./findings";

/** The error codes of Node and undici that lead to a finding. */
const errorCodes: Readonly<Partial<Record<FindingCode, readonly string[]>>> = {
  "host-unknown": ["ENOTFOUND"],
  "dns-unavailable": ["EAI_AGAIN"],
  refused: ["ECONNREFUSED"],
  unreachable: ["EHOSTUNREACH", "ENETUNREACH", "ETIMEDOUT", "UND_ERR_CONNECT_TIMEOUT"],
  "proxy-refused": ["UND_ERR_ABORTED"],
  "certificate-expired": ["CERT_HAS_EXPIRED"],
  "certificate-not-yet-valid": ["CERT_NOT_YET_VALID"],
  "certificate-other-host": ["ERR_TLS_CERT_ALTNAME_INVALID", "HOSTNAME_MISMATCH"],
  "certificate-self-signed": ["DEPTH_ZERO_SELF_SIGNED_CERT"],
  "certificate-untrusted": [
    ...["SELF_SIGNED_CERT_IN_CHAIN", "UNABLE_TO_GET_ISSUER_CERT", "UNABLE_TO_GET_ISSUER_CERT_LOCALLY"],
    "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  ],
  "no-tls": ["ERR_SSL_WRONG_VERSION_NUMBER", "ERR_SSL_PACKET_LENGTH_TOO_LONG"],
};

const codes = Object.keys(errorCodes) as FindingCode[];

/** The environment variable that names the proxy of calls to this URL, if any. */
export function checkProxy(baseUrl: URL, env: Environment): { variable: string; check: Check } | undefined {
  if (isLoopback(baseUrl.hostname)) return undefined;
  const variable = ["https_proxy", "HTTPS_PROXY"].find((name) => (env[name] ?? "") !== "");
  const exception = (env["no_proxy"] ?? env["NO_PROXY"] ?? "") === "" ? "" : ", unless NO_PROXY names the host";
  const summary = `calls go through the proxy that ${variable} names${exception}`;
  return variable === undefined ? undefined : { variable, check: finding("proxy", summary) };
}

/** The checks of the connection up to the one that failed; `error` is that of the first call. */
export async function checkConnection(error: CallError | undefined, settings: ClientSettings, proxy?: string) {
  // A timeout does not tell whether there was a connection.
  if (error instanceof TimeoutError) return [];
  const { host, hostname, protocol } = settings.baseUrl;
  const dns = ok("dns", proxy === undefined ? `${hostname} resolves` : "the proxy resolves the host name");
  const tcp = ok("tcp", `${host} accepts connections`);
  const http = finding("plain-http", "no TLS: plain http is allowed for this machine only");
  if (!(error instanceof ConnectionError))
    return [dns, tcp, protocol === "https:" ? ok("tls", "the certificate is valid and trusted") : http];
  const code = codes.find((one) => errorCodes[one]?.includes(error.code));
  if (isTlsErrorCode(error.code)) {
    const faults = proxy === undefined ? await findCertificateFaults(settings.baseUrl, settings.timeoutMs) : [];
    const [first, ...others] = new Set([...(code ? [code] : []), ...faults.map(([fault]) => fault)]);
    const summary = [error.description, ...faults.map(([, text]) => text), "Nothing was sent."].join(" ");
    return [dns, tcp, finding(first ? [first, ...others] : "tls-failed", summary)];
  }
  const failed = finding(code ?? "broken", error.description);
  const viaProxy = proxy === undefined ? "" : ` The cause may also be the proxy that ${proxy} names.`;
  return [...(failed.id === "tcp" ? [dns] : []), { ...failed, advice: `${failed.advice ?? ""}${viaProxy}` }];
}

/** Finds every fault of the server's certificate, because an error of Node names only one. Sends no call. */
async function findCertificateFaults(url: URL, timeoutMs: number): Promise<readonly [FindingCode, string][]> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const isAddress = isIP(host) !== 0;
  const address = { host, port: Number(url.port || 443), ...(!isAddress && { servername: host }) };
  // Accepts every certificate in order to read it: no call uses this connection.
  const socket = connect({ ...address, rejectUnauthorized: false });
  const connected = once(socket, "secureConnect", { signal: AbortSignal.timeout(timeoutMs) });
  const certificate = await connected.then(() => socket.getPeerX509Certificate()).catch(() => undefined);
  socket.destroy();
  if (!certificate) return [];
  const [validFrom, validTo, now] = [new Date(certificate.validFrom), new Date(certificate.validTo), new Date()];
  const isForHost = (isAddress ? certificate.checkIP(host) : certificate.checkHost(host)) !== undefined;
  const day = (date: Date) => date.toISOString().slice(0, 10);
  const faults: [FindingCode, string][] = [];
  if (validTo < now) faults.push(["certificate-expired", `The certificate expired on ${day(validTo)}.`]);
  if (validFrom > now) faults.push(["certificate-not-yet-valid", `The certificate is valid from ${day(validFrom)}.`]);
  if (!isForHost) faults.push(["certificate-other-host", "The certificate was issued for another host name."]);
  return faults;
}
