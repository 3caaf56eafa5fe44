import type { ProvenEntry } from "./evidence.ts";
import { demandInclusion, leafHash } from "./merkle.ts";
import type { KnownMessage } from "./message.ts";
import { Fields } from "./protobuf.ts";
import { isSignedBy, type KnownRegister, PURPOSE } from "./register.ts";
import { demand } from "./untrue.ts";

const DISPOSAL = 8n;

/** What a certificate of disposal proves of one record. */
export interface ProvenDisposal {
  readonly certificate: bigint;
  /** Entry of the message. */
  readonly about: bigint;
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Buffer;
  readonly parts: readonly { readonly position: number; readonly sha256: Buffer }[];
}

/** Verifies a certificate and the items that are shown of it; the others stay unknown. */
export function provenDisposals(
  files: { readonly certificate: Buffer; readonly digest: Buffer; readonly opened: Buffer },
  entry: ProvenEntry,
  register: KnownRegister | undefined,
): ProvenDisposal[] {
  demand(entry.kind === DISPOSAL, "the entry is no disposal");
  demand(entry.headerDigest.equals(files.digest), "the entry is about another certificate");
  const certificate = new Fields(files.certificate);
  const opened = new Fields(files.opened);
  for (const signature of opened.messages(1)) {
    const key = register?.keys.get(signature.text(1));
    demand(key?.owner === "GATEWAY" && key.purpose === PURPOSE.receipt, "the key is another's");
    demand(key.from <= entry.recordedAt && entry.recordedAt < key.until, "the key was not valid");
    const isGood = isSignedBy(key, "disposal-certificate", files.certificate, signature.bytes(2));
    demand(isGood, "the signature of the certificate does not verify");
  }
  const disposedAt = certificate.message(4)?.number(1) ?? 0n;
  return opened.messages(2).map((one) => {
    const item = one.bytes(1);
    const [at, size, root] = [one.number(2), certificate.number(11), certificate.bytes(10)];
    demandInclusion(leafHash(item), at, size, one.all(3), root);
    const fields = new Fields(item);
    demand(fields.bytes(7).length === 16, "the item has no salt");
    const isDue = fields
      .messages(6)
      .every((part) => (part.message(6)?.number(1) ?? 0n) <= disposedAt);
    demand(isDue, "a part went before it was due");
    return {
      certificate: certificate.number(2),
      about: fields.number(1),
      sender: fields.text(2),
      messageId: fields.text(3),
      headerDigest: fields.bytes(4),
      parts: fields.messages(6).map((part) => {
        return { position: Number(part.number(1)), sha256: part.bytes(4) };
      }),
    };
  });
}

/** Demands that what is said to be gone is a part of the message. */
export function demandGone(disposal: ProvenDisposal, message: KnownMessage): void {
  demand(disposal.sender === message.sender, "the certificate names another sender");
  demand(disposal.messageId === message.messageId, "the certificate names another message");
  demand(
    disposal.headerDigest.equals(message.headerDigest),
    "the certificate names another header",
  );
  for (const { position, sha256 } of disposal.parts) {
    const isIts = message.named[position]?.equals(sha256) === true;
    demand(isIts, "the certificate names another part");
  }
}
