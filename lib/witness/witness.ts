import type { KeyObject } from "node:crypto";
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
  majorityOf,
  type RegisterView,
  type SigningKeyPair,
  successionSignatures,
} from "#trust";
import { equalBytes } from "#wire";
import type { Witnessed, WitnessProcedures } from "./witness-record.ts";

/** Whom a witness believes: the register, and the root keys that vouch for it. */
export interface WitnessTrust {
  readonly register: RegisterView;
  readonly rootKeys: readonly KeyObject[];
}

/** What a witness works with. */
export interface WitnessDeps {
  /** Name of its key in signature lines, such as witness.example/w1. */
  readonly name: string;
  /** Signs cosignatures and nothing else. */
  readonly key: SigningKeyPair;
  /** Reads what is believed now. */
  readonly trust: () => Promise<WitnessTrust>;
  readonly store: Pick<Database<WitnessProcedures>, "call">;
  /** To be told of two signed checkpoints of one size, once, after both are kept. */
  readonly onFork?: (pair: {
    readonly origin: string;
    readonly size: number;
    readonly kept: string;
    readonly other: string;
  }) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
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
  readonly #deps: WitnessDeps;
  #log: WatchedLog | undefined;
  #readAtMs = 0;

  constructor(deps: WitnessDeps) {
    this.#deps = deps;
  }

  /** The log of the register, which is read again from time to time: its keys change. */
  async log(): Promise<WatchedLog> {
    const { clock, trust } = this.#deps;
    const isFresh = clock.now() - this.#readAtMs < LOG_LIMITS.registerReadMs;
    if (this.#log !== undefined && isFresh) return this.#log;
    const trusted = await trust();
    await this.#follow(trusted);
    const { register } = trusted;
    this.#log = { origin: register.logOrigin, publicKeys: checkpointKeysOf(register) };
    this.#readAtMs = clock.now();
    return this.#log;
  }

  /**
   * Goes over to another log with a statement of succession alone, and never back (TP-SUCC-8): the
   * register is verified anew each time, by nothing but root keys, and may be an old one. Throws
   * TracepostError VERIFICATION: what is asked meanwhile gets no cosignature.
   */
  async #follow({ register, rootKeys }: WitnessTrust): Promise<void> {
    const { clock, logger, store } = this.#deps;
    const { logOrigin } = register;
    const before = await store.call("watchedBefore", undefined);
    if (before.ended.includes(logOrigin)) throw notFollowed(`${logOrigin} has ended`);
    if (before.origin === null || before.origin === logOrigin) return;
    const ahead = successionsFrom(before.origin, register);
    const unsaid = `${logOrigin} succeeds ${before.origin} by no statement`;
    if (ahead.length === 0) throw notFollowed(unsaid);
    const last = (await store.call("lastWitnessed", before.origin)) ?? undefined;
    for (const [at, { signed, succession }] of ahead.entries()) {
      const { newOrigin: succeededBy, oldOrigin: origin } = succession;
      if (!isSigned(signed, rootKeys)) throw notFollowed("too few root keys have signed it");
      const fork = at === 0 ? forkWith(succession.checkpoint, last) : undefined;
      if (fork !== undefined) {
        await this.#noteFork(origin, fork.size, fork.note, succession.checkpoint);
        throw notFollowed(`its checkpoint is not the one cosigned here for ${fork.size} entries`);
      }
      await store.call("endLog", { origin, succeededBy, nowMs: clock.now() });
      logger.warn({ origin, succeededBy }, "another log is watched from now on");
    }
  }

  /** Answers `add-checkpoint`. Throws STORE when what it would sign cannot be kept. */
  async add(body: string): Promise<WitnessAnswer> {
    const request = parseAddCheckpoint(body);
    if (request === undefined) return { status: 400, body: "" };
    const { clock, key, name, store } = this.#deps;
    const log = await this.log();
    const last = await store.call("lastWitnessed", log.origin);
    const verdict = judgeCheckpoint(request, log, last ?? undefined);
    if (verdict.status === 409) return { status: 409, body: `${verdict.size}\n` };
    if (verdict.status === 422 && verdict.isFork) {
      await this.#noteFork(log.origin, last?.size ?? 0, last?.note ?? "", request.checkpoint);
    }
    if (verdict.status !== 200) return { status: verdict.status, body: "" };
    const nowMs = clock.now();
    const line = cosign(request.checkpoint, { ...key, name }, Math.floor(nowMs / 1_000));
    const other = await store.call("keepWitnessed", {
      ...verdict.head,
      note: request.checkpoint + line,
      origin: log.origin,
      oldSize: last?.size ?? 0,
      nowMs,
    });
    return other === null ? { status: 200, body: line } : { status: 409, body: `${other}\n` };
  }

  async #noteFork(origin: string, size: number, kept: string, other: string): Promise<void> {
    const { clock, logger, onFork, store } = this.#deps;
    logger.error({ origin, size }, "THE LOG IS FORKED: it has signed two roots for one size");
    const pair = { origin, size, kept, other, nowMs: clock.now() };
    if (await store.call("keepConflict", pair)) await onFork?.(pair);
  }
}

/** Whether more than half of the root keys known here have signed it, as what newcomers take. */
function isSigned(signed: SignedLogSuccession, rootKeys: readonly KeyObject[]): boolean {
  return successionSignatures(signed, rootKeys).length >= majorityOf(rootKeys).threshold;
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
