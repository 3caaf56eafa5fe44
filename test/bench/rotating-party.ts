import { connectBus } from "#bus";
import { Kind, ReceiptType } from "#proto";
import { createLogger, POST_LIMITS, systemClock } from "#runtime";
import {
  createSigner,
  openRegisterClient,
  PAYLOAD_TYPES,
  type RegisterClient,
  SigningRing,
} from "#trust";
import {
  type AssembledEnvelope,
  GATEWAY_SENDER,
  type HeaderSigner,
  handedOnIn,
  inboxConsumer,
  outSubject,
  type ParsedMessage,
  parseDispatch,
  parseReceipt,
  refusalNameOf,
  resign,
  type Transport,
} from "#wire";
import type { RunningExchange } from "../../deploy/local/index.ts";
import { headerOf, recipientReceipt, traceRequest } from "../support/messages.ts";

/** A message of a party, and what it has heard of it. */
interface Sent {
  bytes: Uint8Array;
  readonly kind: Kind;
  readonly sentAtMs: number;
  attempts: number;
  acceptedAfterMs: number | undefined;
  delivered: boolean;
}

/** Refusals that are of the key, not of the message: signed again as the outbox does. */
const OF_THE_KEY: readonly string[] = ["KEY_REVOKED", "KEY_EXPIRED", "KEY_UNKNOWN"];
const AGAIN_MS = 250;
/** Without a receipt for so long, a message is sent again, and each time later. */
const RESEND_MS = 10_000;
const LOOK_MS = 5_000;

/**
 * A participant that stores nothing and seals in looks only; its keys, its register and its
 * credentials are those in its folder, and follow what is published as a service's do.
 */
