import { connect, type Socket } from "node:net";
import { parseCreds } from "@nats-io/jwt";
import { Nkey } from "../../deploy/local/provision/nkey.ts";
import type { Attempt } from "./nats-attacker.ts";

/** A message the hub has sent to a leaf. */
export interface LeafMessage {
  readonly subject: string;
  readonly data: string;
}

/** What a leaf says of itself, beside who it is. */
export type LeafWords = Readonly<Record<string, unknown>>;

/** The hub has ended the link. */
export const CUT = "the link is cut";

const CRLF = "\r\n";
/** What the hub says comes at once; after this it never will. */
const PATIENCE_MS = 5_000;

/**
 * The link of a leaf without a nats-server behind it: it says what it likes, in the words that
 * leafs and hubs have among themselves, and sees what the hub makes of it.
 */
export class RawLeaf {
  readonly messages: LeafMessage[] = [];
  /** Subjects the hub says it wants. */
  readonly wanted: string[] = [];
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #errors: string[] = [];
  #rest = Buffer.alloc(0);
  #pongs = new Set<() => void>();
  #greeted: ((info: { nonce?: string }) => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    this.#closed = new Promise((resolve) => socket.once("close", () => resolve()));
    socket.on("error", () => undefined);
    socket.on("data", (bytes: Buffer) => this.#read(bytes));
  }

  /** Connects, and says nothing yet. */
  static async dial(port: number): Promise<{ leaf: RawLeaf; nonce: string }> {
    const socket = connect(port, "127.0.0.1");
    const leaf = new RawLeaf(socket);
    const greeted = new Promise<{ nonce?: string }>((resolve) => {
      leaf.#greeted = resolve;
    });
    const { nonce = "" } = await greeted;
    return { leaf, nonce };
  }

  /** Connects and logs in with the text of a credentials file. */
  static async enter(port: number, credentials: string, words: LeafWords = {}): Promise<RawLeaf> {
    const { leaf, nonce } = await RawLeaf.dial(port);
    const { jwt, key } = await parseCreds(new TextEncoder().encode(credentials));
    const signed = Nkey.fromSeedText(key).sign(new TextEncoder().encode(nonce));
    const sig = Buffer.from(signed).toString("base64url");
    leaf.say(`CONNECT ${JSON.stringify({ ...WORDS, jwt, sig, ...words })}`);
    return leaf;
  }

  /** Says a line as it is. */
  say(line: string): void {
    this.#socket.write(line + CRLF);
  }

  /** Publishes; returns what the hub complained of, "" when it took it. */
  async publish(subject: string, attempt: Attempt = {}): Promise<string> {
    const data = attempt.data ?? "attack";
    const reply = attempt.reply === undefined ? "" : ` ${attempt.reply}`;
    const lines = Object.entries(attempt.headers ?? {}).map(([name, value]) => `${name}: ${value}`);
    if (lines.length === 0) {
      this.say(`LMSG ${subject}${reply} ${Buffer.byteLength(data)}${CRLF}${data}`);
    } else {
      const head = ["NATS/1.0", ...lines, "", ""].join(CRLF);
      const sizes = `${Buffer.byteLength(head)} ${Buffer.byteLength(head + data)}`;
      this.say(`HMSG ${subject}${reply} ${sizes}${CRLF}${head}${data}`);
    }
    return await this.heard();
  }

  /** Says that it wants a subject; returns what the hub complained of. */
  async subscribe(subject: string): Promise<string> {
    this.say(`LS+ ${subject}`);
    return await this.heard();
  }

  /**
   * Waits until the hub has read everything; returns what it complained of, CUT when it hung up.
   * Its last words are lost where it hung up on what it had not read: they stand in its log.
   */
  async heard(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#pongs.add(resolve);
    if (this.#socket.writable) this.say("PING");
    const late = setTimeout(resolve, PATIENCE_MS);
    await Promise.race([promise, this.#closed]);
    clearTimeout(late);
    this.#pongs.delete(resolve);
    const errors = this.#errors.join("; ");
    this.#errors = [];
    return this.#socket.closed ? CUT : errors;
  }

  /** Waits until the hub has closed the link. */
  async hungUp(): Promise<void> {
    await this.#closed;
  }

  close(): void {
    this.#socket.destroy();
  }

  #read(bytes: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, bytes]);
    for (;;) {
      const end = this.#rest.indexOf(CRLF);
      if (end < 0) return;
      const [verb = "", ...words] = this.#rest.toString("utf8", 0, end).split(" ");
      const isMessage = verb === "LMSG" || verb === "HMSG";
      const size = isMessage ? Number(words.at(-1)) : 0;
      const after = end + CRLF.length + (isMessage ? size + CRLF.length : 0);
      if (this.#rest.length < after) return;
      const data = this.#rest.toString("utf8", end + CRLF.length, end + CRLF.length + size);
      this.#rest = this.#rest.subarray(after);
      this.#take(verb, words, data);
    }
  }

  #take(verb: string, words: readonly string[], data: string): void {
    const [subject = ""] = words;
    if (verb === "INFO") this.#greeted?.(JSON.parse(words.join(" ")));
    else if (verb === "PING") this.say("PONG");
    else if (verb === "PONG") for (const done of this.#pongs) done();
    else if (verb === "-ERR") this.#errors.push(words.join(" "));
    else if (verb === "LS+") this.wanted.push(subject);
    else if (verb === "LMSG" || verb === "HMSG") this.messages.push({ subject, data });
  }
}

/** As a nats-server names itself. */
const WORDS: LeafWords = {
  version: "2.15.1",
  server_id: "NATTACKER",
  name: "attacker",
  cluster: "attacker",
  headers: true,
  jetstream: false,
  compress_mode: "not supported",
  remote_account: "NE",
};
