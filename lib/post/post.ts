import { refuse } from "#errors";
import { POST_LIMITS, passCrashPoint } from "#runtime";
import { LANES } from "#wire";
import { GapPump } from "./gap-pump.ts";
import { InboxLane } from "./inbox.ts";
import { InboundOpener } from "./opening.ts";
import type { PolicyTaker, PostEvent, PostParts, RegisterTaker } from "./parts.ts";
import { PublishPump } from "./publish-pump.ts";
import { Pump, type PumpTurn } from "./pump.ts";
import { ReceiptPump } from "./receipt-pump.ts";
import { SealingLoop } from "./sealing-loop.ts";

/** What a post is made from; waits default to POST_LIMITS. */
export interface PostOptions
  extends Omit<
    PostParts,
    "resendFirstMs" | "gapNoticeAfterMs" | "onEvent" | "policies" | "registers" | "standing"
  > {
  /** Default: the register serves everything, for ever. */
  readonly standing?: PostParts["standing"];
  /** Default: the register never changes, and what comes as one is refused. */
  readonly registers?: RegisterTaker;
  /** Default: there is none but the default policy, and what comes as one is refused. */
  readonly policies?: PolicyTaker;
  readonly resendFirstMs?: number;
  readonly gapNoticeAfterMs?: number;
  readonly onEvent?: (event: PostEvent) => void;
}

/** A participant's outbox and inbox at work. */
export interface Post {
  /** Resumes what an earlier run left, then sends and consumes until stopped. */
  start(): Promise<void>;
  /** Takes nothing more, finishes what is under way, keeps the rest for the next start. */
  stop(): Promise<void>;
  /** A transaction with drafts in it has committed. */
  noteDrafted(): void;
  /** A newer register, or a newer word that it is the newest, is in force: what waited may go. */
  noteRegister(): void;
  /** Whether every lane of the inbox is being consumed, and the exchange answers. */
  readonly consuming: boolean;
}

/** Builds the post of a participant over its store, its carrier and its keys. */
export function createPost(options: PostOptions): Post {
  return new ParticipantPost({
    ...options,
    resendFirstMs: options.resendFirstMs ?? POST_LIMITS.resendFirstMs,
    gapNoticeAfterMs: options.gapNoticeAfterMs ?? POST_LIMITS.gapNoticeAfterMs,
    onEvent: options.onEvent ?? (() => {}),
    registers: options.registers ?? NO_REGISTERS,
    policies: options.policies ?? NO_POLICIES,
    standing: options.standing ?? (() => "fresh"),
  });
}

const NO_REGISTERS: RegisterTaker = {
  take: async () => refuse("NOT_PERMITTED", "header.kind", "no register is taken here"),
  at: () => undefined,
  noteNewer: () => undefined,
};

const NO_POLICIES: PolicyTaker = {
  take: async () => refuse("NOT_PERMITTED", "header.kind", "no policy is taken here"),
  noteNewer: () => undefined,
};

class ParticipantPost implements Post {
  readonly #parts: PostParts;
  readonly #sealing: Pump;
  readonly #publishing: Pump;
  readonly #publisher: PublishPump;
  readonly #receipts: Pump;
  readonly #gaps: Pump;
  readonly #lanes: readonly InboxLane[];
  readonly #tell: (event: PostEvent) => void;
  #stopListening: () => void = () => {};

  constructor(given: PostParts) {
    const parts = { ...given, onEvent: (event: PostEvent) => this.#hear(event) };
    this.#parts = parts;
    this.#tell = given.onEvent;
    const sealing = new SealingLoop(parts, () => this.#publishing.wake());
    this.#publisher = new PublishPump(parts, () => this.#publishing.wake());
    const receipts = new ReceiptPump(parts);
    const gaps = new GapPump(parts, () => this.#sealing.wake());
    this.#sealing = this.#pump("sealing", () => sealing.turn());
    this.#publishing = this.#pump("publishing", () => this.#publisher.turn());
    this.#receipts = this.#pump("receipts", () => receipts.turn());
    this.#gaps = this.#pump("gaps", () => gaps.turn());
    const opener = new InboundOpener(parts);
    const wakes = {
      receiptsOwed: () => this.#receipts.wake(),
      resend: () => this.#publishing.wake(),
      gaps: () => this.#gaps.wake(),
    };
    this.#lanes = LANES.map((lane) => new InboxLane(parts, opener, lane, wakes));
  }

  async start(): Promise<void> {
    const { store, transport, clock } = this.#parts;
    await store.call("postResume", { nowMs: clock.now() });
    this.#stopListening = transport.onEvent((event) => {
      if (event.type === "connected" || event.type === "restored") this.#reconnected();
    });
    for (const pump of [this.#sealing, this.#publishing, this.#receipts, this.#gaps]) pump.start();
    await Promise.all(this.#lanes.map((lane) => lane.start()));
  }

  async stop(): Promise<void> {
    this.#stopListening();
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
    await Promise.all([this.#gaps.stop(), this.#sealing.stop(), this.#receipts.stop()]);
    await this.#publishing.stop();
    await this.#publisher.settle();
  }

  noteDrafted(): void {
    passCrashPoint("focal-point.drafted");
    this.#sealing.wake();
  }

  noteRegister(): void {
    for (const pump of [this.#sealing, this.#publishing, this.#receipts, this.#gaps]) pump.wake();
  }

  get consuming(): boolean {
    return this.#lanes.every((lane) => lane.consuming);
  }

  /** A receipt may let go what waited for it. */
  #hear(event: PostEvent): void {
    this.#tell(event);
    if (event.type === "receipt-applied") this.#publishing.wake();
  }

  /** What got no receipt before the exchange was out of reach may never have left (TP-TLS-11). */
  #reconnected(): void {
    const { store, clock, logger } = this.#parts;
    store
      .call("postResume", { nowMs: clock.now() })
      .catch((caught: unknown) => logger.warn({ err: caught }, "nothing was brought forward"))
      .finally(() => {
        this.#publishing.wake();
        this.#receipts.wake();
      });
  }

  #pump(name: string, turn: () => Promise<PumpTurn>): Pump {
    const { clock, timers, logger, onEvent } = this.#parts;
    const onFault = (pump: string, caught: unknown): void => {
      logger.error({ err: caught, pump }, "a pump of the post failed; it goes on after a wait");
      onEvent({ type: "fault", pump });
    };
    return new Pump({ name, turn, clock, timers, onFault });
  }
}
