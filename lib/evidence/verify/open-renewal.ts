/** Renewals of the log, offline: who has signed one, and what it holds (TP-RENEW-3). */
import type { KeyObject } from "node:crypto";
import {
  isRenewalDigest,
  openCheckpoint,
  type RenewalDigest,
  renewalTree,
  verifyInclusion,
} from "#message-log";
import {
  KeyPurpose,
  LogRenewal,
  RenewedEntry,
  type RenewedProof,
  RevocationReason,
  SignedLogRenewal,
} from "#proto";
import { LOG_LIMITS } from "#runtime";
import { checkpointKeysOf, PAYLOAD_TYPES, type RegisterView, verifyBytesNow } from "#trust";
import { decodeExactly } from "#wire";

/** A renewal that keys of the log have signed. */
export interface OpenedRenewal {
  /** What was signed, to the byte. */
  readonly bytes: Uint8Array;
  readonly renewal: LogRenewal;
  readonly digest: RenewalDigest;
  /** The signatures that hold, as algorithm and key id. */
  readonly signers: readonly string[];
}

/**
 * Opens a renewal: undefined unless a key of the log that the register has signed it, no signature
 * of a known key is false, and the checkpoint in it is the log's, of the size that it says.
 */
export function openRenewal(signed: Uint8Array, register: RegisterView): OpenedRenewal | undefined {
  const read = decodeExactly(SignedLogRenewal, signed);
  const renewal = read && decodeExactly(LogRenewal, read.renewal);
  if (read === undefined || renewal?.logOrigin !== register.logOrigin) return undefined;
  const { renewal: bytes, signatures } = read;
  const { digest } = renewal;
  const isBounded = signatures.length <= LOG_LIMITS.noteSignaturesMax;
  if (!isBounded || !isRenewalDigest(digest)) return undefined;
  const head = openCheckpoint(renewal.checkpoint, register.logOrigin, checkpointKeysOf(register));
  if (head === undefined || BigInt(head.size) !== renewal.size) return undefined;
  const signers: string[] = [];
  for (const { algorithm, keyId, publicKey } of logKeysOf(register)) {
    for (const { value } of signatures.filter((one) => one.keyId === keyId)) {
      if (!verifyBytesNow(publicKey, PAYLOAD_TYPES.renewal, bytes, value)) return undefined;
      signers.push(`${algorithm} ${keyId}`);
    }
  }
  return signers.length === 0 ? undefined : { bytes, renewal, digest, signers };
}

interface LogSigningKey {
  readonly algorithm: string;
  readonly keyId: string;
  readonly publicKey: KeyObject;
}

/** Keys that vouch for the log: those of checkpoints that are not compromised, and ML-DSA-44. */
function logKeysOf(register: RegisterView): readonly LogSigningKey[] {
  const checkpointKeys = register
    .gatewayKeys(KeyPurpose.CHECKPOINT)
    .filter(({ key }) => key.revocationReason !== RevocationReason.COMPROMISED);
  return [
    ...checkpointKeys.map(({ key, publicKey }) => {
      return { algorithm: "Ed25519", keyId: key.keyId, publicKey };
    }),
    ...register.logKeys.map((publicKey, at) => {
      return { algorithm: "ML-DSA-44", keyId: register.logKeyIds[at] ?? "", publicKey };
    }),
  ];
}

/** The leaf of an entry in the second tree; undefined when the path does not lead to its root. */
export function renewedEntry(
  { digest, renewal: { renewedRoot, size } }: OpenedRenewal,
  { index, leaf, path }: RenewedProof,
): RenewedEntry | undefined {
  const tree = renewalTree(digest);
  const claim = { leafHash: tree.leaf(leaf), index: Number(index), size: Number(size), path };
  const isIn = verifyInclusion({ ...claim, rootHash: renewedRoot }, tree);
  return isIn ? decodeExactly(RenewedEntry, leaf) : undefined;
}
