import { randomBytes } from "node:crypto";
import { TracepostError } from "#errors";
import type { CheckpointSigner } from "#message-log";
import { EntryKind, Header, Kind, type Lane, LogEntry, ReceiptType, RefusalCode } from "#proto";
import { type Database, GATEWAY_LIMITS, newMessageId } from "#runtime";
import { filterForRecipient, type HeaderSigner, type Transport } from "#wire";
import { evidenceOf, evidenceOfStored } from "./evidence.ts";
import { dispatch, type OutgoingDispatch, storedEnvelope } from "./steps/dispatch.ts";
import {
  decisionType,
  type ReceiptFacts,
  receipt,
  receiptAbout,
  statusOf,
} from "./steps/receipt.ts";
import type { Recorded } from "./steps/record.ts";
import type { DueDelivery } from "./store/deliveries.ts";
import type { NewEnding } from "./store/endings.ts";
import type { StoredDecision, StoredEnding, StoredMessage, StoredOutcome } from "./store/recall.ts";
import type { GatewayProcedures } from "./store.ts";

/** Under which checkpoint and register, and when, a batch was recorded. */
export interface Place {
  readonly checkpoint: string;
  readonly recordedAtMs: number;
  readonly registerVersion: number;
}

/**
 * Says what is recorded: dispatches to recipients, receipts to senders, each from the recorded
 * bytes. It decides nothing and keeps nothing; whatever is lost on the way is said again.
 */
export class Speaker {
  readonly #transport: Pick<Transport, "publish">;
  readonly #store: Pick<Database<GatewayProcedures>, "call">;
  readonly #receiptSigner: HeaderSigner;
  readonly #checkpointSigner: CheckpointSigner;
  /** Makes transport ids of repeated receipts unlike those of an earlier run. */
  readonly #run = randomBytes(4).toString("hex");
  #repeats = 0;

  constructor(deps: {
    transport: Pick<Transport, "publish">;
    store: Pick<Database<GatewayProcedures>, "call">;
    receiptSigner: HeaderSigner;
    checkpointSigner: CheckpointSigner;
  }) {
    this.#transport = deps.transport;
    this.#store = deps.store;
    this.#receiptSigner = deps.receiptSigner;
    this.#checkpointSigner = deps.checkpointSigner;
  }

