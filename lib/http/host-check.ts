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
