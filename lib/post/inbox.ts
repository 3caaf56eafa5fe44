import type { Refusal } from "#errors";
import { POST_LIMITS, passCrashPoint, Semaphore } from "#runtime";
import type { EarlierRegister } from "#trust";
import {
  type Consumption,
  IN_STREAM,
  type InboundMessage,
  inboxConsumer,
  type LaneToken,
  type ParsedMessage,
} from "#wire";
import { type Examined, type ExaminedReceipt, examine } from "./examine.ts";
import type { Stored } from "./inbox-procedures.ts";
import type { Incident } from "./incidents.ts";
import type { InboundOpener, OpenedForStore } from "./opening.ts";
import { backoffMs } from "./outbox-procedures.ts";
import type { PostParts } from "./parts.ts";
import { Pump, type PumpTurn } from "./pump.ts";

/** Whom the inbox wakes, and why. */
export interface InboxWakes {
  readonly receiptsOwed: () => void;
  readonly resend: () => void;
  readonly gaps: () => void;
}

/**
 * One lane of the inbox: takes messages from the carrier in batches, examines, opens and judges
 * them, and stores each in one transaction with its effect. Only then is the carrier told; whatever
 * goes wrong before comes again (TP-POST-8).
 */
export class InboxLane {
  readonly #parts: PostParts;
  readonly #opener: InboundOpener;
  readonly #wakes: InboxWakes;
  readonly #lane: LaneToken;
  readonly #pump: Pump;
  readonly #verifying = new Semaphore(POST_LIMITS.verifyInFlightMax);
  readonly #queue: InboundMessage[] = [];
  #consumption: Consumption | undefined;

