import { randomInt } from "node:crypto";
import { createServer } from "node:net";
import { TracepostError } from "#errors";
import { LISTEN_HOST } from "../provision/server-config.ts";

/** Below those that systems give to connections, so that no connection takes it meanwhile. */
const QUIET_PORTS = { first: 20_000, last: 29_999 };
const QUIET_TRIES = 50;

/** A port that is free now and most likely stays so until it is used. */
export async function findQuietPort(): Promise<number> {
  for (let tried = 0; tried < QUIET_TRIES; tried += 1) {
    const port = await openPort(randomInt(QUIET_PORTS.first, QUIET_PORTS.last + 1)).catch(() => 0);
    if (port !== 0) return port;
  }
  return await findFreePort();
}

/**
 * A port of loopback nobody listens on now. Another program may take it before it is used: whoever
 * uses it tries again with another one.
 */
export function findFreePort(): Promise<number> {
  return openPort(0);
}

function openPort(wanted: number): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", (cause) => {
      reject(new TracepostError("UNAVAILABLE", "no port of loopback can be opened", { cause }));
    });
    probe.listen(wanted, LISTEN_HOST, () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}
