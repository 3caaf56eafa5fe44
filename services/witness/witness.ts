import { cosign, judgeCheckpoint, parseAddCheckpoint, type WatchedLog } from "#message-log";
import { type Clock, type Database, LOG_LIMITS, type Logger } from "#runtime";
import { checkpointKeysOf, loadRegister, type SigningKeyPair } from "#trust";
import type { WitnessConfig } from "./config.ts";
import type { WitnessProcedures } from "./store.ts";

/** What a witness is built from. */
export interface WitnessParts {
  readonly config: WitnessConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly openStore: (file: string) => Promise<Database<WitnessProcedures>>;
}

/** What is answered to `add-checkpoint`: a status of C2SP tlog-witness, and its body. */
export interface WitnessAnswer {
  readonly status: 200 | 400 | 403 | 404 | 409 | 422;
  readonly body: string;
}

/**
 * Cosigns what extends the checkpoint it has cosigned last, and nothing else (TP-LOG-18). The new
 * one is kept before the cosignature leaves; a pair that proves a fork is kept for ever.
 */
export class Witness {
  readonly #parts: Pick<WitnessParts, "clock" | "config" | "logger">;
  readonly #store: Pick<Database<WitnessProcedures>, "call">;
  readonly #key: SigningKeyPair;
  #log: WatchedLog | undefined;
  #readAtMs = 0;

  constructor(
    parts: Pick<WitnessParts, "clock" | "config" | "logger">,
    store: Pick<Database<WitnessProcedures>, "call">,
    key: SigningKeyPair,
  ) {
    this.#parts = parts;
    this.#store = store;
    this.#key = key;
  }

  /** The log of the register, which is read again from time to time: its keys change. */
  async log(): Promise<WatchedLog> {
    const { clock, config } = this.#parts;
    const isFresh = clock.now() - this.#readAtMs < LOG_LIMITS.registerReadMs;
    if (this.#log !== undefined && isFresh) return this.#log;
    const register = await loadRegister(config.registerFile, config.rootPublicKeyFiles);
    this.#log = { origin: register.logOrigin, publicKeys: checkpointKeysOf(register) };
    this.#readAtMs = clock.now();
    return this.#log;
  }

  /** Answers `add-checkpoint`. Throws STORE when what it would sign cannot be kept. */
  async add(body: string): Promise<WitnessAnswer> {
    const request = parseAddCheckpoint(body);
    if (request === undefined) return { status: 400, body: "" };
    const log = await this.log();
    const last = await this.#store.call("lastWitnessed", log.origin);
    const verdict = judgeCheckpoint(request, log, last ?? undefined);
    if (verdict.status === 409) return { status: 409, body: `${verdict.size}\n` };
    if (verdict.status === 422 && verdict.isFork) {
      await this.#noteFork(log.origin, last?.size ?? 0, last?.note ?? "", request.checkpoint);
    }
    if (verdict.status !== 200) return { status: verdict.status, body: "" };
    const { clock, config } = this.#parts;
    const nowMs = clock.now();
    const cosigner = { ...this.#key, name: config.name };
    const line = cosign(request.checkpoint, cosigner, Math.floor(nowMs / 1_000));
    const other = await this.#store.call("keepWitnessed", {
      ...verdict.head,
      note: request.checkpoint + line,
      origin: log.origin,
      oldSize: last?.size ?? 0,
      nowMs,
    });
    return other === null ? { status: 200, body: line } : { status: 409, body: `${other}\n` };
  }

  async #noteFork(origin: string, size: number, kept: string, other: string): Promise<void> {
    const { clock, logger } = this.#parts;
    logger.error({ origin, size }, "THE LOG IS FORKED: it has signed two roots for one size");
    await this.#store.call("keepConflict", { origin, size, kept, other, nowMs: clock.now() });
  }
}
