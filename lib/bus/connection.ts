import { connect, credsAuthenticator, type NatsConnection } from "nats";
import { TracepostError } from "#errors";
import { NATS_LIMITS, readSecretNow, systemClock } from "#runtime";
import { loadIdentity, type TlsFiles, tlsFault } from "#tls";

const encoder = new TextEncoder();

/** Whom to connect to, and as whom. */
export interface ConnectionOptions {
  readonly servers: string | readonly string[];
  /** Credentials file of NATS: a user JWT and its seed, mode 0600. */
  readonly credsFile: string;
  /**
   * Certificate, key and authorities of mutual TLS; default: plain TCP. With them nothing is sent
   * before the handshake has succeeded, and each connection that is made again reads them anew.
   */
  readonly tls?: TlsFiles | undefined;
  /** Shown in the server's log and monitoring. */
  readonly name: string;
  /** Prefix of reply subjects; the only subjects the user may subscribe to. */
  readonly inboxPrefix: string;
  /** Longest wait for the first connection; default NATS_LIMITS.connectMs. */
  readonly connectMs?: number;
}

/**
 * Connects, and stays connected: an established connection is made again for as long as it takes.
 * Throws TracepostError KEY_FILE when credentials, certificate or key are absent, readable by
 * others, or do not count, and UNAVAILABLE when no server lets us in within the wait (TP-NATS-20).
 */
export async function openConnection(options: ConnectionOptions): Promise<NatsConnection> {
  let credentials = encoder.encode(readSecretNow(options.credsFile));
  // Read again for each connection: they may have been made anew since (TP-KEY-6). A file that
  // cannot be read now, perhaps because it is just being replaced, leaves those from before.
  const newest = (): Uint8Array => {
    try {
      credentials = encoder.encode(readSecretNow(options.credsFile));
    } catch {}
    return credentials;
  };
  const { tls } = options;
  if (tls !== undefined) await loadIdentity(tls, systemClock.now());
  const deadline = Date.now() + (options.connectMs ?? NATS_LIMITS.connectMs);
  const servers = typeof options.servers === "string" ? options.servers : [...options.servers];
  for (;;) {
    try {
      return await connect({
        servers,
        name: options.name,
        inboxPrefix: options.inboxPrefix,
        ...(tls === undefined ? {} : { tls: { ...tls, handshakeFirst: true } }),
        authenticator: credsAuthenticator(newest),
        timeout: Math.max(1, Math.min(NATS_LIMITS.publishAckMs, deadline - Date.now())),
        maxReconnectAttempts: -1,
        reconnectTimeWait: NATS_LIMITS.reconnectMs,
        reconnectJitter: NATS_LIMITS.reconnectMs,
        pingInterval: NATS_LIMITS.pingMs,
        // A refusal may be the moment in which our account or our credentials are being changed;
        // giving up for good would only need an operator to start us again.
        ignoreAuthErrorAbort: true,
        noAsyncTraces: true,
      });
    } catch (caught) {
      if (Date.now() + NATS_LIMITS.reconnectMs >= deadline) throw unreachable(options, caught);
      await pause(NATS_LIMITS.reconnectMs);
    }
  }
}

function unreachable(options: ConnectionOptions, caught: unknown): TracepostError {
  const said = caught instanceof Error ? caught.message : String(caught);
  const fault = options.tls === undefined ? undefined : tlsFault(caught);
  const reason = fault === undefined ? said : `${fault.meaning} (${said})`;
  return new TracepostError("UNAVAILABLE", `NATS does not let ${options.name} in: ${reason}`, {
    cause: caught,
    problems: [`servers: ${[options.servers].flat().join(", ")}`],
    remedy:
      fault?.remedy ??
      "Check that the exchange is running and that the credentials were issued by it.",
  });
}

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