  /** Puts a fresh message into the inboxes that have room; the rest wait in the delivery table. */
  async dispatchRecorded(recorded: Recorded, place: Place): Promise<void> {
    const { message, result } = recorded;
    if (result.type !== "recorded") return;
    const { envelope, header, bytes } = message;
    // One recipient gets every part: its copy is what came in, to the byte.
    const copyFor = (recipient: string): Uint8Array =>
      header.recipients.length === 1 ? bytes : filterForRecipient(envelope, header, recipient);
    const evidence = evidenceOf(result, place.checkpoint);
    const recipients = header.kind === Kind.RECEIPT ? header.recipients : result.dispatched;
    await Promise.all(
      recipients.map((recipient) =>
        this.#publish({
          recipient,
          lane: header.lane,
          kind: header.kind,
          messageId: header.messageId,
          attempt: header.kind === Kind.RECEIPT ? this.#freshAttempt() : 1,
          envelope: copyFor(recipient),
          evidence,
        }),
      ),
    );
  }

  /**
   * Tells a sender what was decided about its messages of one lane: the accepted ones together, up
   * to `receiptItemsMax` at a time, each refused one by itself. They are all of one group.
   */
  async receiptRecorded(group: readonly Recorded[], place: Place): Promise<void> {
    const facts = group.map((recorded) => this.#freshFacts(recorded, place));
    const accepted = facts.filter(({ type }) => type === ReceiptType.ACCEPTED);
    const refused = facts.filter(({ type }) => type !== ReceiptType.ACCEPTED);
    const publishes = refused.map((one) =>
      this.#publish(receipt(one, this.#receiptSigner, this.#freshAttempt())),
    );
    for (let at = 0; at < accepted.length; at += GATEWAY_LIMITS.receiptItemsMax) {
      const [first, ...rest] = accepted.slice(at, at + GATEWAY_LIMITS.receiptItemsMax);
      if (first === undefined) break;
      // Alone it is the very receipt that is said again when the message comes again.
      const id = rest.length === 0 ? first.receiptId : newMessageId(place.recordedAtMs);
      const attempt = this.#freshAttempt();
      publishes.push(
        this.#publish(receiptAbout([first, ...rest], id, this.#receiptSigner, attempt)),
      );
    }
    await Promise.all(publishes);
  }

  #freshFacts({ message, item, result }: Recorded, place: Place): ReceiptFacts {
    if (result.type !== "recorded") {
      throw new TracepostError("INTERNAL", "a receipt is about what was recorded");
    }
    return {
      type: decisionType(result.code),
      sender: item.sender,
      messageId: item.messageId,
      headerDigest: item.headerDigest,
      lane: item.lane as Lane,
      status: message.header.status,
      code: result.code,
      field: result.field,
      recipient: "",
      receiptId: item.receiptId,
      saidAtMs: place.recordedAtMs,
      registerVersion: place.registerVersion,
      evidence: evidenceOf(result, place.checkpoint),
    };
  }

  /** Says the stored outcome again, byte for byte, with every receipt that came since. */
  async sayAgain(id: number): Promise<void> {
    const outcome: StoredOutcome | null = await this.#store.call("loadOutcome", { id });
    if (outcome === null) return;
    const { message, receipts, endings } = outcome;
    if (message.kind === Kind.RECEIPT) {
      if (message.code !== RefusalCode.UNSPECIFIED) return;
      for (const recipient of Header.decode(message.header).recipients) {
        await this.#forward(message, storedEnvelope(message, outcome.parts), recipient);
      }
      return;
    }
    await this.#publish(
      receipt(this.#decisionFacts(message), this.#receiptSigner, this.#freshAttempt()),
    );
    for (const { message: stored, parts } of receipts) {
      await this.#forward(stored, storedEnvelope(stored, parts), message.sender);
    }
    for (const ending of endings) await this.#sayEnding(message, ending);
  }

  /** Says the stored outcome of an item in quarantine, the first time as every time (TP-OPS-3). */
  async sayUnverified(id: number): Promise<void> {
    const outcome: StoredDecision | null = await this.#store.call("unverifiedOutcome", { id });
    if (outcome === null) return;
    await this.#publish(
      receipt(this.#decisionFacts(outcome), this.#receiptSigner, this.#freshAttempt()),
    );
  }

  /** Dispatches a stored message once more. */
  async dispatchDue(due: DueDelivery): Promise<void> {
    const { message, parts } = due;
    await this.#publish({
      recipient: due.recipient,
      lane: message.lane as Lane,
      kind: message.kind as Kind,
      messageId: message.messageId,
      attempt: due.attempt,
      envelope: storedEnvelope(message, parts),
      evidence: evidenceOfStored(message.evidence, this.#checkpointSigner),
    });
  }

  /** Tells the sender that a message was not delivered in time, or will not be any more. */
  async sayEnded({ ending, message }: NewEnding): Promise<void> {
    await this.#sayEnding(message, ending);
  }

  async #forward(stored: StoredMessage, envelope: Uint8Array, recipient: string): Promise<void> {
    await this.#publish({
      recipient,
      lane: stored.lane as Lane,
      kind: stored.kind as Kind,
      messageId: stored.messageId,
      attempt: this.#freshAttempt(),
      envelope,
      evidence: evidenceOfStored(stored.evidence, this.#checkpointSigner),
    });
  }

  /** All of it from the log entry, so that it is the same each time it is said. */
  async #sayEnding(message: StoredMessage, ending: StoredEnding): Promise<void> {
    const { code, kind, registerVersion } = LogEntry.decode(ending.evidence.entry);
    const isReturn = kind === EntryKind.RETURN;
    const facts: ReceiptFacts = {
      ...this.#decisionFacts(message),
      type: isReturn ? ReceiptType.RETURNED : ReceiptType.EXPIRED,
      code,
      field: isReturn ? "header.recipients" : "header.expires_at",
      recipient: ending.recipient,
      receiptId: ending.receiptId,
      saidAtMs: ending.endedAtMs,
      registerVersion: Number(registerVersion),
      evidence: evidenceOfStored(ending.evidence, this.#checkpointSigner),
    };
    await this.#publish(receipt(facts, this.#receiptSigner, this.#freshAttempt()));
  }

  #decisionFacts(message: StoredDecision): ReceiptFacts {
    return {
      type: decisionType(message.code as RefusalCode),
      sender: message.sender,
      messageId: message.messageId,
      headerDigest: message.headerDigest,
      lane: message.lane as Lane,
      status: statusOf(message.header),
      code: message.code as RefusalCode,
      field: message.field,
      recipient: "",
      receiptId: message.receiptId,
      saidAtMs: message.recordedAtMs,
      registerVersion: message.registerVersion,
      evidence: evidenceOfStored(message.evidence, this.#checkpointSigner),
    };
  }

  #freshAttempt(): string {
    this.#repeats += 1;
    return `${this.#run}-${this.#repeats}`;
  }

  async #publish(outgoing: OutgoingDispatch): Promise<void> {
    await this.#transport.publish(dispatch(outgoing));
  }
}
