import { basename } from "node:path";
import { type Clock, type Database, type Logger, Rounds } from "#runtime";
import { dueCertificate } from "#tls";
import type { Occurrence } from "./store/operator-events.ts";
import type { GatewayProcedures } from "./store.ts";

const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

/** What the watch works with. */
export interface CertificateWatchDeps {
  /** Certificates and authorities that this gateway uses; none without TLS. */
  readonly files: readonly string[];
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Tells the operator of certificates of the gateway that end soon, have ended or cannot be read
 * (TP-OPS-20): an event and a line of the log, once a day for each until it is renewed.
 */
export class CertificateWatch {
  readonly #deps: CertificateWatchDeps;
  readonly #saidAtMs = new Map<string, number>();
  readonly #rounds = new Rounds(HOUR_MS, () => this.look());

  constructor(deps: CertificateWatchDeps) {
    this.#deps = deps;
  }

  /** Looks now, and every hour. */
  async start(): Promise<void> {
    if (this.#deps.files.length === 0) return;
    await this.look();
    this.#rounds.start();
  }

  /** Ends looking. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  /** Looks once. Never throws: what cannot be stored is said at the next look. */
  async look(): Promise<void> {
    const { clock, files, logger, store } = this.#deps;
    const nowMs = clock.now();
    const found = await Promise.all(files.map((file) => lookAt(file, nowMs)));
    const due = found
      .flatMap((one) => one ?? [])
      .filter(({ subject }) => nowMs - (this.#saidAtMs.get(subject) ?? -DAY_MS) >= DAY_MS);
    if (due.length === 0) return;
    for (const { detail, subject } of due) logger.warn({ file: subject, detail }, "a certificate");
    try {
      await store.call("noteEvents", { occurrences: due, nowMs });
      for (const { subject } of due) this.#saidAtMs.set(subject, nowMs);
    } catch (caught) {
      logger.error({ err: caught }, "what is to be said of certificates could not be stored");
    }
  }
}

async function lookAt(file: string, nowMs: number): Promise<Occurrence | undefined> {
  const due = await dueCertificate(file, nowMs);
  if (due === undefined) return undefined;
  const about = { kind: "CERTIFICATE_EXPIRY", participant: "", subject: basename(file) } as const;
  return { ...about, detail: due.detail };
}
