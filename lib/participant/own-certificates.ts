import { Gauge, type Registry } from "prom-client";
import { type Clock, type Lifecycle, type Logger, Rounds } from "#runtime";
import { type DueCertificate, dueCertificate } from "#tls";
import type { ServiceConfig } from "./service-config.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** What is looked at, and by what time. */
export interface OwnCertificatesDeps {
  /** Certificates and authorities that this service uses; none without TLS. */
  readonly files: readonly string[];
  readonly clock: Clock;
  readonly logger: Pick<Logger, "warn">;
}

/**
 * Looks every hour at the certificates of a service (TP-OPS-20): those that are due are told to
 * whoever looks after it, and in the log once a day until they are renewed.
 */
export class OwnCertificates {
  readonly #deps: OwnCertificatesDeps;
  readonly #saidAtMs = new Map<string, number>();
  readonly #rounds = new Rounds(HOUR_MS, () => this.look());
  #due: readonly DueCertificate[] = [];

  constructor(deps: OwnCertificatesDeps) {
    this.#deps = deps;
  }

  /** Those that were due when it was looked last. */
  get due(): readonly DueCertificate[] {
    return this.#due;
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

  /** Tells how many are due, as `tracepost_<service>_certificates_due`. */
  addGauge(registry: Registry, service: string): void {
    const due = (): number => this.#due.length;
    new Gauge({
      name: `tracepost_${service}_certificates_due`,
      help: "Own certificates that end soon, have ended, or cannot be read",
      registers: [registry],
      collect() {
        this.set(due());
      },
    });
  }

  /** Looks once; never throws. */
  async look(): Promise<void> {
    const { clock, files, logger } = this.#deps;
    const nowMs = clock.now();
    const found = await Promise.all(files.map((file) => dueCertificate(file, nowMs)));
    this.#due = found.filter((one) => one !== undefined);
    for (const { detail, file } of this.#due) {
      if (nowMs - (this.#saidAtMs.get(file) ?? -DAY_MS) < DAY_MS) continue;
      this.#saidAtMs.set(file, nowMs);
      logger.warn({ file, detail }, "a certificate is to be renewed");
    }
  }
}

/** Looks at those of a service until it stops. */
export async function openOwnCertificates(
  parts: Pick<OwnCertificatesDeps, "clock" | "logger"> & {
    readonly config: Pick<ServiceConfig, "http" | "natsTls">;
  },
  lifecycle: Lifecycle,
): Promise<OwnCertificates> {
  const { clock, config, logger } = parts;
  const used = [config.http.tls, config.natsTls];
  const files = used.flatMap((tls) => (tls ? [tls.certFile, tls.caFile] : []));
  const certificates = new OwnCertificates({ files: [...new Set(files)], clock, logger });
  await certificates.start();
  lifecycle.add({ name: "certificates", stop: () => certificates.stop() });
  return certificates;
}
