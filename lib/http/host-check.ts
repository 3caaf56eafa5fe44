const LOOPBACK = new Set(["127.0.0.1", "localhost", "[::1]"]);

/**
 * Builds the check of a Host header, so that a page from elsewhere cannot reach a door by pointing
 * its own name at it. A door on loopback answers to loopback names only; one elsewhere to these and
 * the names given (TP-CON-5), or to all if none are given.
 */
export function hostCheck(
  listenHost: string,
  names?: readonly string[],
): (hostHeader: string | undefined) => boolean {
  const own = listenHost.includes(":") ? `[${listenHost}]` : listenHost;
  if (names === undefined && !LOOPBACK.has(own)) return () => true;
  const known = new Set([...LOOPBACK, ...(names ?? []).map((name) => name.toLowerCase())]);
  return (hostHeader) => known.has((hostHeader ?? "").replace(/:\d+$/, "").toLowerCase());
}
