import { randomUUID } from "node:crypto";
import type { NatsConnection } from "nats";
import { Kind, Lane, type ReceiptItem, ReceiptType, TraceRequest } from "#proto";
import { newMessageId, withDeadline } from "#runtime";
import type { RegisterView, Sealer } from "#trust";
import {
  type AssembledEnvelope,
  type Consumption,
  IN_STREAM,
  inboxConsumer,
  LANES,
  outSubject,
  parseDispatch,
  parseReceipt,
  refusalNameOf,
  type Transport,
} from "#wire";
import { headerOf } from "./messages.ts";
import type { Party } from "./parties.ts";
import { bodyPart, type SealedChanges, sealedTraceRequest } from "./sealed-message.ts";
import { completeTraceRequest } from "./trace-bodies.ts";

/** What somebody finally said about a message, such as `BR: rejected SEAL_BINDING`. */
export interface Verdict {
  /** GATEWAY or the recipient. */
  readonly by: string;
  readonly said: "refused" | "rejected" | "delivered" | "expired";
  /** Name of the code; "" when it was delivered. */
  readonly code: string;
  readonly field: string;
}

const SAID: ReadonlyMap<ReceiptType, Verdict["said"]> = new Map([
  [ReceiptType.REFUSED, "refused"],
  [ReceiptType.REJECTED, "rejected"],
  [ReceiptType.DELIVERED, "delivered"],
  [ReceiptType.EXPIRED, "expired"],
]);

/** What is said comes within seconds, after a storm a little later; beyond this it never will. */
const PATIENCE_MS = 60_000;

/** Messages of a flood between two looks whether the server keeps up. */
const FLOOD_CHUNK = 100;

/** What a hostile participant is made of. */
export interface HostileParts {
  /** Its registered id and keys. */
  readonly party: Party;
  readonly register: RegisterView;
  readonly sealer: Sealer;
  readonly connection: NatsConnection;
  /** For its own inbox alone. */
  readonly transport: Transport;
}

/**
 * A participant with valid credentials and keys and with software of its own making: it puts any
 * bytes on its outbox by a raw client, and reads what comes to its own inbox.
 */
export class HostileParticipant {
  readonly party: Party;
  readonly #parts: HostileParts;
  readonly #verdicts = new Map<string, Verdict[]>();
  readonly #waiting = new Map<string, (verdict: Verdict) => void>();
  readonly #pairs = new Map<string, { sequence: bigint; digest: Uint8Array }>();
  #lanes: readonly Consumption[] = [];

  constructor(parts: HostileParts) {
    this.#parts = parts;
    this.party = parts.party;
  }

