import { createHash, timingSafeEqual } from "node:crypto";

/**
 * Builds the check of an Authorization header against one token. Digests are compared, so that
 * the time taken says nothing about the token or its length.
 */
export function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(token);
  return (authorization) => {
    const [scheme = "", given = "", ...rest] = (authorization ?? "").split(" ");
    const equal = timingSafeEqual(digest(given), expected);
    return equal && scheme.toLowerCase() === "bearer" && rest.length === 0;
  };
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}

const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Builds the check of a Host header. A service on loopback answers to loopback names only, so
 * that a page from elsewhere cannot reach it by pointing its own name at 127.0.0.1.
 */
export function hostCheck(listenHost: string): (hostHeader: string | undefined) => boolean {
  const own = listenHost.includes(":") ? `[${listenHost}]` : listenHost;
  if (!LOOPBACK.has(own)) return () => true;
  return (hostHeader) => LOOPBACK.has((hostHeader ?? "").replace(/:\d+$/, "").toLowerCase());
}
