import { createHash } from "node:crypto";
import { demandGone, type ProvenDisposal, provenDisposals } from "./disposal.ts";
import { type ProvenEntry, verifyEvidenceFile } from "./evidence.ts";
import { openEvidenceBag } from "./evidence-bag.ts";
import { type KnownMessage, verifyMessage } from "./message.ts";
import { Fields } from "./protobuf.ts";
import { ed25519Key, type KnownRegister, openKnownRegister } from "./register.ts";
import { demandRenewed, type KnownRenewal, openKnownRenewal } from "./renewal.ts";
import { type KnownTimestamp, openKnownTimestamp, type TokenCheck } from "./timestamp.ts";
import { demand } from "./untrue.ts";

const KIND = { message: 1n, refusal: 2n, delivery: 3n, rejection: 4n, expiry: 5n, returned: 13n };
const OUTCOMES = new Map([
  [KIND.delivery, "delivered"],
  [KIND.rejection, "rejected"],
  [KIND.expiry, "expired"],
  [KIND.returned, "returned"],
]);

/** What an evidence file proves of one message. */
export interface ProvenMessage {
  readonly sender: string;
  readonly messageId: string;
  readonly outcome: "accepted" | "refused";
  readonly logIndex: number;
  readonly checkpointSize: number;
  readonly deliveries: readonly { readonly recipient: string; readonly outcome: string }[];
  /** Places in its header of parts that certificates say are gone. */
  readonly gone: readonly number[];
  /** How often it was renewed. */
  readonly renewals: number;
  /** The earliest time in a time-stamp under a root that was named, in milliseconds since 1970. */
  readonly stampedAtMs?: number | undefined;
}

/** How time-stamps are judged. */
interface StampTrust {
  /** SHA-256 of the root certificates of authorities that are believed, in hex. */
  readonly roots: readonly string[];
  readonly holds: TokenCheck;
}

const NO_TRUST: StampTrust = { roots: [], holds: () => false };

/**
 * Verifies an evidence file with the fingerprint of one root key: SHA-256 in hex, or its start. A
 * file with time-stamps needs somebody who verifies them.
 */
export function verifyEvidenceBag(
  file: Buffer,
  fingerprint: string,
  stampTrust: StampTrust = NO_TRUST,
): ProvenMessage[] {
  const { info, payload } = openEvidenceBag(file);
  const form = info.get("Bag-Software-Agent") ?? "";
  demand(/^Tracepost evidence [12]$/.test(form), "the bag is of another form");
  const rootPem = rootKey(payload, fingerprint);
  const registers = [...payload.keys()]
    .filter((name) => /^registers\/\d+\.bin$/.test(name))
    .map((name) => {
      const register = openKnownRegister(payload.get(name) ?? Buffer.alloc(0), rootPem);
      demand(name === `registers/${register.version}.bin`, `${name} is of another version`);
      return register;
    })
    .toSorted((one, other) => Number(one.version - other.version));
  const bag = new Bag(payload, registers);
  const proven: ProvenMessage[] = [];
  for (let n = 1; payload.has(`messages/${digits(n)}/message.bin`); n += 1) {
    proven.push(provenMessage(bag, `messages/${digits(n)}`, info.get("External-Identifier") ?? ""));
  }
  demand(proven.length > 0, "the bag is about nothing");
  const entries = proven.map(({ logIndex }) => BigInt(logIndex));
  const isOwn = bag.disposals.every(({ about }) => entries.includes(about));
  demand(isOwn, "a certificate is about a message that is not in the bag");
  const stamps = bag.timestamps(`messages/${digits(1)}/message.tlog-proof`, stampTrust.holds);
  const trusted = stamps.filter(({ root }) => stampTrust.roots.includes(root));
  return proven.map((one) => {
    const times = trusted.filter(({ size }) => one.logIndex < size).map(({ atMs }) => atMs);
    return times.length === 0 ? one : { ...one, stampedAtMs: Math.min(...times) };
  });
}

const digits = (n: number): string => String(n).padStart(3, "0");