export class RotatingParty {
  readonly id: string;
  readonly sent = new Map<string, Sent>();
  /** Refusals that a valid key should not have got, by code. */
  readonly refused: string[] = [];
  /** Times at which it had a version of the register. */
  readonly tookAtMs = new Map<bigint, number>();
  resigned = 0;
  taken = 0;
  readonly #client: RegisterClient;
  readonly #keys: SigningRing;
  readonly #transport: Transport;
  readonly #owed = new Map<string, { sender: string; message: AssembledEnvelope }[]>();
  #flushing = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(id: string, client: RegisterClient, keys: SigningRing, bus: Transport) {
    this.id = id;
    this.#client = client;
    this.#keys = keys;
    this.#transport = bus;
  }

  static async open(exchange: RunningExchange, id: string): Promise<RotatingParty> {
    const { keysDir, natsCreds, register, rootPublicKeys } = exchange.paths.participant(id);
    const none = { taken: undefined, pins: undefined };
    const kept = {
      ...none,
      file: register,
      rootPublicKeyFiles: rootPublicKeys,
      clock: systemClock,
    };
    const bus = await connectBus({
      servers: exchange.nats.url,
      credsFile: natsCreds,
      name: `bench.${id}`,
      inboxPrefix: `_I.${id}`,
      logger: createLogger({ name: "bench", level: "silent" }),
      publishInFlightMax: 500,
    });
    const keys = await SigningRing.open(keysDir, "header");
    const party = new RotatingParty(id, await openRegisterClient(kept), keys, bus);
    for (const lane of ["urgent", "normal"] as const) {
      await bus.consume("IN", inboxConsumer(lane), ({ ack, data }) => {
        party.#take(data);
        ack();
      });
    }
    party.#timer = setInterval(() => party.#sendLostAgain(), LOOK_MS);
    return party;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#transport.close();
  }

  get registerVersion(): bigint {
    return this.#client.current.view().version;
  }

  /** Of those it has sent, how many lack a receipt of the gateway or of the recipient. */
  get open(): number {
    const all = [...this.sent.values()];
    return all.filter((one) => one.acceptedAfterMs === undefined || !one.delivered).length;
  }

  /** Sends one message; with `signer`, signed by that key and by no other. */
  send(to: string, signer?: HeaderSigner): string {
    const own = { id: this.id, key: undefined as never, signer: signer ?? this.#signer() };
    const message = traceRequest(own, [to], { registerVersion: this.registerVersion });
    const { kind, messageId } = headerOf(message);
    const sentAtMs = performance.now();
    const sent = { bytes: message.bytes, kind, sentAtMs, attempts: 0 };
    const one = { ...sent, acceptedAfterMs: undefined, delivered: false };
    if (signer === undefined) this.sent.set(messageId, one);
    void this.#publish(messageId, one);
    return messageId;
  }

  #signer(): HeaderSigner {
    const key = this.#keys.newest(this.#client.current.view(), Date.now());
    return createSigner(key, PAYLOAD_TYPES.header);
  }

  async #publish(messageId: string, one: Sent): Promise<void> {
    one.attempts += 1;
    const transportId = `${messageId}.${one.attempts}`;
    const subject = outSubject(this.id, 2, one.kind);
    await this.#transport.publish({ subject, data: one.bytes, transportId }).catch(() => {
      setTimeout(() => void this.#publish(messageId, one), AGAIN_MS);
    });
  }

  #sendLostAgain(): void {
    for (const [id, one] of this.sent) {
      const waitsMs = performance.now() - one.sentAtMs;
      const isLost = one.acceptedAfterMs === undefined || !one.delivered;
      if (isLost && waitsMs > RESEND_MS * one.attempts) void this.#publish(id, one);
    }
  }

  #take(data: Uint8Array): void {
    const parsed = parseDispatch(data, { allowGatewaySender: true });
    if (!parsed.ok) throw new TypeError(parsed.refusal.detail);
    const { message } = parsed.value;
    const { kind, sender } = message.header;
    if (kind === Kind.REGISTER) this.#handedOn(message);
    else if (kind === Kind.RECEIPT) this.#hear(message, sender === GATEWAY_SENDER);
    else this.#receipt(message);
  }

  #handedOn(message: ParsedMessage): void {
    const { bytes, what } = handedOnIn(message);
    if (what === "register") void this.#follow(bytes);
  }

  async #follow(bytes: Uint8Array): Promise<void> {
    const verdict = this.#client.judge(bytes);
    if (verdict.outcome !== "newer") return;
    await this.#keys.reload();
    if (verdict.register.view.version <= this.registerVersion) return;
    this.#client.putInForce(verdict.register);
    this.tookAtMs.set(this.registerVersion, performance.now());
  }

  #hear(message: ParsedMessage, isGateway: boolean): void {
    const receipt = parseReceipt(message);
    if (!receipt.ok) throw new TypeError(receipt.refusal.detail);
    const { items, type } = receipt.value;
    for (const { code, message: about } of items) {
      const one = this.sent.get(about?.messageId ?? "");
      if (one === undefined) continue;
      if (!isGateway) one.delivered = type === ReceiptType.DELIVERED;
      else if (type === ReceiptType.ACCEPTED) {
        one.acceptedAfterMs ??= performance.now() - one.sentAtMs;
      } else this.#refusedBy(about?.messageId ?? "", one, refusalNameOf(code) ?? "");
    }
  }

  #refusedBy(messageId: string, one: Sent, code: string): void {
    if (!OF_THE_KEY.includes(code)) {
      this.refused.push(code);
      return;
    }
    this.resigned += 1;
    one.bytes = resign(one.bytes, this.#signer());
    setTimeout(() => void this.#publish(messageId, one), AGAIN_MS);
  }

  #receipt(message: ParsedMessage): void {
    const { sender } = message.header;
    this.taken += 1;
    const of = this.#owed.get(sender) ?? [];
    of.push({ sender, message });
    this.#owed.set(sender, of);
    if (this.#flushing) return;
    this.#flushing = true;
    setImmediate(() => void this.#flush());
  }

  async #flush(): Promise<void> {
    while (this.#owed.size > 0) {
      const all = [...this.#owed.values()].flatMap((of) => of.splice(0, POST_LIMITS.inboxBatchMax));
      for (const [sender, left] of this.#owed) if (left.length === 0) this.#owed.delete(sender);
      for (const about of Map.groupBy(all, ({ sender }) => sender).values()) {
        const own = { id: this.id, key: undefined as never, signer: this.#signer() };
        const receipt = recipientReceipt(own, about);
        const { kind, messageId } = headerOf(receipt);
        const none = { sentAtMs: 0, attempts: 0, acceptedAfterMs: 0, delivered: true };
        await this.#publish(messageId, { ...none, bytes: receipt.bytes, kind });
      }
    }
    this.#flushing = false;
  }
}
