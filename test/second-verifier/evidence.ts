import { fromBase64, type KnownHead, openKnownCheckpoint } from "./checkpoint.ts";
import { demandInclusion, leafHash } from "./merkle.ts";
import { Fields } from "./protobuf.ts";
import type { KnownRegister } from "./register.ts";
import { demand } from "./untrue.ts";

/** An entry that is proven to be in the log. */
export interface ProvenEntry {
  readonly index: bigint;
  /** The entry as it was logged, to the byte. */
  readonly bytes: Buffer;
  readonly head: KnownHead;
  readonly kind: bigint;
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Buffer;
  readonly signaturesDigest: Buffer;
  readonly code: bigint;
  /** Recipients that it is about, with codes. */
  readonly results: readonly (readonly [recipient: string, code: bigint])[];
  readonly registerVersion: bigint;
  /** Seconds since 1970. */
  readonly recordedAt: bigint;
}

/** Verifies a `LogEvidence` as it travels. */
export function verifyEvidenceBytes(evidence: Uint8Array, register: KnownRegister): ProvenEntry {
  const fields = new Fields(evidence);
  return prove(fields.bytes(1), fields.number(2), fields.all(4), fields.text(3), register);
}

/** Verifies evidence as a file: C2SP tlog-proof with the entry as its extra data. */
export function verifyEvidenceFile(file: string, register: KnownRegister): ProvenEntry {
  const gap = file.indexOf("\n\n");
  demand(gap > 0, "the file has no checkpoint");
  const [title, extra = "", index = "", ...path] = file.slice(0, gap).split("\n");
  demand(title === "c2sp.org/tlog-proof@v1", "the file is no tlog-proof");
  demand(extra.startsWith("extra "), "the file has no entry");
  demand(/^index (0|[1-9][0-9]*)$/.test(index), "the file has no index");
  return prove(
    fromBase64(extra.slice("extra ".length)),
    BigInt(index.slice("index ".length)),
    path.map(fromBase64),
    file.slice(gap + 2),
    register,
  );
}

function prove(
  entry: Buffer,
  index: bigint,
  path: readonly Buffer[],
  checkpoint: string,
  register: KnownRegister,
): ProvenEntry {
  const head = openKnownCheckpoint(checkpoint, register);
  demandInclusion(leafHash(entry), index, head.size, path, head.root);
  const fields = new Fields(entry);
  return {
    index,
    bytes: entry,
    head,
    kind: fields.number(1),
    sender: fields.text(2),
    messageId: fields.text(3),
    headerDigest: fields.bytes(4),
    signaturesDigest: fields.bytes(5),
    code: fields.number(6),
    results: fields.messages(8).map((one) => [one.text(1), one.number(2)] as const),
    registerVersion: fields.number(9),
    recordedAt: fields.message(12)?.number(1) ?? 0n,
  };
}
