import { setTimeout as pause } from "node:timers/promises";
import { digestBy, type RenewalDigest } from "#message-log";
import { LogRenewal, SignedLogRenewal } from "#proto";
import { type Clock, type Database, LOG_LIMITS, type Logger, Rounds } from "#runtime";
import type { CurrentRegister } from "#trust";
import { encodeMessage, toTimestamp } from "#wire";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { RenewalSigner } from "./identity.ts";
import type { Duty } from "./instances/duty.ts";
import type { KeptRenewal } from "./store/renewal/renewals.ts";
import type { GatewayProcedures } from "./store.ts";
import type { WitnessCollector } from "./witness-collector.ts";

/** What renewal works with. */
export interface LogRenewerDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly signer: RenewalSigner;
  readonly checkpoints: Pick<CheckpointKeeper, "note" | "published">;
  readonly witnesses: Pick<WitnessCollector, "cosigned">;
  readonly register: Pick<CurrentRegister, "view">;
  readonly duty: Pick<Duty, "isMine">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** How the log stands: what was renewed, and what a renewal now would hold. */
export interface RenewalStanding {
  readonly renewals: readonly KeptRenewal[];
  readonly digest: RenewalDigest;
  /** Entries that are hashed again by it. */
  readonly rehashed: number;
  /** Entries under the newest kept checkpoint. */
  readonly size: number;
  readonly dueAtMs: number | undefined;
}

/** What came of a wish to renew. */
export type Renewed =
  | { readonly type: "renewed"; readonly renewal: KeptRenewal }
  /** There is nothing to renew, or another renewal came first. */
  | { readonly type: "nothing" }
  /** Not all entries are hashed again yet. */
  | { readonly type: "not-ready"; readonly rehashed: number; readonly size: number };

const DEFAULT_DIGEST: RenewalDigest = "SHA-512";

/**
 * Hashes entries again by a second algorithm beside the work (TP-RENEW-1), while the bytes that
 * they name are still here, and renews the log when a person asks for it (TP-RENEW-2).
 */
export class LogRenewer {
  readonly #deps: LogRenewerDeps;
  readonly #stopped = new AbortController();
  readonly #rounds = new Rounds(LOG_LIMITS.rehashPeriodMs, () => this.#round());

  constructor(deps: LogRenewerDeps) {
    this.#deps = deps;
  }

  /** Begins; the first round is when the period has passed. */
  start(): void {
    this.#rounds.start();
  }

  /** Ends after the step that is under way. */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#rounds.stop();
  }

  /** How the log stands, for a digest or the one of the newest renewal. */
  async standing(wished?: RenewalDigest): Promise<RenewalStanding> {
    const { checkpoints, store } = this.#deps;
    const renewals = await store.call("listRenewals", undefined);
    const newest = renewals.at(-1);
    const digest = wished ?? newest?.digest ?? DEFAULT_DIGEST;
    const { size: rehashed } = await store.call("rehashed", { digest, size: 0 });
    const sinceMs = newest?.renewedAtMs ?? (await store.call("entryRecordedAt", 0));
    const dueAtMs = sinceMs === null ? undefined : sinceMs + LOG_LIMITS.renewEveryMs;
    return { renewals, digest, rehashed, size: checkpoints.published?.size ?? 0, dueAtMs };
  }

  /** Hashes what is missing under the newest kept checkpoint, signs it anew, and logs that. */
  async renew(wished?: RenewalDigest): Promise<Renewed> {
    const { checkpoints, clock, register, signer, store, witnesses } = this.#deps;
    const { published } = checkpoints;
    const { digest, renewals } = await this.standing(wished);
    if (published === undefined || published.size === 0) return { type: "nothing" };
    const { note: checkpoint, size } = published;
    const reached = await this.#rehash(digest, size, clock.now() + LOG_LIMITS.renewWaitMs);
    const { root } = await store.call("rehashed", { digest, size });
    if (root === null) return { type: "not-ready", rehashed: reached, size };
    const before = renewals.at(-1);
    const renewedAtMs = Math.max(clock.now(), before?.renewedAtMs ?? 0);
    const view = register.view();
    const number = renewals.length + 1;
    const bytes = encodeMessage(
      LogRenewal,
      LogRenewal.create({
        ...{ digest, checkpoint, logOrigin: view.logOrigin, renewedRoot: root },
        number: BigInt(number),
        size: BigInt(size),
        cosigned: witnesses.cosigned?.note ?? "",
        previous: before === undefined ? new Uint8Array() : digestBy(digest, before.bytes),
        renewedAt: toTimestamp(renewedAtMs),
        renewBy: toTimestamp(renewedAtMs + LOG_LIMITS.renewEveryMs),
      }),
    );
    const signatures = signer(bytes);
    const signed = encodeMessage(SignedLogRenewal, { renewal: bytes, signatures });
    const kept = { number, bytes, signed, digest, size, renewedAtMs };
    const registerVersion = Number(view.version);
    const head = await store.call("keepRenewal", { ...kept, registerVersion });
    if (head === null) return { type: "nothing" };
    checkpoints.note(head);
    return { type: "renewed", renewal: { ...kept, logIndex: head.size - 1 } };
  }

  async #round(): Promise<void> {
    if (!this.#deps.duty.isMine) return;
    try {
      const { digest, size } = await this.standing();
      await this.#rehash(digest, size, Infinity);
    } catch (caught) {
      this.#deps.logger.error({ err: caught }, "entries could not be hashed again");
    }
  }

  /** In short steps with pauses between them, up to a size or a time; answers how far it came. */
  async #rehash(digest: RenewalDigest, upTo: number, untilMs: number): Promise<number> {
    const { clock, store } = this.#deps;
    const { signal } = this.#stopped;
    let reached = 0;
    while (!signal.aborted) {
      const limit = LOG_LIMITS.rehashEntries;
      reached = await store.call("rehashEntries", { digest, upTo, limit });
      if (reached >= upTo || clock.now() >= untilMs) break;
      await pause(LOG_LIMITS.rehashPauseMs, undefined, { signal }).catch(() => undefined);
    }
    return reached;
  }
}
