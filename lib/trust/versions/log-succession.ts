/** That a log has ended, and which one is kept from now on (TP-SUCC-1, TP-SUCC-2). */
import type { KeyObject } from "node:crypto";
import {
  KeyPurpose,
  LogSuccession,
  type RegisterManifest,
  type RootKeySet,
  SignedLogSuccession,
} from "#proto";
import { LOG_LIMITS, REGISTER_LIMITS } from "#runtime";
import { decodeExactly, encodeMessage, equalBytes, sha256, timestampMs } from "#wire";
import { PAYLOAD_TYPES } from "../dsse.ts";
import { publicKeyOf, type SigningKeyPair } from "../keys.ts";
import { type RootSigned, rootsThatSigned, withRootSignature } from "../root-signatures.ts";
import { isKeyFor } from "./key-windows.ts";
import { isLogKey } from "./log-trust.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";

/** Origins are one line of a checkpoint (C2SP tlog-checkpoint): no blank, no plus sign. */
export const LOG_ORIGIN = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

/** A statement of succession that is well-formed; who signed it is for who follows it. */
export interface OpenedSuccession {
  readonly signed: SignedLogSuccession;
  readonly succession: LogSuccession;
  /** SHA-256 of the encoded SignedLogSuccession; the first entry of the new log names it. */
  readonly digest: Uint8Array;
  readonly succeedsAtMs: number;
}

/** Encodes a statement of succession, signed by nobody yet. */
export function draftSuccession(succession: LogSuccession): Uint8Array {
  const bytes = encodeMessage(LogSuccession, succession);
  return encodeMessage(SignedLogSuccession, { succession: bytes, signatures: [] });
}

/** Reads a file of a statement, whoever signed it: MALFORMED with the field that is wrong. */
export function parseSuccession(bytes: Uint8Array): RegisterOutcome<OpenedSuccession> {
  const isLarge = bytes.length > REGISTER_LIMITS.successionBytesMax;
  const signed = isLarge ? undefined : decodeExactly(SignedLogSuccession, bytes);
  if (signed !== undefined) return openSuccession(signed);
  const detail = isLarge
    ? `is over ${REGISTER_LIMITS.successionBytesMax} bytes`
    : "is not encoded as we do";
  return registerRefused("MALFORMED", "succession", detail);
}

/** Reads a statement (TP-SUCC-1): MALFORMED with the field that is wrong. */
export function openSuccession(signed: SignedLogSuccession): RegisterOutcome<OpenedSuccession> {
  const refused = (field: string, detail: string) =>
    registerRefused("MALFORMED", `succession${field}`, detail);
  const succession = decodeExactly(LogSuccession, signed.succession);
  if (succession === undefined) return refused("", "is not encoded as we do");
  const { newOrigin, oldOrigin } = succession;
  if (!LOG_ORIGIN.test(oldOrigin)) return refused(".old_origin", "is no origin");
  if (!LOG_ORIGIN.test(newOrigin)) return refused(".new_origin", "is no origin");
  if (newOrigin === oldOrigin) return refused(".new_origin", "is the name of the old log");
  if (succession.checkpoint.length > LOG_LIMITS.noteBytesMax) {
    return refused(".checkpoint", `is over ${LOG_LIMITS.noteBytesMax} characters`);
  }
  if ((succession.checkpoint === "") !== succession.noCosignedCheckpoint) {
    const detail = "is given, or it is said that none is known: one of the two";
    return refused(".checkpoint", detail);
  }
  const { checkpointKeys, logKeys, reason } = succession;
  const areKeys = checkpointKeys.every((key) => isKeyFor(key, KeyPurpose.CHECKPOINT));
  if (checkpointKeys.length === 0 || checkpointKeys.length > REGISTER_LIMITS.keysMax || !areKeys) {
    return refused(".checkpoint_keys", "are none, too many, or hold a bad one");
  }
  if (logKeys.length > REGISTER_LIMITS.logKeysMax || !logKeys.every(isLogKey)) {
    return refused(".log_keys", "hold a bad one, or too many");
  }
  const succeedsAtMs = timestampMs(succession.succeedsAt);
  if (succeedsAtMs === undefined) return refused(".succeeds_at", "is missing");
  if (reason === "" || reason.length > REGISTER_LIMITS.reasonCharsMax) {
    return refused(".reason", `has 1 to ${REGISTER_LIMITS.reasonCharsMax} characters`);
  }
  if (succession.registerVersion < 2n) return refused(".register_version", "is above 1");
  const digest = sha256(encodeMessage(SignedLogSuccession, signed));
  return { ok: true, value: { signed, succession, digest, succeedsAtMs } };
}

/** Adds a signature of a root key; that of a key that has signed already is replaced. */
export function addSuccessionSignature(
  signed: SignedLogSuccession,
  root: SigningKeyPair,
): Uint8Array {
  const signatures = withRootSignature(rootSigned(signed), root);
  return encodeMessage(SignedLogSuccession, { ...signed, signatures });
}

