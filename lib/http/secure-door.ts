import type { Server } from "node:http";
import type { Server as SecureServer } from "node:https";
import { TracepostError } from "#errors";
import { isLoopback, type Logger, systemClock } from "#runtime";
import { type IdentityListener, loadIdentity, type TlsFiles, watchIdentity } from "#tls";

/** How a door is kept private. */
export interface DoorSecurity {
  readonly host: string;
  readonly tls?: TlsFiles | undefined;
  /** Said by whoever keeps the line private by other means, such as a container network. */
  readonly plaintext?: "private-network" | undefined;
  /** How often a certificate is looked at; default TLS_LIMITS.lookMs. */
  readonly lookMs?: number;
}

/**
 * Certificate and key of a door, checked; undefined for one that speaks plain HTTP. Throws
 * TracepostError KEY_FILE, and CONFIG_INVALID for a plain door off loopback that nobody has said is
 * private (TP-TLS-4).
 */
export async function doorIdentity(
  door: DoorSecurity,
): Promise<{ readonly cert: string; readonly key: string } | undefined> {
  if (door.tls !== undefined) {
    const { cert, key } = await loadIdentity(door.tls, systemClock.now());
    return { cert, key };
  }
  if (isLoopback(door.host) || door.plaintext === "private-network") return undefined;
  throw new TracepostError("CONFIG_INVALID", `a door on ${door.host} would speak plain HTTP`, {
    problems: ["http.tls: is missing, and http.host is off loopback: tokens could be read"],
    remedy:
      "Name certFile, keyFile and caFile in http.tls; or, if a private network is all that " +
      "reaches it, set http.plaintext (TRACEPOST_HTTP_PLAINTEXT) to private-network.",
  });
}

/**
 * Has an open door take a replaced certificate for the next handshake (TP-TLS-6). Connections that
 * are there stay. Returns what ends it.
 */
export function followIdentity(server: Server, door: DoorSecurity, logger: Logger): () => void {
  const { tls } = door;
  if (tls === undefined) return () => undefined;
  const secure = server as unknown as SecureServer;
  const listener: IdentityListener = {
    onChange: ({ cert, facts, key }) => {
      secure.setSecureContext({ cert, key });
      const notAfter = new Date(facts.notAfterAt).toISOString();
      logger.info({ file: tls.certFile, notAfter }, "the door has a new certificate");
    },
    onFault: (caught) => {
      logger.error({ err: caught }, "a replaced certificate is not used, the one before is");
    },
  };
  return watchIdentity(tls, listener, door.lookMs);
}
