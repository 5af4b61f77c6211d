import type { MiddlewareHandler } from "hono";

const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:\d+)?$/i;

/**
 * Refuses what a web page could send: nobody logs in to the control interface. A browser adds `Origin`, and names the
 * page's own host when that host was made to resolve to this machine.
 */
export const refuseBrowsers: MiddlewareHandler = async (c, next) => {
  const host = c.req.header("host") ?? "";
  if (c.req.header("origin") !== undefined) {
    return c.json({ error: "requests with an Origin header are refused: this is not for web pages" }, 403);
  }
  if (!loopback.test(host)) {
    return c.json({ error: `Host ${JSON.stringify(host)} is refused: only loopback addresses are served` }, 403);
  }
  return next();
};
