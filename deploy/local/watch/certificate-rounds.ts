import { relative } from "node:path";
import { type Clock, Rounds } from "#runtime";
import { dueCertificate } from "#tls";
import { certificatePlaces } from "../certificates/certificate-files.ts";
import { readTransportPlan } from "../certificates/transport-plan.ts";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import type { SeenOccurrence } from "./nats-log-line.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** What the gateway looks at itself. */
const GATEWAY = "gateway";

/** What rounds are made with. */
export interface CertificateRoundsDeps {
  readonly paths: ExchangePaths;
  /** Who takes part now. */
  readonly participants: () => readonly string[];
  /** Told of each that is due; what it throws is tried again at the next round. */
  readonly note: (occurrence: SeenOccurrence) => Promise<void>;
  readonly say: (text: string) => void;
  readonly clock: Clock;
}

/**
 * Looks every hour at the certificates of an exchange that runs (TP-OPS-20): authority,
 * nats-server, steward and participants. Each that is due is said once a day until it is renewed.
 */
export class CertificateRounds {
  readonly #deps: CertificateRoundsDeps;
  readonly #saidAtMs = new Map<string, number>();
  readonly #rounds = new Rounds(HOUR_MS, () => this.#round());

  constructor(deps: CertificateRoundsDeps) {
    this.#deps = deps;
  }

  /** Looks now, and every hour. */
  start(): void {
    this.#rounds.now();
    this.#rounds.start();
  }

  /** Ends looking. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  async #round(): Promise<void> {
    await this.look().catch((caught: unknown) => {
      this.#deps.say(`The certificates could not be looked at: ${String(caught)}`);
    });
  }

  /** Looks once; an exchange without certificates has nothing to look at. */
  async look(): Promise<void> {
    const { clock, note, participants, paths, say } = this.#deps;
    const plan = await readTransportPlan(paths);
    if (plan === undefined) return;
    const nowMs = clock.now();
    const ids = participants();
    const places = certificatePlaces(paths, plan, ids).map(({ file, subject }) => {
      return { file, holder: subject.holder };
    });
    for (const { file, holder } of [{ file: paths.tls.authority, holder: "" }, ...places]) {
      if (holder === GATEWAY || nowMs - (this.#saidAtMs.get(file) ?? -DAY_MS) < DAY_MS) continue;
      const due = await dueCertificate(file, nowMs);
      if (due === undefined) continue;
      const subject = relative(paths.dataDir, file);
      const participant = ids.includes(holder) ? holder : "";
      say(`Certificate ${subject} ${due.detail}: tracepost exchange certificates renew`);
      await note({ kind: "CERTIFICATE_EXPIRY", participant, subject, detail: due.detail });
      this.#saidAtMs.set(file, nowMs);
    }
  }
}
