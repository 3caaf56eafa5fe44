import { createHash, verify } from "node:crypto";
import { openKnownCheckpoint } from "./checkpoint.ts";
import type { ProvenEntry } from "./evidence.ts";
import { demandInclusion, leafHashBy } from "./merkle.ts";
import { Fields } from "./protobuf.ts";
import {
  ed25519Key,
  type KnownRegister,
  mlDsa44Key,
  PURPOSE,
  preAuthentication,
} from "./register.ts";
import { demand } from "./untrue.ts";

const RENEWAL = 16n;
const HASHES: ReadonlyMap<string, string> = new Map([
  ["SHA-512", "sha512"],
  ["SHA3-512", "sha3-512"],
]);

/** A renewal of the log under signatures that hold. */
export interface KnownRenewal {
  readonly number: bigint;
  readonly digest: string;
  readonly size: bigint;
  readonly root: Buffer;
  readonly bytes: Buffer;
  /** Seconds since 1970. */
  readonly renewedAt: bigint;
}

const digestOf = (name: string, bytes: Uint8Array): Buffer =>
  createHash(name).update(bytes).digest();

/** Opens a renewal, which must follow the one before it, if there is one. */
export function openKnownRenewal(
  signed: Buffer,
  entry: ProvenEntry,
  register: KnownRegister,
  before: KnownRenewal | undefined,
): KnownRenewal {
  const outer = new Fields(signed);
  const bytes = outer.bytes(1);
  demandSigned(outer, bytes, register);
  demand(entry.kind === RENEWAL, "the entry is no renewal");
  demand(entry.headerDigest.equals(digestOf("sha256", bytes)), "the entry is of another renewal");
  const fields = new Fields(bytes);
  const digest = HASHES.get(fields.text(3));
  demand(digest !== undefined, "the renewal has an unknown algorithm");
  demand(fields.text(2) === register.logOrigin, "the renewal is of another log");
  const [number, size] = [fields.number(1), fields.number(4)];
  const head = openKnownCheckpoint(fields.text(6), register);
  demand(head.size === size, "the renewal is of another size than its checkpoint");
  const renewedAt = fields.message(9)?.number(1) ?? 0n;
  if (before !== undefined) {
    demand(number === before.number + 1n, "a renewal is missing");
    demand(size >= before.size && renewedAt >= before.renewedAt, "the renewal goes back");
    const previous = digestOf(digest, before.bytes);
    demand(fields.bytes(8).equals(previous), "the renewal does not name the one before it");
  }
  return { number, digest, size, root: fields.bytes(5), bytes, renewedAt };
}

/** At least one key of the log has signed it, and no known key falsely. */
function demandSigned(outer: Fields, bytes: Buffer, register: KnownRegister): void {
  const signed = preAuthentication("log-renewal", bytes);
  const logKeys = new Map(
    register.logKeys.map((raw) => {
      return [digestOf("sha256", raw).subarray(0, 16).toString("hex"), mlDsa44Key(raw)] as const;
    }),
  );
  let good = 0;
  for (const signature of outer.messages(2)) {
    const keyId = signature.text(1);
    const own = register.keys.get(keyId);
    const isOwn = own?.owner === "GATEWAY" && own.purpose === PURPOSE.checkpoint;
    const key = logKeys.get(keyId) ?? (isOwn ? ed25519Key(own.raw) : undefined);
    if (key === undefined) continue;
    demand(verify(null, signed, key, signature.bytes(2)), "a signature of the renewal is false");
    good += 1;
  }
  demand(good > 0, "no key of the log has signed the renewal");
}

/** Demands that an entry, and the message it is about, were hashed again. */
export function demandRenewed(
  proof: Buffer,
  renewal: KnownRenewal,
  about: { readonly index: bigint; readonly entry: Buffer; readonly envelope: Buffer | undefined },
): void {
  const fields = new Fields(proof);
  const [leaf, index] = [fields.bytes(1), fields.number(2)];
  demand(index === about.index, "it proves another entry");
  const { digest, root, size } = renewal;
  demandInclusion(leafHashBy(digest, leaf), index, size, fields.all(3), root, digest);
  const renewed = new Fields(leaf);
  demand(renewed.bytes(1).equals(about.entry), "another entry was hashed again");
  if (about.envelope === undefined) return;
  const envelope = new Fields(about.envelope);
  const named = new Set(
    renewed.messages(2).map((one) => `${one.text(1)} ${one.bytes(3).toString("hex")}`),
  );
  const has = (of: string, bytes: Uint8Array): boolean =>
    named.has(`${of} ${digestOf(digest, bytes).toString("hex")}`);
  demand(has("header", envelope.bytes(1)), "another header was hashed again");
  const signatures = Buffer.concat(envelope.all(2));
  demand(has("signatures", signatures), "other signatures were hashed again");
}
