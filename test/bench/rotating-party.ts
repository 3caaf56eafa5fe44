import { connectBus } from "#bus";
import { Kind, ReceiptType } from "#proto";
import { createLogger, POST_LIMITS, systemClock } from "#runtime";
import {
  authenticateHeader,
  createSigner,
  loadSealingKeys,
  openRegisterClient,
  PAYLOAD_TYPES,
  type RegisterClient,
  type RegisterView,
  type Sealer,
  type SigningKeyPair,
  SigningRing,
} from "#trust";
import {
  type AssembledEnvelope,
  GATEWAY_SENDER,
  handedOnIn,
  type InboundMessage,
  inboxConsumer,
  outSubject,
  type ParsedMessage,
  parseDispatch,
  parseInSubject,
  parseReceipt,
  refusalNameOf,
  resign,
  type Transport,
} from "#wire";
import type { RunningExchange } from "../../deploy/local/index.ts";
import { headerOf, recipientReceipt } from "../support/messages.ts";
import type { SealedMessage } from "./sealed-ahead.ts";

/** A message of a party, and what it has heard of it. */
interface Sent {
  bytes: Uint8Array;
  readonly kind: Kind;
  readonly sentAtMs: number;
  attempts: number;
  carriedAtMs: number | undefined;
  acceptedAtMs: number | undefined;
  delivered: boolean;
}

const AGAIN_MS = 250;
/** Without a receipt of the gateway for so long, a message is sent again, and each time later. */
const RESEND_MS = 30_000;
const LOOK_MS = 5_000;
/** Messages handed to the sealer at a time. */
const OPENING = 4;
/** How often a receipt waits for the register that has its key. */
const PATIENCE = 40;

/**
 * A participant that stores nothing; its keys, its register and its credentials are those in its
 * folder, and follow what is published as a service's do. Receipts are verified, and what comes in
 * is opened with the keys it has then, once it is let.
 */