  /** Begins to read its inbox. */
  async listen(): Promise<void> {
    const { transport } = this.#parts;
    this.#lanes = await Promise.all(
      LANES.map((lane) =>
        transport.consume(IN_STREAM, inboxConsumer(lane), (message) => {
          this.#note(message.data);
          message.ack();
        }),
      ),
    );
  }

  /** Reads its inbox no more. */
  async stop(): Promise<void> {
    await Promise.all(this.#lanes.map((lane) => lane.stop()));
    this.#lanes = [];
  }

  /** Puts bytes on a subject of its outbox; resolves when the stream has stored them. */
  async put(
    data: Uint8Array,
    subject = outSubject(this.party.id, Lane.NORMAL, Kind.TRACE_REQUEST),
  ): Promise<void> {
    const answer = await this.#parts.connection.request(subject, data, { timeout: 10_000 });
    const { error } = answer.json<{ error?: { description: string } }>();
    if (error !== undefined) throw new TypeError(error.description);
  }

  /** Puts the same bytes on its outbox many times, each as a message of its own to the carrier. */
  async flood(data: Uint8Array, copies: number): Promise<void> {
    const { connection } = this.#parts;
    const subject = outSubject(this.party.id, Lane.NORMAL, Kind.TRACE_REQUEST);
    for (let copy = 1; copy < copies; copy += 1) {
      connection.publish(subject, data);
      if (copy % FLOOD_CHUNK === 0) await connection.flush();
    }
    await this.put(data, subject);
  }

  /** The last word about the message with this header digest. */
  verdictOn(headerDigest: Uint8Array): Promise<Verdict> {
    const key = Buffer.from(headerDigest).toString("hex");
    const [known] = this.#verdicts.get(key) ?? [];
    if (known !== undefined) return Promise.resolve(known);
    const { promise, resolve } = Promise.withResolvers<Verdict>();
    this.#waiting.set(key, resolve);
    return withDeadline(promise, PATIENCE_MS, `waiting for a word about ${key}`);
  }

  /** Every last word about it that came so far. */
  verdictsOn(headerDigest: Uint8Array): readonly Verdict[] {
    return this.#verdicts.get(Buffer.from(headerDigest).toString("hex")) ?? [];
  }

  /** A trace request as it should be, to a recipient of the register, with changes. */
  async request(to: string, changes: SealedChanges = {}): Promise<AssembledEnvelope> {
    return await this.sealed(to, { parts: [bodyPart(traceBody(this.party.id, to))], ...changes });
  }

  /** A message as it should be, of the kind and lane that the changes say. */
  async sealed(to: string, changes: SealedChanges): Promise<AssembledEnvelope> {
    const { register, sealer } = this.#parts;
    const sealingKey = register.participant(to)?.sealingKeys[0]?.recipient ?? "";
    const before = this.#pairs.get(pairOf(changes.header?.lane ?? Lane.NORMAL, to));
    const messageId = newMessageId();
    const ids = { messageId, conversationId: randomUUID() };
    return await sealedTraceRequest(sealer, this.party, [{ id: to, sealingKey }], {
      ...changes,
      header: { ...ids, ...changes.header },
      binding: { ...ids, ...changes.binding },
      recipient: {
        pairSequence: (before?.sequence ?? 0n) + 1n,
        prevPairDigest: before?.digest ?? new Uint8Array(),
        ...changes.recipient,
      },
    });
  }

  /** Its recipient has booked the number of this message: the next one comes after it. */
  book(message: AssembledEnvelope): void {
    const { lane, recipients } = headerOf(message);
    const pair = pairOf(lane, recipients[0] ?? "");
    const sequence = (this.#pairs.get(pair)?.sequence ?? 0n) + 1n;
    this.#pairs.set(pair, { sequence, digest: message.headerDigest });
  }

  #note(data: Uint8Array): void {
    const parsed = parseDispatch(data, { allowGatewaySender: true });
    if (!parsed.ok || parsed.value.message.header.kind !== Kind.RECEIPT) return;
    const { message } = parsed.value;
    const receipt = parseReceipt(message);
    if (!receipt.ok) return;
    const said = SAID.get(receipt.value.type);
    if (said === undefined) return;
    for (const item of receipt.value.items) this.#hear(message.header.sender, said, item);
  }

  #hear(by: string, said: Verdict["said"], item: ReceiptItem): void {
    const digest = item.message?.headerDigest ?? new Uint8Array();
    const key = Buffer.from(digest).toString("hex");
    const code = refusalNameOf(item.code) ?? "";
    const verdict: Verdict = { by, said, code, field: item.field };
    const all = this.#verdicts.get(key) ?? [];
    all.push(verdict);
    this.#verdicts.set(key, all);
    this.#waiting.get(key)?.(verdict);
    this.#waiting.delete(key);
  }
}

/** Numbers are given for each recipient and lane. */
function pairOf(lane: Lane, to: string): string {
  return `${lane} ${to}`;
}

/** A complete request of one State to another. */
export function traceBody(from: string, to: string): Uint8Array {
  const [requestingState, requestedState] = [from.slice(0, 2), to.slice(0, 2)];
  const request = completeTraceRequest();
  const { recovery } = request;
  return TraceRequest.encode({
    ...request,
    requestingState,
    requestedState,
    nationalCaseNumber: `${requestingState}/${newMessageId()}`,
    recovery: recovery && { ...recovery, country: requestingState, place: "" },
    // Nobody here would send the bytes of what it names.
    attachments: [],
  }).finish();
}
