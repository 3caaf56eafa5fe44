import { createHash, createPublicKey, type KeyObject, verify } from "node:crypto";
import { leafHash, rootOf } from "./merkle.ts";
import { Fields } from "./protobuf.ts";
import { demand } from "./untrue.ts";

/** What a key may sign, by its number in the contract. */
export const PURPOSE = { header: 1n, receipt: 2n, checkpoint: 3n } as const;

/** A key of the register. */
export interface KnownKey {
  /** A participant id, or GATEWAY. */
  readonly owner: string;
  readonly purpose: bigint;
  readonly raw: Buffer;
  /** As the register says: 0 is Ed25519, 1 is ECDSA on P-256. */
  readonly algorithm: bigint;
  /** Seconds since 1970 from and until when it counts; revoked by then, if it is. */
  readonly from: bigint;
  readonly until: bigint;
}

/** Who signs with what, as the root keys say. */
export interface KnownRegister {
  readonly version: bigint;
  readonly logOrigin: string;
  /** Logs before it, each with how far it is proven, by statements of the root keys. */
  readonly endedLogs: ReadonlyMap<string, bigint>;
  readonly keys: ReadonlyMap<string, KnownKey>;
  /** Raw ML-DSA-44 keys that sign checkpoints too. */
  readonly logKeys: readonly Buffer[];
}

/** SubjectPublicKeyInfo of an Ed25519 key up to the key itself (RFC 8410 section 4). */
const ED25519_SPKI = Buffer.from("302a300506032b6570032100", "hex");

/** SubjectPublicKeyInfo of an ML-DSA-44 key up to the key itself (RFC 9881). */
const ML_DSA_44_SPKI = Buffer.from("30820532300b06096086480165030403110382052100", "hex");

/** An ML-DSA-44 public key of 1,312 raw bytes. */
export function mlDsa44Key(raw: Uint8Array): KeyObject {
  demand(raw.length === 1_312, "an ML-DSA-44 key has 1312 bytes");
  const key = Buffer.concat([ML_DSA_44_SPKI, raw]);
  return createPublicKey({ key, format: "der", type: "spki" });
}

/** An Ed25519 public key of 32 raw bytes. */
export function ed25519Key(raw: Uint8Array): KeyObject {
  demand(raw.length === 32, "an Ed25519 key has 32 bytes");
  return createPublicKey({ key: Buffer.concat([ED25519_SPKI, raw]), format: "der", type: "spki" });
}

/** SubjectPublicKeyInfo of a P-256 key up to its point in compressed form (RFC 5480 section 2). */
const P256_SPKI = Buffer.from("3039301306072a8648ce3d020106082a8648ce3d030107032200", "hex");
/** Order of the group of P-256. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** Whether a key of the register has signed for a purpose, by the suite the register names. */
export function isSignedBy(
  { algorithm, raw }: Pick<KnownKey, "algorithm" | "raw">,
  purpose: "header" | "receipt" | "key-statement" | "disposal-certificate",
  payload: Uint8Array,
  signature: Uint8Array,
): boolean {
  if (algorithm === 0n) return isSigned(ed25519Key(raw), purpose, payload, signature);
  demand(algorithm === 1n && raw.length === 33, "a P-256 key has 33 bytes");
  if (signature.length !== 64) return false;
  const s = BigInt(`0x${Buffer.from(signature.subarray(32)).toString("hex")}`);
  // The mirrored half of each signature is refused: it can be made without the key.
  if (2n * s > P256_ORDER) return false;
  const spki = Buffer.concat([P256_SPKI, raw]);
  const key = createPublicKey({ key: spki, format: "der", type: "spki" });
  const signed = preAuthentication(purpose, payload);
  return verify("sha256", signed, { key, dsaEncoding: "ieee-p1363" }, signature);
}

/** DSSE pre-authentication encoding. */
export function preAuthentication(purpose: string, payload: Uint8Array): Buffer {
  const type = `application/vnd.tracepost.${purpose}.v1`;
  const head = `DSSEv1 ${type.length} ${type} ${payload.length} `;
  return Buffer.concat([Buffer.from(head), payload]);
}

/** Verifies an Ed25519 signature over the DSSE pre-authentication encoding of a payload. */
function isSigned(
  key: KeyObject,
  purpose: string,
  payload: Uint8Array,
  signature: Uint8Array,
): boolean {
  return verify(null, preAuthentication(purpose, payload), key, signature);
}

/** Reads a register file that a root key, in PEM, has signed: whole, or as a bundle. */
export function openKnownRegister(file: Uint8Array, rootPem: string): KnownRegister {
  const signed = new Fields(file);
  const body = signed.bytes(1);
  if (isBundle(body)) return openKnownBundle(signed, rootPem);
  const root = createPublicKey(rootPem);
  const isRoot = signed.messages(2).some((one) => isSigned(root, "register", body, one.bytes(2)));
  demand(isRoot, "the register is not signed by the root key");
  const register = new Fields(body);
  const keys = new KeyTable();
  for (const participant of register.messages(5)) {
    for (const key of participant.messages(7)) keys.learn(participant.text(1), key);
  }
  for (const key of register.messages(6)) keys.learn("GATEWAY", key);
  const logKeys = register.messages(8).map((key) => key.bytes(2));
  return {
    ...{ version: register.number(1), logOrigin: register.text(4), keys: keys.byId, logKeys },
    endedLogs: new Map(),
  };
}