export class RotatingParty {
  readonly id: string;
  readonly sent = new Map<string, Sent>();
  /** Refusals that were not the revocation's, by code. */
  readonly refused: string[] = [];
  /** What did not open, or was not proven, by code. */
  readonly doubted: string[] = [];
  /** Times at which it had a version of the register. */
  readonly tookAtMs = new Map<bigint, number>();
  /** Messages it has opened, with the keys of the time. */
  readonly opened = new Set<string>();
  /** How often a message came that it had opened already. */
  twice = 0;
  resigned = 0;
  readonly #client: RegisterClient;
  readonly #keys: SigningRing;
  readonly #keysDir: string;
  readonly #transport: Transport;
  readonly #owed = new Map<string, { sender: string; message: AssembledEnvelope }[]>();
  readonly #arrived: Uint8Array[] = [];
  #identities: readonly string[] = [];
  #sealer: Sealer | undefined;
  #opening = 0;
  #flushing = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(
    id: string,
    client: RegisterClient,
    keys: SigningRing,
    bus: Transport,
    dir: string,
  ) {
    this.id = id;
    this.#client = client;
    this.#keys = keys;
    this.#transport = bus;
    this.#keysDir = dir;
  }

  static async open(exchange: RunningExchange, id: string): Promise<RotatingParty> {
    const { keysDir, natsCreds, register, rootPublicKeys } = exchange.paths.participant(id);
    const client = await openRegisterClient({
      ...{ taken: undefined, pins: undefined, clock: systemClock },
      file: register,
      rootPublicKeyFiles: rootPublicKeys,
    });
    const bus = await connectBus({
      servers: exchange.nats.url,
      credsFile: natsCreds,
      name: `bench.${id}`,
      inboxPrefix: `_I.${id}`,
      logger: createLogger({ name: "bench", level: "silent" }),
      publishInFlightMax: 500,
    });
    const keys = await SigningRing.open(keysDir, "header");
    const party = new RotatingParty(id, client, keys, bus, keysDir);
    await party.#loadIdentities();
    for (const lane of ["urgent", "normal"] as const) {
      await bus.consume("IN", inboxConsumer(lane), (inbound) => {
        party.#take(inbound);
        inbound.ack();
      });
    }
    party.#timer = setInterval(() => party.#sendLostAgain(), LOOK_MS);
    return party;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#transport.close();
  }

  get register(): RegisterView {
    return this.#client.current.view();
  }

  /** The key it signs with now. */
  get key(): SigningKeyPair {
    return this.#keys.newest(this.register, Date.now());
  }

  /** Of those it has sent, how many lack a receipt of the gateway or of the recipient. */
  get open(): number {
    let count = 0;
    for (const one of this.sent.values()) {
      if (one.acceptedAtMs === undefined || !one.delivered) count += 1;
    }
    return count;
  }

  /**
   * Sends what was sealed. What is `asSigned` keeps its signature as long as its key is not
   * revoked; anything else is signed by the key of now, over the same header.
   */
  send({ envelope, keyId, messageId }: SealedMessage, asSigned: boolean): void {
    const isRevoked = this.register.signingKey(keyId)?.key.revokedAt !== undefined;
    const bytes = asSigned && !isRevoked ? envelope.bytes : this.#signed(envelope.bytes);
    const { kind } = headerOf(envelope);
    const sent: Sent = {
      ...{ bytes, kind, attempts: 0, delivered: false, sentAtMs: performance.now() },
      ...{ carriedAtMs: undefined, acceptedAtMs: undefined },
    };
    this.sent.set(messageId, sent);
    void this.#publish(messageId, sent);
  }

  /** Sends what it will hear nothing good of: not counted among what it has sent. */
  forge({ envelope, messageId }: SealedMessage): void {
    const subject = outSubject(this.id, 2, headerOf(envelope).kind);
    const publication = { subject, data: envelope.bytes, transportId: `${messageId}.1` };
    void this.#transport.publish(publication).catch(() => undefined);
  }

  /** From now on it opens what has come and what comes, and confirms what it has opened. */
  startOpening(sealer: Sealer): void {
    this.#sealer = sealer;
    this.#openSome();
  }

  #signed(envelope: Uint8Array): Uint8Array {
    return resign(envelope, createSigner(this.key, PAYLOAD_TYPES.header));
  }

  async #publish(messageId: string, one: Sent): Promise<void> {
    one.attempts += 1;
    const transportId = `${messageId}.${one.attempts}`;
    const subject = outSubject(this.id, 2, one.kind);
    try {
      await this.#transport.publish({ subject, data: one.bytes, transportId });
      one.carriedAtMs ??= performance.now();
    } catch {
      setTimeout(() => void this.#publish(messageId, one), AGAIN_MS);
    }
  }

  #sendLostAgain(): void {
    for (const [id, one] of this.sent) {
      const waitsMs = performance.now() - one.sentAtMs;
      const isUnheard = one.acceptedAtMs === undefined && one.carriedAtMs !== undefined;
      if (isUnheard && waitsMs > RESEND_MS * one.attempts) void this.#publish(id, one);
    }
  }

  #take({ data, subject }: InboundMessage): void {
    // What is to be opened waits as it came: nothing of it is looked at before.
    if (parseInSubject(subject)?.kind === Kind.TRACE_REQUEST) {
      this.#arrived.push(data);
      this.#openSome();
      return;
    }
    const parsed = parseDispatch(data, { allowGatewaySender: true });
    if (!parsed.ok) throw new TypeError(parsed.refusal.detail);
    const { message } = parsed.value;
    if (message.header.kind === Kind.RECEIPT) void this.#hear(message);
    else this.#handedOn(message);
  }

  #handedOn(message: ParsedMessage): void {
    const { bytes, what } = handedOnIn(message);
    if (what === "register") void this.#follow(bytes);
  }

  async #follow(bytes: Uint8Array): Promise<void> {
    const verdict = this.#client.judge(bytes);
    if (verdict.outcome !== "newer") return;
    await Promise.all([this.#keys.reload(), this.#loadIdentities()]);
    if (verdict.register.view.version <= this.register.version) return;
    this.#client.putInForce(verdict.register);
    this.tookAtMs.set(this.register.version, performance.now());
  }

  async #loadIdentities(): Promise<void> {
    const keys = await loadSealingKeys(this.#keysDir);
    this.#identities = keys.map(({ identity }) => identity);
  }

  /** A receipt counts once its signature holds; its key may be in a register that is on its way. */
  async #hear(message: ParsedMessage, attempt = 1): Promise<void> {
    const { sender } = message.header;
    const verdict = await authenticateHeader(message, sender, this.register, Date.now());
    if (!verdict.ok) {
      if (attempt < PATIENCE) setTimeout(() => void this.#hear(message, attempt + 1), AGAIN_MS);
      else this.doubted.push(`receipt ${verdict.refusal.code}`);
      return;
    }
    const receipt = parseReceipt(message);
    if (!receipt.ok) throw new TypeError(receipt.refusal.detail);
    const { items, type } = receipt.value;
    for (const { code, message: about } of items) {
      const messageId = about?.messageId ?? "";
      const one = this.sent.get(messageId);
      if (one === undefined) continue;
      if (sender !== GATEWAY_SENDER) one.delivered = type === ReceiptType.DELIVERED;
      else if (type === ReceiptType.ACCEPTED) one.acceptedAtMs ??= performance.now();
      else this.#refusedBy(messageId, one, refusalNameOf(code) ?? "");
    }
  }

  /** What the revocation met on its way is signed again, as the outbox does. */
  #refusedBy(messageId: string, one: Sent, code: string): void {
    if (code !== "KEY_REVOKED") {
      this.refused.push(code);
      return;
    }
    this.resigned += 1;
    one.bytes = this.#signed(one.bytes);
    setTimeout(() => void this.#publish(messageId, one), AGAIN_MS);
  }

  #openSome(): void {
    const sealer = this.#sealer;
    if (sealer === undefined) return;
    while (this.#opening < OPENING) {
      const data = this.#arrived.shift();
      if (data === undefined) return;
      this.#opening += 1;
      void this.#openOne(data, sealer).finally(() => {
        this.#opening -= 1;
        this.#openSome();
      });
    }
  }

  async #openOne(data: Uint8Array, sealer: Sealer): Promise<void> {
    const parsed = parseDispatch(data, { allowGatewaySender: true });
    if (!parsed.ok) throw new TypeError(parsed.refusal.detail);
    const { message } = parsed.value;
    const { messageId } = message.header;
    if (this.opened.has(messageId)) this.twice += 1;
    else {
      const job = { envelope: message.bytes, recipient: this.id, identities: this.#identities };
      const result = await sealer.open(job);
      if (!result.ok) {
        this.doubted.push(`seal ${result.refusal.code}`);
        return;
      }
      this.opened.add(messageId);
    }
    this.#owe(message);
  }

  #owe(message: ParsedMessage): void {
    const { sender } = message.header;
    const of = this.#owed.get(sender) ?? [];
    of.push({ sender, message });
    this.#owed.set(sender, of);
    if (this.#flushing) return;
    this.#flushing = true;
    setTimeout(() => void this.#flush(), AGAIN_MS);
  }

  async #flush(): Promise<void> {
    while (this.#owed.size > 0) {
      const all = [...this.#owed.values()].flatMap((of) => of.splice(0, POST_LIMITS.inboxBatchMax));
      for (const [sender, left] of this.#owed) if (left.length === 0) this.#owed.delete(sender);
      for (const about of Map.groupBy(all, ({ sender }) => sender).values()) {
        const signer = createSigner(this.key, PAYLOAD_TYPES.header);
        const receipt = recipientReceipt({ id: this.id, key: this.key, signer }, about);
        const { kind, messageId } = headerOf(receipt);
        const bytes = receipt.bytes;
        const none = { sentAtMs: 0, attempts: 0, carriedAtMs: 0, acceptedAtMs: 0, delivered: true };
        await this.#publish(messageId, { ...none, bytes, kind });
      }
    }
    this.#flushing = false;
  }
}
