import { TracepostError } from "#errors";
import {
  cosign,
  judgeCheckpoint,
  parseAddCheckpoint,
  parseCheckpoint,
  successionsFrom,
  type WatchedLog,
} from "#message-log";
import type { SignedLogSuccession } from "#proto";
import { type Clock, type Database, LOG_LIMITS, type Logger } from "#runtime";
import {
  checkpointKeysOf,
  loadPublicKey,
  loadRegister,
  majorityOf,
  type RegisterView,
  type SigningKeyPair,
  successionSignatures,
} from "#trust";
import { equalBytes } from "#wire";
import type { WitnessConfig } from "./config.ts";
import type { Witnessed, WitnessProcedures } from "./store.ts";

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
    await this.#follow(register);
    this.#log = { origin: register.logOrigin, publicKeys: checkpointKeysOf(register) };
    this.#readAtMs = clock.now();
    return this.#log;
  }

  /**
   * Goes over to another log with a statement of succession alone, and never back (TP-SUCC-8): the
   * register is verified anew each time, by nothing but root keys, and may be an old one. Throws
   * TracepostError VERIFICATION: what is asked meanwhile gets no cosignature.
   */
  async #follow(register: RegisterView): Promise<void> {
    const { clock, logger } = this.#parts;
    const { logOrigin } = register;
    const before = await this.#store.call("watchedBefore", undefined);
    if (before.ended.includes(logOrigin)) throw notFollowed(`${logOrigin} has ended`);
    if (before.origin === null || before.origin === logOrigin) return;
    const ahead = successionsFrom(before.origin, register);
    const unsaid = `${logOrigin} succeeds ${before.origin} by no statement`;
    if (ahead.length === 0) throw notFollowed(unsaid);
    const last = (await this.#store.call("lastWitnessed", before.origin)) ?? undefined;
    for (const [at, { signed, succession }] of ahead.entries()) {
      const { newOrigin: succeededBy, oldOrigin: origin } = succession;
      if (!(await this.#isSigned(signed))) throw notFollowed("too few root keys have signed it");
      const fork = at === 0 ? forkWith(succession.checkpoint, last) : undefined;
      if (fork !== undefined) {
        await this.#noteFork(origin, fork.size, fork.note, succession.checkpoint);
        throw notFollowed(`its checkpoint is not the one cosigned here for ${fork.size} entries`);
      }
      await this.#store.call("endLog", { origin, succeededBy, nowMs: clock.now() });
      logger.warn({ origin, succeededBy }, "another log is watched from now on");
    }
  }

  /** More than half of the root keys that are known here, as for what they sign for newcomers. */
  async #isSigned(signed: SignedLogSuccession): Promise<boolean> {
    const files = this.#parts.config.rootPublicKeyFiles;
    const keys = await Promise.all(files.map((file) => loadPublicKey(file)));
    return successionSignatures(signed, keys).length >= majorityOf(keys).threshold;
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

/** What was cosigned here, where a statement ends the log with another root of that size. */
function forkWith(checkpoint: string, last: Witnessed | undefined): Witnessed | undefined {
  const head = parseCheckpoint(checkpoint);
  if (head === undefined || last === undefined || head.size !== last.size) return undefined;
  return equalBytes(head.rootHash, last.rootHash) ? undefined : last;
}

function notFollowed(why: string): TracepostError {
  return new TracepostError("VERIFICATION", `the log of the register is not watched: ${why}`, {
    remedy:
      "Give the newest register of the secretariat, which brings the statement of succession.",
  });
}