/** Ids of the root keys that have signed a statement. */
export function successionSignatures(
  signed: SignedLogSuccession,
  keys: readonly KeyObject[],
): string[] {
  return rootsThatSigned(rootSigned(signed), keys);
}

function rootSigned({ signatures, succession }: SignedLogSuccession): RootSigned {
  return { type: PAYLOAD_TYPES.logSuccession, payload: succession, signatures };
}

/** Whether as many root keys of a set have signed a statement as must. */
export function isSuccessionSigned(signed: SignedLogSuccession, roots: RootKeySet): boolean {
  const keys = roots.keys.map(({ publicKey }) => publicKeyOf(publicKey));
  return roots.threshold >= 1 && successionSignatures(signed, keys).length >= roots.threshold;
}

/** What a manifest says of the log and its name. */
type NamesLog = Pick<
  RegisterManifest,
  "gatewayKeys" | "logKeys" | "logOrigin" | "logSuccessions" | "version"
>;

/**
 * Follows the name of the log from one manifest to the next (TP-SUCC-2): the same name with the
 * same successions, or one succession more, from the old name to the new one, signed by the
 * threshold of the roots before it, for this version, to a name the log never had, with keys that
 * the manifest names. Refuses SUCCESSION or MALFORMED.
 */
export function followSuccession(
  before: NamesLog,
  next: NamesLog,
  roots: RootKeySet,
): RegisterOutcome<undefined> {
  const refused = (detail: string) =>
    registerRefused("SUCCESSION", "manifest.log_successions", detail);
  const known = before.logSuccessions.length;
  const isKept = before.logSuccessions.every((one, at) => isSame(one, next.logSuccessions[at]));
  if (!isKept) return refused("lack one that was there before, or hold another in its place");
  const added = next.logSuccessions.slice(known);
  const [brought] = added;
  if (brought === undefined) {
    if (next.logOrigin === before.logOrigin) return { ok: true, value: undefined };
    const detail = `is ${next.logOrigin} after ${before.logOrigin}, and no statement says why`;
    return registerRefused("SUCCESSION", "manifest.log_origin", detail);
  }
  if (added.length > 1) return refused("bring more than one at a time");
  const opened = openSuccession(brought);
  if (!opened.ok) return opened;
  const { newOrigin, oldOrigin, registerVersion } = opened.value.succession;
  if (!isSuccessionSigned(brought, roots)) return refused("are not signed by enough root keys");
  if (oldOrigin !== before.logOrigin) {
    return refused(`end the log ${oldOrigin}; ${before.logOrigin} is the one that is kept`);
  }
  if (newOrigin !== next.logOrigin) return refused(`begin the log ${newOrigin}, not the one named`);
  if (registerVersion !== next.version) {
    return refused(`are for version ${registerVersion} of the register, not ${next.version}`);
  }
  if (originsBefore(before).includes(newOrigin)) return refused(`use the name ${newOrigin} again`);
  const missing = missingKey(opened.value.succession, next);
  if (missing !== undefined) return refused(`name the key ${missing}, which the register lacks`);
  return { ok: true, value: undefined };
}

/** What a newcomer asks of the successions of a manifest that root keys have signed. */
export function successionsProblem({
  logOrigin,
  logSuccessions,
}: Pick<NamesLog, "logOrigin" | "logSuccessions">): string | undefined {
  if (logSuccessions.length > REGISTER_LIMITS.successionsMax) return "are too many";
  const opened = logSuccessions.map(openSuccession);
  const found = opened.flatMap((one) => (one.ok ? [one.value.succession] : []));
  if (found.length < opened.length) return "hold one that is not well-formed";
  const isChain = found.every(
    ({ newOrigin }, at) => (found[at + 1]?.oldOrigin ?? logOrigin) === newOrigin,
  );
  if (!isChain) return "do not lead to the name of the log";
  const names = found.map(({ oldOrigin }) => oldOrigin);
  return new Set([...names, logOrigin]).size === names.length + 1
    ? undefined
    : "use a name of the log twice";
}

function originsBefore({ logOrigin, logSuccessions }: NamesLog): string[] {
  const names = logSuccessions.map((one) => LogSuccession.decode(one.succession).oldOrigin);
  return [...names, logOrigin];
}

function missingKey(succession: LogSuccession, next: NamesLog): string | undefined {
  const named = [...next.gatewayKeys, ...next.logKeys];
  return [...succession.checkpointKeys, ...succession.logKeys].find(
    ({ keyId, publicKey }) =>
      !named.some((key) => key.keyId === keyId && equalBytes(key.publicKey, publicKey)),
  )?.keyId;
}

function isSame(one: SignedLogSuccession, other: SignedLogSuccession | undefined): boolean {
  if (other === undefined) return false;
  const [left, right] = [one, other].map((signed) => encodeMessage(SignedLogSuccession, signed));
  return left !== undefined && right !== undefined && equalBytes(left, right);
}
