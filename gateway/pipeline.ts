import { type CurrentPolicy, isPolicyCode, type RoutingPolicy } from "#policy";
import { Kind, RefusalCode } from "#proto";
import type { ScheduleHistory } from "#records";
import {
  type Clock,
  type Database,
  GATEWAY_LIMITS,
  type Logger,
  passCrashPoint,
  Semaphore,
} from "#runtime";
import type { CurrentRegister, EarlierRegister, RegisterView } from "#trust";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { GatewayEvents } from "./events.ts";
import { LaneQueue } from "./lane-queue.ts";
import type { Passage } from "./passage.ts";
import { ReceiptGroups } from "./receipt-groups.ts";
import type { Speaker } from "./speaker.ts";
import { Admission, quotaShare, sendingQuota } from "./steps/admit.ts";
import { authenticate } from "./steps/authenticate.ts";
import { authorize } from "./steps/authorize.ts";
import { recall } from "./steps/recall.ts";
import { type RecordOutcome, record } from "./steps/record.ts";
import { validate } from "./steps/validate.ts";
import type { GatewayProcedures } from "./store.ts";

/** What the pipeline works with. */
export interface PipelineDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly register: CurrentRegister;
  readonly policy: CurrentPolicy;
  /** Retention schedules: a record keeps the version it is taken in under (TP-RET-3). */
  readonly schedules: Pick<ScheduleHistory, "current">;
  /** Messages of a pair that may be under way (TP-GW-7). */
  readonly pairMax: number;
  readonly checkpoints: CheckpointKeeper;
  readonly speaker: Speaker;
  readonly events: GatewayEvents;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly resendFirstMs: number;
  /** How many instances share what a sender may send (TP-INST-6). */
  readonly instances: () => number;
  /** What is in force here is no longer in force: another instance has taken a later version. */
  readonly onOutdated: () => void;
  /** A participant is proven to have named this version of the register. */
  readonly onVersion: (participant: string, version: bigint) => void;
  /** A pair with waiting messages has room. */
  readonly onRoom: () => void;
  /** Something of a participant was refused with a code that rules of the policy give. */
  readonly onRuleRefusal: (participant: string) => void;
}

/** What a batch is decided and recorded under. */
interface Basis {
  readonly register: RegisterView;
  readonly policy: RoutingPolicy;
}

/**
 * The way of a message through the gateway, the only place that knows the order:
 *
 * ```
 * admit ▶ validate ▶ recall ▶ authenticate ▶ authorize ▶ RECORD ▶ dispatch ▶ receipt ▶ acknowledge
 * ```
 *
 * Messages go in batches, so that one fsync serves many. While one batch is being recorded the
 * next ones are being decided; records are made one after the other, in the order of arrival, and
 * nothing is said about a message before its record is on disk.
 */
export class Pipeline {
  readonly #deps: PipelineDeps;
  readonly #queue = new LaneQueue();
  readonly #admission = new Admission();
  readonly #verifying = new Semaphore(GATEWAY_LIMITS.verifyInFlightMax);
  /** Settles when every batch before is recorded: records are made in the order of arrival. */
  #recorded: Promise<void> = Promise.resolve();
  #quotaLoggedAtMs = 0;
  #running: Promise<void> | undefined;

  constructor(deps: PipelineDeps) {
    this.#deps = deps;
  }

  /** Messages taken and not decided yet, by participant. */
  get undecided(): ReadonlyMap<string, number> {
    return this.#queue.byParticipant();
  }

  /** Takes a message from the carrier. */
  push(passage: Passage): void {
    this.#queue.push(passage);
  }

  /** Starts the loop. */
  start(): void {
    this.#running = this.#loop();
  }

  /** Finishes what was pushed, then ends. */
  async stop(): Promise<void> {
    this.#queue.close();
    await this.#running;
  }

