import { fileURLToPath } from "node:url";
import { Dispatch, Envelope, Header, Kind, Receipt, ReceiptType } from "#proto";
import { POST_LIMITS } from "#runtime";
import { headerDigest, inboxConsumer, outSubject, type Transport } from "#wire";
import { headerOf, recipientReceipt } from "../support/messages.ts";
import type { Party } from "../support/parties.ts";
import { endProgram, openBenchExchange } from "./exchange.ts";

const GATEWAY = fileURLToPath(new URL("../../gateway/main.ts", import.meta.url));
const RELAY = fileURLToPath(new URL("./relay.ts", import.meta.url));
const IDS = ["AT", "BR", "NE", "TR"];

/** One run of the floor or of the gateway. */
export interface ThroughputRun {
  readonly messages: number;
  readonly envelopeBytes: number;
  readonly elapsedMs: number;
  readonly perSecond: number;
}

/**
 * The raw relay: the same bytes, the same accounts, the same two publishes, nothing else. With
 * `readers` the recipients read and acknowledge beside it, as they do beside the gateway.
 */
export async function relayFloor(
  client: "stock" | "own",
  messages: number,
  receiptBytes: number,
  readers: boolean,
): Promise<ThroughputRun> {
  const exchange = await openBenchExchange(IDS);
  try {
    const envelopeBytes = await exchange.fill(messages);
    const reading = readers ? await Promise.all(IDS.map(exchange.connect)) : [];
    for (const transport of reading) {
      await transport.consume("IN", inboxConsumer("normal"), (inbound) => inbound.ack());
    }
    const relay = await exchange.startInGatewaysPlace(RELAY, {
      BENCH_CLIENT: client,
      BENCH_PARTICIPANTS: IDS.join(","),
      BENCH_MESSAGES: String(messages),
      BENCH_RECEIPT_BYTES: String(receiptBytes),
    });
    const elapsedMs = await new Promise<number>((resolve) => {
      relay.on("message", (said: { type: string; elapsedMs?: number }) => {
        if (said.type === "relayed") resolve(said.elapsedMs ?? 0);
      });
    });
    await endProgram(relay);
    await Promise.all(reading.map((transport) => transport.close()));
    return { messages, envelopeBytes, elapsedMs, perSecond: (messages / elapsedMs) * 1_000 };
  } finally {
    await exchange.close();
  }
}

/** The gateway, with recipients that receipt what they get, as focal points do. */
export async function gatewayThroughput(
  messages: number,
): Promise<ThroughputRun & { receiptBytes: number; delivered: number }> {
  const exchange = await openBenchExchange(IDS);
  try {
    const envelopeBytes = await exchange.fill(messages);
    const inboxes = await Promise.all(
      exchange.parties.map(async (party) => new Inbox(party, await exchange.connect(party.id))),
    );
    const finished = new Promise<number>((resolve) => countReceipts(inboxes, messages, resolve));
    await Promise.all(inboxes.map((inbox) => inbox.start()));
    const gateway = await exchange.startInGatewaysPlace(GATEWAY, {});
    const elapsedMs = await finished;
    const delivered = inboxes.reduce((sum, inbox) => sum + inbox.delivered, 0);
    await endProgram(gateway);
    await Promise.all(inboxes.map((inbox) => inbox.close()));
    return {
      messages,
      envelopeBytes,
      elapsedMs,
      perSecond: (messages / elapsedMs) * 1_000,
      receiptBytes: inboxes[0]?.receiptBytes ?? 0,
      delivered,
    };
  } finally {
    await exchange.close();
  }
}

/** Calls back with the time from the first `accepted` receipt to the last receipt and dispatch. */
function countReceipts(
  inboxes: readonly Inbox[],
  messages: number,
  done: (elapsedMs: number) => void,
): void {
  let accepted = 0;
  let dispatched = 0;
  let startedAt = 0;
  const settle = (): void => {
    if (accepted < messages || dispatched < messages) return;
    done(performance.now() - startedAt);
  };
  for (const inbox of inboxes) {
    inbox.onAccepted = () => {
      if (accepted === 0) startedAt = performance.now();
      accepted += 1;
      settle();
    };
    inbox.onMessage = () => {
      dispatched += 1;
      settle();
    };
  }
}

/** A recipient that stores nothing: it says `delivered`, in batches as lib/post does. */
class Inbox {
  readonly #party: Party;
  readonly #transport: Transport;
  readonly #pending = new Map<string, { sender: string; message: ReceivedMessage }[]>();
  #flushing = false;
  onAccepted: () => void = () => undefined;
  onMessage: () => void = () => undefined;
  delivered = 0;
  receiptBytes = 0;

  constructor(party: Party, transport: Transport) {
    this.#party = party;
    this.#transport = transport;
  }

  async start(): Promise<void> {
    await this.#transport.consume("IN", inboxConsumer("normal"), (inbound) => {
      inbound.ack();
      this.#take(inbound.data);
    });
  }

  async close(): Promise<void> {
    await this.#transport.close();
  }

  /** Reads as little as it can: what recipients cost is no part of what is measured. */
  #take(data: Uint8Array): void {
    const { envelope, evidence } = Dispatch.decode(data);
    // Of all dispatches, the gateway's own receipts alone carry no evidence beside them.
    if (evidence === undefined) {
      const count = acceptedIn(envelope);
      this.receiptBytes = Math.round(data.length / count);
      for (let n = 0; n < count; n += 1) this.onAccepted();
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
    await this.#transport.publish({ subject, data: receipt.bytes, transportId: `${messageId}.1` });
    this.delivered += about.length;
  }
}

interface ReceivedMessage {
  readonly bytes: Uint8Array;
  readonly headerBytes: Uint8Array;
  readonly headerDigest: Uint8Array;
}

/** How many messages a receipt of the gateway says are accepted. */
function acceptedIn(envelope: Uint8Array): number {
  const { parts } = Envelope.decode(envelope);
  const { type, items } = Receipt.decode(parts[0]?.content ?? new Uint8Array());
  if (type !== ReceiptType.ACCEPTED) throw new TypeError(`not accepted: ${items[0]?.code}`);
  return items.length;
}