  constructor(parts: PostParts, opener: InboundOpener, lane: LaneToken, wakes: InboxWakes) {
    this.#parts = parts;
    this.#opener = opener;
    this.#lane = lane;
    this.#wakes = wakes;
    this.#pump = new Pump({
      name: `inbox ${lane}`,
      turn: () => this.#turn(),
      clock: parts.clock,
      timers: parts.timers,
      onFault: (pump, caught) => {
        parts.logger.error({ err: caught, pump }, "a batch of the inbox failed; it comes again");
        parts.onEvent({ type: "fault", pump });
      },
    });
  }

  /** Starts consuming; from here on the lane runs. */
  async start(): Promise<void> {
    this.#pump.start();
    const consumer = inboxConsumer(this.#lane);
    this.#consumption = await this.#parts.transport.consume(IN_STREAM, consumer, (message) => {
      this.#queue.push(message);
      this.#pump.wake();
    });
  }

  /** Whether the lane consumes, and the exchange answers it. */
  get consuming(): boolean {
    return this.#consumption?.answering ?? false;
  }

  /** Takes no more, finishes the batch under way, and hands the rest back. */
  async stop(): Promise<void> {
    const consumption = this.#consumption;
    this.#consumption = undefined;
    await consumption?.stop();
    await this.#pump.stop();
    for (const message of this.#queue.splice(0)) message.nak();
  }

  async #turn(): Promise<PumpTurn> {
    const batch = this.#queue.splice(0, POST_LIMITS.inboxBatchMax);
    if (batch.length === 0) return {};
    const outcomes = await this.#handle(batch);
    for (const [position, outcome] of outcomes.entries()) {
      const message = batch[position];
      if (message === undefined) continue;
      if (outcome.status === "rejected") this.#handBack(message, outcome.reason);
      else if (outcome.value === "later") message.nak(POST_LIMITS.newerRegisterWaitMs);
      else if (outcome.value === "gap") message.nak(POST_LIMITS.feedGapWaitMs);
      else if (outcome.value === "closed") message.nak(POST_LIMITS.retryMaxMs);
      else message.ack();
    }
    return { more: this.#queue.length > 0 };
  }

  /** What became of each message; a fault that concerns all of them concerns each. */
  async #handle(batch: readonly InboundMessage[]): Promise<PromiseSettledResult<Handled>[]> {
    try {
      return await Promise.allSettled(await this.#begin(batch));
    } catch (reason) {
      return batch.map(() => ({ status: "rejected", reason }));
    }
  }

  /** Begins with the messages in their order; each promise settles once its message is durable. */
  async #begin(batch: readonly InboundMessage[]): Promise<Promise<Handled>[]> {
    const { participant, register, registers, clock } = this.#parts;
    const earlier: EarlierRegister = (version) => registers.at(version);
    const isMonitor = this.#parts.feeds !== undefined;
    const nowMs = clock.now();
    const context = { participant, register: register(), isMonitor, earlier, nowMs };
    const examined = batch.map(({ data, deliveries, subject }) => {
      passCrashPoint("focal-point.inbox-received");
      return this.#verifying.run(() => examine(data, subject, { ...context, deliveries }));
    });
    const known = await this.#recall(await Promise.all(examined));
    const isClosed = this.#parts.standing() === "closed";
    const opened = known.map((one) => {
      // Under a register that has closed only what brings the next one is taken (TP-REG-3).
      const isWaiting = isClosed && one.item.type !== "register";
      return isWaiting ? { item: one.item, isKnown: false, isWaiting } : this.#open(one);
    });
    // Stored in the order of the batch, and side by side, so that they share commits.
    let turn: Promise<unknown> = Promise.resolve();
    return opened.map((work, position) => {
      const subject = batch[position]?.subject ?? "";
      const storing = turn.then(async () => {
        const item = await work;
        return { stored: this.#store(item, subject) };
      });
      turn = storing.catch(() => {});
      return storing.then(({ stored }) => stored);
    });
  }

  /** Marks what is known already, so that it is not opened again. */
  async #recall(examined: readonly Examined[]): Promise<Recalled[]> {
    const messages = examined.filter((item) => item.type === "message");
    const keys = messages.map(({ message }) => {
      return { sender: message.header.sender, messageId: message.header.messageId };
    });
    if (keys.length === 0) return examined.map((item) => ({ item, isKnown: false }));
    const digests = await this.#parts.store.call("postKnownInbound", { keys });
    let next = 0;
    return examined.map((item) => {
      if (item.type !== "message") return { item, isKnown: false };
      const digest = digests[next];
      next += 1;
      return { item, isKnown: digest !== null && digest !== undefined };
    });
  }

  async #open({ item, isKnown }: Recalled): Promise<Openable> {
    if (item.type !== "message" || isKnown) return { item, isKnown };
    const opened = await this.#opener.open(item);
    passCrashPoint("focal-point.inbox-opened");
    return { item, isKnown, opened };
  }

  async #store({ item, isKnown, isWaiting, opened }: Openable, subject: string): Promise<Handled> {
    if (isWaiting === true) {
      // What it names may be the very version that opens the inbox again.
      if (item.type === "later") this.#parts.registers.noteNewer(item.version);
      if (item.type === "message") this.#compareRegister(item.message);
      return "closed";
    }
    switch (item.type) {
      case "junk":
        await this.#record(item.incident);
        return "done";
      case "later":
        this.#parts.registers.noteNewer(item.version);
        return "later";
      case "register":
        await this.#takeHanded(item, subject);
        return "done";
      case "policy":
        await this.#takeHanded(item, subject);
        return "done";
      case "feed":
        return await this.#takeFeed(item, subject);
      case "receipt":
        await this.#applyReceipt(item.receipt, subject);
        return "done";
      case "message":
        if (opened === undefined || isKnown) await this.#repeat(item, subject);
        else await this.#take(opened);
        this.#compareRegister(item.message);
        return "done";
      default:
        return item satisfies never;
    }
  }

  async #takeFeed(item: FedMessage, subject: string): Promise<Handled> {
    const taken = await this.#parts.feeds?.take(item.offer);
    if (taken === "gap") return "gap";
    if (typeof taken === "object") {
      await this.#record({ kind: "FEED_REFUSED", ...refusedFor(taken, item.message), subject });
    }
    return "done";
  }

  async #takeHanded(item: HandedOn, subject: string): Promise<void> {
    const { policies, registers } = this.#parts;
    const isPolicy = item.type === "policy";
    const refusal = await (isPolicy ? policies.take(item.offer) : registers.take(item.offer));
    if (refusal === undefined) return;
    const kind = isPolicy ? "POLICY_REFUSED" : "REGISTER_REFUSED";
    await this.#record({ kind, ...refusedFor(refusal, item.message), subject });
  }

  /** What a peer has sealed under a newer register says that there is one (TP-RUN-5). */
  #compareRegister({ header: { registerVersion } }: ParsedMessage): void {
    const { register, registers } = this.#parts;
    if (registerVersion > register().version) registers.noteNewer(registerVersion);
  }

  async #take(opened: OpenedForStore): Promise<void> {
    const { store, onEvent, clock } = this.#parts;
    const stored = await store.call("postStoreInbound", { ...opened, nowMs: clock.now() });
    passCrashPoint("focal-point.inbox-stored");
    for (const { kind } of opened.incidents) onEvent({ type: "incident", kind });
    this.#wakeFor(stored);
  }

  #wakeFor(stored: Stored): void {
    this.#parts.onEvent({ type: "taken", outcome: stored.outcome });
    if (stored.outcome !== "id-reused") this.#wakes.receiptsOwed();
    if (stored.resend) this.#wakes.resend();
    if (stored.voidsDue || stored.gap) this.#wakes.gaps();
  }

  async #repeat(item: Examined & { type: "message" }, subject: string): Promise<void> {
    const { store, onEvent, clock } = this.#parts;
    const { header, headerDigest } = item.message;
    const { sender, messageId } = header;
    const nowMs = clock.now();
    const evidence = item.proof?.bytes ?? null;
    const args = { sender, messageId, headerDigest, subject, evidence, nowMs };
    const outcome = await store.call("postRepeatInbound", args);
    onEvent({ type: "taken", outcome });
    if (outcome === "repeat") this.#wakes.receiptsOwed();
  }

  async #applyReceipt(receipt: ExaminedReceipt, subject: string): Promise<void> {
    passCrashPoint("focal-point.receipt-received");
    const { store, onEvent, clock, resendFirstMs: firstMs } = this.#parts;
    for (const incident of receipt.incidents) await this.#record(incident);
    if (receipt.claims.length === 0) return;
    // The log says what the gateway has decided by: an older one of ours follows (TP-POLICY-10).
    this.#parts.policies.noteNewer(receipt.policyVersion);
    const { header, headerDigest, bytes } = receipt.message;
    const effect = await store.call("postApplyReceipt", {
      type: receipt.type,
      sender: header.sender,
      receiptId: header.messageId,
      headerDigest,
      subject,
      envelope: bytes,
      evidence: receipt.evidence,
      signed: receipt.signed,
      claims: receipt.claims,
      nowMs: clock.now(),
      firstMs,
    });
    onEvent({ type: "receipt-applied", receipt: receipt.type, count: effect.applied });
    if (effect.voidsDue) this.#wakes.gaps();
    // A refusal to be tried again has a new time.
    if (effect.applied > 0) this.#wakes.resend();
  }

  async #record(incident: Incident): Promise<void> {
    const { store, onEvent, logger, clock } = this.#parts;
    await store.call("postRecordIncident", { incident, nowMs: clock.now() });
    onEvent({ type: "incident", kind: incident.kind });
    const { kind, subject, sender, detail } = incident;
    logger.warn({ incident: kind, subject, sender, detail }, "an incident of the inbox");
  }

  /** A fault of ours: the carrier keeps the message and brings it again, less and less often. */
  #handBack(message: InboundMessage, caught: unknown): void {
    const { logger, onEvent } = this.#parts;
    const { subject, deliveries } = message;
    logger.error({ err: caught, subject, deliveries }, "a message could not be handled");
    onEvent({ type: "fault", pump: `inbox ${this.#lane}` });
    const delayMs = backoffMs(Math.max(1, deliveries), POST_LIMITS.retryFirstMs);
    message.nak(Math.min(delayMs, POST_LIMITS.retryMaxMs));
  }
}

/**
 * "later": the carrier is to bring it again, soon; "gap": once what is missing before it may have
 * been fetched; "closed": once there is a register again.
 */
type Handled = "done" | "later" | "gap" | "closed";

/** What is kept of something handed on by the gateway that is not taken, and why it is not. */
function refusedFor(
  { code, detail, field }: Refusal,
  { bytes, header, headerDigest: digest }: ParsedMessage,
): Pick<Incident, "detail" | "digest" | "sender" | "sizeBytes"> {
  const why = `${code} ${field} ${detail}`;
  return { digest, sender: header.sender, sizeBytes: bytes.length, detail: why };
}

/** What is to be counted, of the gateway. */
type FedMessage = Extract<Examined, { readonly type: "feed" }>;

/** A register or policy that the gateway hands on. */
type HandedOn = Extract<Examined, { readonly type: "policy" | "register" }>;

interface Recalled {
  readonly item: Examined;
  readonly isKnown: boolean;
}

interface Openable extends Recalled {
  readonly opened?: OpenedForStore;
  readonly isWaiting?: boolean;
}
