import { isIP } from "node:net";
import { connect } from "node:tls";
import type { X509Certificate } from "node:crypto";

/** What is to be seen on a certificate, whether Node trusts it or not. */
export interface Certificate {
  readonly validFrom: Date;
  readonly validTo: Date;
  /** Whether it is made out to the host that was called. */
  readonly fitsHost: boolean;
}

/**
 * Looks at the certificate that a server shows; nothing is sent to it. `undefined` where it shows none in time.
 * Node's error names one fault only, and for a certificate that is also untrusted that is not the one that matters.
 */
export async function lookAtCertificate(url: URL, timeoutMs: number): Promise<Certificate | undefined> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  return new Promise((resolve) => {
    const socket = connect({
      host,
      port: Number(url.port || 443),
      ...(isIP(host) === 0 && { servername: host }),
      // To look, not to speak: no call goes through this connection.
      rejectUnauthorized: false,
      timeout: timeoutMs,
    });
    const end = (certificate: X509Certificate | undefined): void => {
      socket.destroy();
      resolve(certificate && read(certificate, host));
    };
    socket.on("secureConnect", () => {
      end(socket.getPeerX509Certificate());
    });
    socket.on("timeout", () => {
      end(undefined);
    });
    socket.on("error", () => {
      end(undefined);
    });
  });
}

function read(certificate: X509Certificate, host: string): Certificate {
  return {
    validFrom: new Date(certificate.validFrom),
    validTo: new Date(certificate.validTo),
    fitsHost: (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined,
  };
}
