import { Dispatch, Envelope, Header, Kind, Receipt, ReceiptType } from "#proto";
import { POST_LIMITS } from "#runtime";
import { headerDigest, inboxConsumer, type LaneToken, outSubject, type Transport } from "#wire";
import { headerOf, recipientReceipt } from "../support/messages.ts";
import type { Party } from "../support/parties.ts";

interface ReceivedMessage {
  readonly bytes: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly headerDigest: Uint8Array;
}

/** A recipient that stores nothing: it says `delivered`, in batches as lib/post does. */
export class Inbox {
  readonly #party: Party;
  readonly #transport: Transport;
  readonly #pending = new Map<string, { sender: string; message: ReceivedMessage }[]>();
  #flushing = false;
  #isClosed = false;
  /** The gateway accepted messages of this party: their ids. */
  onAccepted: (messageIds: readonly string[]) => void = () => undefined;
  /** A message came in. */
  onMessage: () => void = () => undefined;
  /** Messages it said `delivered` for. */
  delivered = 0;
  /** Bytes of an `accepted` receipt for each message it covers. */
  receiptBytes = 0;

  constructor(party: Party, transport: Transport) {
    this.#party = party;
    this.#transport = transport;
  }

  /** Begins to read. */
  async start(lanes: readonly LaneToken[] = ["normal"]): Promise<void> {
    for (const lane of lanes) {
      await this.#transport.consume("IN", inboxConsumer(lane), (inbound) => {
        inbound.ack();
        this.#take(inbound.data);
      });
    }
  }

  /** Ends its connection. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#transport.close();
  }

  /** Reads as little as it can: what recipients cost is no part of what is measured. */
  #take(data: Uint8Array): void {
    const { envelope, evidence } = Dispatch.decode(data);
    // Of all dispatches, the gateway's own receipts alone carry no evidence beside them.
    if (evidence === undefined) {
      const ids = acceptedIn(envelope);
      this.receiptBytes = Math.round(data.length / ids.length);
      this.onAccepted(ids);
      return;
    }
    const { header: headerBytes } = Envelope.decode(envelope);
    const header = Header.decode(headerBytes);
    if (header.kind === Kind.RECEIPT) return;
    this.onMessage();
    const message = { bytes: envelope, headerBytes, headerDigest: headerDigest(headerBytes) };
    const of = this.#pending.get(header.sender) ?? [];
    of.push({ sender: header.sender, message });
    this.#pending.set(header.sender, of);
    if (!this.#flushing) {
      this.#flushing = true;
      setImmediate(() => void this.#flush());
    }
  }

  async #flush(): Promise<void> {
    while (this.#pending.size > 0) {
      const batches = [...this.#pending.values()];
      this.#pending.clear();
      for (const all of batches) {
        while (all.length > 0) await this.#say(all.splice(0, POST_LIMITS.inboxBatchMax));
      }
    }
    this.#flushing = false;
  }

  async #say(about: { sender: string; message: ReceivedMessage }[]): Promise<void> {
    const receipt = recipientReceipt(this.#party, about);
    const { messageId, lane, kind } = headerOf(receipt);
    const subject = outSubject(this.#party.id, lane, kind);
    for (let attempt = 1; ; attempt += 1) {
      const publication = { subject, data: receipt.bytes, transportId: `${messageId}.${attempt}` };
      const isCarried = await this.#transport.publish(publication).then(
        () => true,
        () => false,
      );
      if (isCarried || this.#isClosed) break;
    }
    this.delivered += about.length;
  }
}

/** Which messages a receipt of the gateway says are accepted. */
function acceptedIn(envelope: Uint8Array): string[] {
  const { parts } = Envelope.decode(envelope);
  const { type, items } = Receipt.decode(parts[0]?.content ?? new Uint8Array());
  if (type !== ReceiptType.ACCEPTED) throw new TypeError(`not accepted: ${items[0]?.code}`);
  return items.map((item) => item.message?.messageId ?? "");
}