function rootKey(payload: ReadonlyMap<string, Buffer>, fingerprint: string): string {
  const found = [...payload].find(
    ([name, raw]) =>
      name.startsWith("roots/") &&
      createHash("sha256").update(raw).digest("hex").startsWith(fingerprint),
  );
  demand(found !== undefined && fingerprint.length >= 32, "the root key is not in the bag");
  return ed25519Key(found[1]).export({ format: "pem", type: "spki" }).toString();
}

/** Files and registers of a bag. */
class Bag {
  readonly #payload: ReadonlyMap<string, Buffer>;
  readonly #registers: readonly KnownRegister[];
  readonly disposals: readonly ProvenDisposal[];
  readonly #renewals: readonly KnownRenewal[];

  constructor(payload: ReadonlyMap<string, Buffer>, registers: readonly KnownRegister[]) {
    this.#payload = payload;
    this.#registers = registers;
    const names = [...payload.keys()].filter((name) => /^disposals\/\d+\.bin$/.test(name));
    this.disposals = names.flatMap((name) => this.#disposal(name.slice(0, -".bin".length)));
    this.#renewals = this.#openRenewals();
  }

  /** How often what the bag holds was renewed. */
  get renewals(): number {
    return this.#renewals.length;
  }

  #openRenewals(): KnownRenewal[] {
    const newest = this.#registers.at(-1);
    demand(newest !== undefined, "the bag has no register");
    const found: KnownRenewal[] = [];
    for (let n = 1; this.has(`renewals/${digits(n)}.bin`); n += 1) {
      const signed = this.#payload.get(`renewals/${digits(n)}.bin`) ?? Buffer.alloc(0);
      const entry = this.entry(`renewals/${digits(n)}.tlog-proof`);
      found.push(openKnownRenewal(signed, entry, newest, found.at(-1)));
    }
    return found;
  }

  /** What an entry is about was hashed again, if anything in the bag was. */
  demandRenewed(entry: ProvenEntry, name?: string): void {
    const [first] = this.#renewals;
    if (first === undefined) return;
    const proof = this.#payload.get(`renewed/${entry.index}.bin`) ?? Buffer.alloc(0);
    const envelope = name === undefined ? undefined : this.#payload.get(name);
    demandRenewed(proof, first, { index: entry.index, entry: entry.bytes, envelope });
  }

  #disposal(name: string): ProvenDisposal[] {
    const certificate = this.#payload.get(`${name}.bin`) ?? Buffer.alloc(0);
    const opened = this.#payload.get(`${name}.opened.bin`) ?? Buffer.alloc(0);
    const digest = createHash("sha256").update(certificate).digest();
    const entry = this.entry(`${name}.tlog-proof`);
    const register = this.#registers.find(({ version }) => version === entry.registerVersion);
    return provenDisposals({ certificate, digest, opened }, entry, register);
  }

  /** Each against the tree that an entry is proven under. */
  timestamps(proof: string, holds: TokenCheck): KnownTimestamp[] {
    const register = this.#registers.at(-1);
    demand(register !== undefined, "the bag has no register");
    const { head: known } = this.entry(proof);
    const found: KnownTimestamp[] = [];
    for (let n = 1; this.has(`timestamps/${digits(n)}.tst`); n += 1) {
      const part = (ending: string): Buffer => {
        return this.#payload.get(`timestamps/${digits(n)}.${ending}`) ?? Buffer.alloc(0);
      };
      const files = { checkpoint: part("checkpoint"), consistency: part("consistency") };
      const signed = { ...files, root: part("root.der"), token: part("tst") };
      found.push(openKnownTimestamp(signed, { known, register }, holds));
    }
    return found;
  }

  has(name: string): boolean {
    return this.#payload.has(name);
  }

  /** An entry under the newest register, which keeps the keys that were replaced. */
  entry(name: string): ProvenEntry {
    const newest = this.#registers.at(-1);
    demand(newest !== undefined, "the bag has no register");
    return verifyEvidenceFile(this.#payload.get(name)?.toString("utf8") ?? "", newest);
  }

  /** A message under the register that it was recorded by, and a key that was valid then. */
  message(name: string, entry: ProvenEntry): KnownMessage {
    const register = this.#registers.find(({ version }) => version === entry.registerVersion);
    demand(register !== undefined, `register ${entry.registerVersion} is not in the bag`);
    const envelope = this.#payload.get(name) ?? Buffer.alloc(0);
    const message = verifyMessage(envelope, register, { lackParts: true });
    const { from, until } = message.key;
    demand(from <= entry.recordedAt && entry.recordedAt < until, "the key was not valid then");
    demand(isRecordOf(entry, message), `the entry of ${name} is about another message`);
    demand(entry.signaturesDigest.equals(message.signaturesDigest), "the signature is another");
    this.demandRenewed(entry, name);
    return message;
  }
}

