import { createHash } from "node:crypto";
import { type ProvenEntry, verifyEvidenceBytes } from "./evidence.ts";
import { Fields } from "./protobuf.ts";
import { isSignedBy, type KnownKey, type KnownRegister, PURPOSE } from "./register.ts";
import { demand } from "./untrue.ts";

const RECEIPT_KIND = 6n;

/** A message whose signature and digests hold. */
export interface KnownMessage {
  readonly messageId: string;
  readonly kind: bigint;
  readonly sender: string;
  readonly recipients: readonly string[];
  readonly conversationId: string;
  /** The key that signed it. */
  readonly key: KnownKey;
  readonly headerDigest: Buffer;
  readonly signaturesDigest: Buffer;
  /** Content by part name; parts that were left out on the way are not in it. */
  readonly parts: ReadonlyMap<string, Buffer>;
  /** Digests of the parts that the header names, in its order. */
  readonly named: readonly Buffer[];
}

/** What a receipt says about one message. */
export interface KnownReceiptItem {
  readonly originalSender: string;
  readonly messageId: string;
  readonly headerDigest: Buffer;
  readonly code: bigint;
  readonly evidence: ProvenEntry | undefined;
}

/** A receipt under a signature that holds. */
export interface KnownReceipt {
  readonly sender: string;
  readonly recipient: string;
  readonly type: bigint;
  readonly items: readonly KnownReceiptItem[];
}

const sha256 = (bytes: Uint8Array): Buffer => createHash("sha256").update(bytes).digest();

/**
 * Verifies an envelope: who signed the header, and that the parts are those of the header. Of a
 * record parts may have been disposed of, if `may` says so.
 */
export function verifyMessage(
  envelope: Uint8Array,
  register: KnownRegister,
  may: { readonly lackParts: boolean } = { lackParts: false },
): KnownMessage {
  const fields = new Fields(envelope);
  const headerBytes = fields.bytes(1);
  const header = new Fields(headerBytes);
  const sender = header.text(3);
  const [signature, ...more] = fields.messages(2);
  demand(signature !== undefined && more.length === 0, "the message has not one signature");
  const key = register.keys.get(signature.text(1));
  demand(key !== undefined, "the key is not in the register");
  demand(key.owner === sender, "the key is another's");
  const purpose = sender === "GATEWAY" ? "receipt" : "header";
  demand(key.purpose === PURPOSE[purpose], "the key is not for this");
  const isGood = isSignedBy(key, purpose, headerBytes, signature.bytes(2));
  demand(isGood, "the signature does not verify");
  return {
    messageId: header.text(1),
    kind: header.number(2),
    sender,
    recipients: header.all(4).map(String),
    conversationId: header.text(6),
    key,
    headerDigest: sha256(headerBytes),
    signaturesDigest: sha256(Buffer.concat(fields.all(2))),
    parts: knownParts(fields, header, may.lackParts),
    named: header.messages(18).map((info) => info.bytes(3)),
  };
}

/** Every part on the wire must be the next that the header names with this digest. */
function knownParts(envelope: Fields, header: Fields, mayLack: boolean): Map<string, Buffer> {
  const named = [...header.messages(18)];
  const parts = new Map<string, Buffer>();
  for (const part of envelope.messages(3)) {
    const content = part.bytes(3);
    const isSame = (info: Fields): boolean =>
      info.text(1) === part.text(1) &&
      info.text(2) === part.text(2) &&
      info.number(4) === BigInt(content.length) &&
      info.bytes(3).equals(sha256(content));
    const at = named.findIndex(isSame);
    demand(at !== -1, `part ${part.text(1)} is not one of the header`);
    // Only key parts of other recipients may have been left out before it.
    const skipped = named.splice(0, at + 1).slice(0, -1);
    demand(mayLack || skipped.every((info) => info.text(2) !== ""), "a part is missing");
    parts.set(part.text(1), content);
  }
  demand(mayLack || named.every((info) => info.text(2) !== ""), "a part is missing");
  return parts;
}

/** Verifies a receipt and the evidence of each of its items. */
export function verifyReceipt(envelope: Uint8Array, register: KnownRegister): KnownReceipt {
  const message = verifyMessage(envelope, register);
  demand(message.kind === RECEIPT_KIND, "it is no receipt");
  const body = new Fields(message.parts.get("body") ?? Buffer.alloc(0));
  const items = body.messages(2).map((item) => knownItem(item, register));
  const [recipient = ""] = message.recipients;
  return { sender: message.sender, recipient, type: body.number(1), items };
}

function knownItem(item: Fields, register: KnownRegister): KnownReceiptItem {
  const about = item.message(1);
  demand(about !== undefined, "the receipt is about nothing");
  const [proof] = item.all(5);
  const evidence = proof === undefined ? undefined : verifyEvidenceBytes(proof, register);
  const headerDigest = about.bytes(3);
  if (evidence !== undefined) {
    const isAbout = evidence.headerDigest.equals(headerDigest);
    demand(isAbout && evidence.messageId === about.text(2), "the entry is about another message");
  }
  return {
    originalSender: about.text(1),
    messageId: about.text(2),
    headerDigest,
    code: item.number(2),
    evidence,
  };
}