  async #loop(): Promise<void> {
    const open: Promise<void>[] = [];
    const said = new Set<Promise<void>>();
    for (;;) {
      const batch = await this.#queue.take(GATEWAY_LIMITS.batchMessagesMax);
      if (batch.length === 0) break;
      passCrashPoint("gateway.received");
      const before = this.#recorded;
      const basis = this.#basis();
      const decided = this.#attempt(batch, () => this.#decide(batch, basis));
      const recorded = Promise.all([decided, before]).then(async ([isDecided]) => {
        if (!isDecided) return;
        passCrashPoint("gateway.authorized");
        if (this.#isInForce(basis)) await this.#record(batch, basis, said);
        else this.#handBack(batch);
      });
      this.#recorded = recorded;
      open.push(recorded);
      if (open.length >= GATEWAY_LIMITS.batchesDecidingMax) await open.shift();
    }
    await this.#recorded;
    await Promise.all(said);
  }

  /** What is in force now; a batch is decided and recorded under one of each. */
  #basis(): Basis {
    return { register: this.#deps.register.view(), policy: this.#deps.policy.view() };
  }

  #isInForce({ register, policy }: Basis): boolean {
    const now = this.#basis();
    return now.register === register && now.policy === policy;
  }

  /**
   * Does some work between two batches: what was recorded before it was decided before it, and what
   * is recorded after it is decided after it, so that a new register or policy has one place in
   * the log (TP-RUN-2, TP-POLICY-7).
   */
  async betweenBatches(work: () => Promise<void>): Promise<void> {
    const done = this.#recorded.then(work);
    this.#recorded = done.catch(() => undefined);
    await done;
  }

  /** Steps one to five, under one register and policy: nothing is changed anywhere yet. */
  async #decide(batch: readonly Passage[], { register, policy }: Basis): Promise<void> {
    const { store, clock } = this.#deps;
    const nowMs = clock.now();
    const instances = this.#deps.instances();
    this.#admission.admit(batch, nowMs, (id) =>
      quotaShare(sendingQuota(register.participant(id)?.quotas), instances),
    );
    validate(batch);
    await recall(batch, store);
    await authenticate(batch, { register, verifying: this.#verifying, nowMs });
    const earlier: EarlierRegister = (version) => this.#deps.register.at(version);
    const standing = this.#deps.register.standing(nowMs).name;
    authorize(batch, { register, policy, earlier, nowMs, standing });
  }

  /** Step six, then the rest beside the next batch. */
  async #record(batch: readonly Passage[], basis: Basis, said: Set<Promise<void>>): Promise<void> {
    const { register } = basis;
    const { store, pairMax, clock, resendFirstMs, schedules } = this.#deps;
    let outcome: RecordOutcome | undefined;
    await this.#attempt(batch, async () => {
      outcome = await record(batch, {
        store,
        pairMax,
        ...basis,
        scheduleVersion: schedules.current.version,
        nowMs: clock.now(),
        resendFirstMs,
      });
    });
    // Apart: what is recorded is said, whether or not this is logged.
    await this.#attempt([], () => this.#logOverQuota());
    if (outcome === undefined) return;
    const done = outcome;
    passCrashPoint("gateway.recorded");
    if (done.batch?.hasRoom) this.#deps.onRoom();
    if (done.batch?.isOutdated) this.#deps.onOutdated();
    if (done.recorded.some(({ item }) => item.claims.length > 0)) {
      passCrashPoint("gateway.delivered-recorded");
    }
    const saying = this.#attempt(batch, () => this.#say(batch, done, register));
    const settled = saying.then(() => {
      said.delete(settled);
    });
    said.add(settled);
    if (said.size >= GATEWAY_LIMITS.batchesInFlightMax) await Promise.race(said);
  }

  /** Steps seven and eight; only then is the carrier told that we have it. */
  async #say(
    batch: readonly Passage[],
    outcome: RecordOutcome,
    register: RegisterView,
  ): Promise<void> {
    const { checkpoints, speaker, events } = this.#deps;
    if (outcome.quarantineHead !== undefined) checkpoints.note(outcome.quarantineHead);
    const checkpoint = outcome.batch === undefined ? "" : checkpoints.note(outcome.batch);
    const unsaid = new Set<Passage>();
    const say = async (passage: Passage, work: Promise<void>): Promise<void> => {
      try {
        await work;
      } catch (caught) {
        unsaid.add(passage);
        events.carrierFailed(caught);
      }
    };
    const place = {
      checkpoint,
      recordedAtMs: outcome.batch?.recordedAtMs ?? 0,
      registerVersion: Number(register.version),
    };
    const groups = new ReceiptGroups();
    const dispatches: Promise<void>[] = [];
    const receipts: Promise<void>[] = [];
    for (const recorded of outcome.recorded) {
      const { passage, result } = recorded;
      events.decided(recorded);
      this.#deps.onVersion(passage.address.participant, recorded.message.header.registerVersion);
      if (passage.refusal !== undefined && isPolicyCode(passage.refusal.code)) {
        this.#deps.onRuleRefusal(passage.address.participant);
      }
      if (result.type === "again") unsaid.add(passage);
      if (result.type === "repeat") passage.repeatOf = result.id;
      if (result.type !== "recorded") continue;
      if (result.code === RefusalCode.UNSPECIFIED) {
        dispatches.push(say(passage, speaker.dispatchRecorded(recorded, place)));
      }
      if (recorded.item.kind !== Kind.RECEIPT) groups.add(recorded);
    }
    for (const group of groups.all()) {
      const receipted = speaker.receiptRecorded(group, place);
      for (const { passage } of group) receipts.push(say(passage, receipted));
    }
    for (const unverified of outcome.unverified) {
      const { passage, result } = unverified;
      events.unverified(unverified);
      if (result.type === "again") unsaid.add(passage);
      if (result.type === "recorded") passage.repeatOf = result.id;
      if (result.type !== "kept" || !result.isTold) continue;
      receipts.push(say(passage, speaker.sayUnverified(result.id)));
    }
    for (const passage of batch) {
      if (passage.repeatOf === undefined) continue;
      events.repeated(passage);
      receipts.push(say(passage, speaker.sayAgain(passage.repeatOf)));
    }
    await Promise.all(dispatches);
    passCrashPoint("gateway.dispatched");
    await Promise.all(receipts);
    passCrashPoint("gateway.receipted");
    for (const passage of batch) {
      const { held, holdMs = GATEWAY_LIMITS.holdMs, inbound } = passage;
      if (held || unsaid.has(passage)) inbound.nak(holdMs);
      else inbound.ack();
    }
    passCrashPoint("gateway.acknowledged");
  }

  async #logOverQuota(): Promise<void> {
    const nowMs = this.#deps.clock.now();
    if (nowMs - this.#quotaLoggedAtMs < GATEWAY_LIMITS.quotaLogMs) return;
    const held = this.#admission.takeHeld();
    if (held.size === 0) return;
    this.#quotaLoggedAtMs = nowMs;
    this.#deps.events.overQuota(held);
    const { checkpoints, register, store } = this.#deps;
    const logged = await store.call("logOverQuota", {
      nowMs,
      registerVersion: Number(register.view().version),
      held: [...held].map(([sender, messages]) => ({ sender, messages })),
    });
    checkpoints.note(logged);
  }

  /** A fault gives the whole batch back to the carrier: nothing is lost, it comes again. */
  async #attempt(batch: readonly Passage[], work: () => Promise<void>): Promise<boolean> {
    try {
      await work();
      return true;
    } catch (caught) {
      this.#deps.logger.error({ err: caught, messages: batch.length }, "a batch failed");
      this.#handBack(batch);
      return false;
    }
  }

  /** To the carrier, which brings it again. */
  #handBack(batch: readonly Passage[]): void {
    for (const passage of batch) passage.inbound.nak(GATEWAY_LIMITS.holdMs);
  }
}
