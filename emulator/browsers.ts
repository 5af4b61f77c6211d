import type { MiddlewareHandler } from "hono";
import { secureHeaders } from "hono/secure-headers";

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/** The page loads only its own files, and no other site may embed or read anything. */
const headers = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: ["'none'"],
    scriptSrc: ["'self'"],
    styleSrc: ["'self'"],
    imgSrc: ["'self'"],
    connectSrc: ["'self'"],
    formAction: ["'none'"],
    baseUri: ["'none'"],
    frameAncestors: ["'none'"],
  },
  crossOriginResourcePolicy: "same-origin",
  crossOriginOpenerPolicy: "same-origin",
  referrerPolicy: "no-referrer",
  xFrameOptions: "DENY",
  // There is no TLS.
  strictTransportSecurity: false,
});

/** The headers of the page and of the control interface. */
export const securityHeaders: MiddlewareHandler = async (c, next) => {
  await headers(c, next);
  c.header("Cache-Control", "no-store");
};

/** Rejects other host names: a site whose name resolves to this machine sends that name. */
export const rejectOtherHosts: MiddlewareHandler = async (c, next) => {
  const host = c.req.header("host") ?? "";
  if (loopback.test(host)) return next();
  return c.json({ error: `Host ${JSON.stringify(host)} is rejected: it must be localhost or a loopback address` }, 403);
};

/**
 * Rejects the requests of all web pages but the emulator's own. The control interface has no authentication, and any
 * page in a browser on this machine can send requests to it.
 * @param url the emulator's own
 */
export function rejectOtherPages(url: string): MiddlewareHandler {
  const ownPort = portOf(url);
  return async (c, next) => {
    const origin = c.req.header("origin");
    const site = c.req.header("sec-fetch-site") ?? "none";
    const isOwn = origin === `http://${c.req.header("host")}` && portOf(origin) === ownPort;
    if ((origin !== undefined && !isOwn) || !["same-origin", "none"].includes(site)) {
      return c.json(
        { error: "Origin or Sec-Fetch-Site names another web page: only the emulator's own may use this interface" },
        403,
      );
    }
    // Browsers let other sites send any other type without asking first. Programs such as curl send no Origin.
    const type = c.req.header("content-type") ?? "";
    if (origin !== undefined && c.req.method === "POST" && !/^application\/json *(;|$)/i.test(type)) {
      return c.json({ error: "a request with an Origin header must have the Content-Type application/json" }, 403);
    }
    return rejectOtherHosts(c, next);
  };
}

function portOf(url: string): number {
  const port = URL.parse(url)?.port;
  return port === "" ? 80 : Number(port);
}