/** The first field of a register is its version, a number; that of a manifest is bytes. */
function isBundle(body: Buffer): boolean {
  return new Fields(body).all(1).length > 0;
}

/** A manifest of the root keys, and the entries it has the Merkle root of. */
function openKnownBundle(bundle: Fields, rootPem: string): KnownRegister {
  const last = bundle.messages(1).at(-1);
  const body = last?.bytes(1) ?? Buffer.alloc(0);
  const manifest = new Fields(body);
  const entries = entriesOf(bundle, manifest);
  const root = createPublicKey(rootPem);
  const bySign = (key: KeyObject): boolean =>
    last?.messages(2).some((one) => isSigned(key, "register-manifest", body, one.bytes(2))) ===
    true;
  demand(bySign(root), "the register is not signed by the root key");
  const roots = manifest.message(8);
  const signed = roots?.messages(2).filter((one) => bySign(ed25519Key(one.bytes(2)))) ?? [];
  demand(BigInt(signed.length) >= (roots?.number(1) ?? 1n), "too few root keys have signed");
  const keys = new KeyTable();
  for (const entry of entries) learnEntry(new Fields(entry), keys);
  for (const key of manifest.messages(9)) keys.learn("GATEWAY", key);
  const logKeys = manifest.messages(12).map((key) => key.bytes(2));
  const logOrigin = manifest.text(4);
  const endedLogs = endedLogsOf(manifest, roots?.messages(2) ?? [], roots?.number(1) ?? 1n);
  return { version: manifest.number(1), logOrigin, keys: keys.byId, logKeys, endedLogs };
}

/** Each statement of succession: signed by enough root keys, and one leading to the next. */
function endedLogsOf(
  manifest: Fields,
  roots: readonly Fields[],
  threshold: bigint,
): Map<string, bigint> {
  const ended = new Map<string, bigint>();
  const statements = manifest.messages(14);
  for (const [at, statement] of statements.entries()) {
    const body = statement.bytes(1);
    const said = new Fields(body);
    const signed = roots.filter((root) => {
      const key = ed25519Key(root.bytes(2));
      return statement
        .messages(2)
        .some((one) => isSigned(key, "log-succession", body, one.bytes(2)));
    });
    demand(BigInt(signed.length) >= threshold, "too few root keys have signed a succession");
    const [next] = statements.slice(at + 1).map((one) => new Fields(one.bytes(1)).text(1));
    demand(said.text(4) === (next ?? manifest.text(4)), "a succession leads to another log");
    const note = said.text(2);
    const isUnknown = said.number(3) === 1n;
    demand(isUnknown === (note === ""), "a succession says both or neither of a checkpoint");
    const [origin = "", size = "0"] = note.split("\n");
    demand(isUnknown || origin === said.text(1), "a succession ends another log");
    demand(!ended.has(said.text(1)), "a log ends twice");
    ended.set(said.text(1), isUnknown ? 0n : BigInt(size));
  }
  return ended;
}

/** The entries of a manifest: in its order, and those that it has the Merkle root of. */
function entriesOf(bundle: Fields, manifest: Fields): Buffer[] {
  const given = new Map(
    bundle.all(3).map((one) => [createHash("sha256").update(one).digest("hex"), one]),
  );
  const digests = bundle.all(2);
  demand(rootOf(digests.map(leafHash)).equals(manifest.bytes(6)), "the entries are others");
  return digests.map((digest) => {
    const entry = given.get(digest.toString("hex"));
    demand(entry !== undefined, "an entry of the register is missing");
    return entry;
  });
}

/** What a participant says of its keys itself, less what is revoked. */
function learnEntry(entry: Fields, keys: KeyTable): void {
  const id = entry.message(1)?.text(1) ?? "";
  const said = entry.message(2);
  const body = said?.bytes(1) ?? Buffer.alloc(0);
  const statement = new Fields(body);
  const identity = statement.message(3);
  demand(identity !== undefined && statement.text(1) === id, `${id} has no statement of its own`);
  const key = { algorithm: identity.number(9), raw: identity.bytes(2) };
  const isOwn = said?.messages(2).some((one) => {
    return isSignedBy(key, "key-statement", body, one.bytes(2));
  });
  demand(isOwn === true, `the statement of ${id} is not its own`);
  const revoked = new Map(
    entry.messages(4).map((one) => [one.text(1), one.message(2)?.number(1) ?? 0n]),
  );
  for (const one of statement.messages(4)) keys.learn(id, one, revoked.get(one.text(1)));
}

/** Keys by their ids, each once. */
class KeyTable {
  readonly byId = new Map<string, KnownKey>();

  learn(owner: string, key: Fields, revokedAt?: bigint): void {
    const raw = key.bytes(2);
    const id = createHash("sha256").update(raw).digest("hex").slice(0, 32);
    demand(key.text(1) === id && !this.byId.has(id), "a key of the register has a wrong id");
    const at = (field: number): bigint | undefined => key.message(field)?.number(1);
    const [from, until] = [at(4) ?? 0n, at(5) ?? 0n];
    const ends = [until, at(6) ?? until, revokedAt ?? until].reduce((a, b) => (a < b ? a : b));
    const [purpose, algorithm] = [key.number(3), key.number(9)];
    this.byId.set(id, { owner, purpose, raw, algorithm, from, until: ends });
  }
}