const isRecordOf = (entry: ProvenEntry, message: KnownMessage): boolean =>
  entry.sender === message.sender &&
  entry.messageId === message.messageId &&
  entry.headerDigest.equals(message.headerDigest);

function provenMessage(bag: Bag, folder: string, subject: string): ProvenMessage {
  const entry = bag.entry(`${folder}/message.tlog-proof`);
  const message = bag.message(`${folder}/message.bin`, entry);
  const isRefused = entry.kind === KIND.refusal;
  demand(isRefused || entry.kind === KIND.message, "the entry is no record of a message");
  const { conversationId, messageId, sender } = message;
  const isMeant = [`message ${sender} ${messageId}`, `conversation ${conversationId}`];
  demand(isMeant.includes(subject), "the bag is about something else");
  const disposals = bag.disposals.filter(({ about }) => about === entry.index);
  for (const disposal of disposals) demandGone(disposal, message);
  const ends = new Map<string, string>();
  for (let n = 1; bag.has(`${folder}/receipts/${digits(n)}.bin`); n += 1) {
    const [recipient, outcome] = receiptEnd(bag, `${folder}/receipts/${digits(n)}`, message);
    ends.set(recipient, outcome);
  }
  for (let n = 1; bag.has(`${folder}/endings/${digits(n)}.tlog-proof`); n += 1) {
    const end = bag.entry(`${folder}/endings/${digits(n)}.tlog-proof`);
    demand(isRecordOf(end, message), "the end is that of another message");
    bag.demandRenewed(end);
    ends.set(end.results[0]?.[0] ?? "", OUTCOMES.get(end.kind) ?? "");
  }
  const routes = new Map(entry.results);
  const deliveries = message.recipients.map((recipient) => {
    const isRouted = (routes.get(recipient) ?? 0n) === 0n;
    return { recipient, outcome: isRouted ? (ends.get(recipient) ?? "open") : "refused" };
  });
  return {
    sender,
    messageId,
    outcome: isRefused ? "refused" : "accepted",
    logIndex: Number(entry.index),
    checkpointSize: Number(entry.head.size),
    deliveries: isRefused ? [] : deliveries,
    gone: disposals.flatMap(({ parts }) => parts.map(({ position }) => position)),
    renewals: bag.renewals,
  };
}

/** What a recipient has signed about a message, and the log has recorded. */
function receiptEnd(
  bag: Bag,
  name: string,
  message: KnownMessage,
): readonly [recipient: string, outcome: string] {
  const entry = bag.entry(`${name}.tlog-proof`);
  const receipt = bag.message(`${name}.bin`, entry);
  const body = new Fields(receipt.parts.get("body") ?? Buffer.alloc(0));
  const about = body.messages(2).map((item) => item.message(1));
  const names = about.some(
    (one) =>
      one?.text(1) === message.sender &&
      one.text(2) === message.messageId &&
      one.bytes(3).equals(message.headerDigest),
  );
  demand(names, "the receipt is about another message");
  const type = body.number(1);
  demand(entry.kind === type, "the entry records another kind of receipt");
  return [receipt.sender, OUTCOMES.get(type) ?? ""];
}
