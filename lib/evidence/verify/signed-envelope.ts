/** A message as it was signed, of which parts may be gone. */
import { Envelope, Header, KeyPurpose, Kind } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import { isValidAt, PAYLOAD_TYPES, type RegisterView, verifyBytesNow } from "#trust";
import {
  decodeExactly,
  equalBytes,
  GATEWAY_SENDER,
  headerDigest,
  sha256,
  signaturesDigest,
} from "#wire";
import type { Problems } from "./problems.ts";
import type { PartFinding } from "./report.ts";

/** An envelope whose parts are those its header names. */
export interface ReadEnvelope {
  readonly envelope: Envelope;
  readonly header: Header;
  readonly headerDigest: Uint8Array;
  readonly signaturesDigest: Uint8Array;
  readonly parts: readonly Omit<PartFinding, "disposal">[];
  /** Id of the key that is said to have signed. */
  readonly keyId: string;
}

/** Reads an envelope and compares its parts with the header; undefined, and told, otherwise. */
export function readEnvelope(
  place: string,
  bytes: Uint8Array,
  problems: Problems,
): ReadEnvelope | undefined {
  const isLong = bytes.length > WIRE_LIMITS.envelopeBytesMax;
  const envelope = isLong ? undefined : decodeExactly(Envelope, bytes);
  const header = envelope && decodeExactly(Header, envelope.header);
  const [signature, ...others] = envelope?.signatures ?? [];
  if (envelope === undefined || header === undefined || signature === undefined) {
    problems.add(place, "is no signed message");
    return undefined;
  }
  if (others.length > 0) problems.add(place, "has more than one signature");
  const parts = partsOf(envelope, header);
  if (parts === undefined) {
    problems.add(place, "holds a part that its header does not name, or another one");
    return undefined;
  }
  return {
    envelope,
    header,
    headerDigest: headerDigest(envelope.header),
    signaturesDigest: signaturesDigest(envelope.signatures),
    parts,
    keyId: signature.keyId,
  };
}

/** Each part that is here must be the next of the header by name, size and digest. */
function partsOf(envelope: Envelope, header: Header): ReadEnvelope["parts"] | undefined {
  const left = [...envelope.parts];
  const found = header.parts.map(({ name, onlyFor, sha256: digest, sizeBytes }) => {
    const [next] = left;
    const isHere =
      next?.name === name &&
      next.onlyFor === onlyFor &&
      BigInt(next.content.length) === sizeBytes &&
      equalBytes(sha256(next.content), digest);
    if (isHere) left.shift();
    return { name, onlyFor, sizeBytes: Number(sizeBytes), isHere };
  });
  return left.length === 0 ? found : undefined;
}

/** Under what a signature is judged: a register, and when it was recorded. */
export interface JudgedBy {
  readonly register: RegisterView;
  readonly recordedAtMs: number;
}

/**
 * Whether its sender signed it with a key that the register had for this, valid when it was
 * recorded (TP-EVID-7). What is wrong is told.
 */
export function checkSigned(
  place: string,
  { envelope, header, keyId }: ReadEnvelope,
  { recordedAtMs, register }: JudgedBy,
  problems: Problems,
): void {
  const registered = register.signingKey(keyId);
  const isGateway = header.sender === GATEWAY_SENDER;
  const purpose = isGateway ? KeyPurpose.RECEIPT : KeyPurpose.HEADER;
  const owner = isGateway ? undefined : header.sender;
  const isOwn = registered?.key.purpose === purpose && registered.participant?.id === owner;
  if (registered === undefined || !isOwn) {
    const version = `version ${register.version} of the register`;
    problems.add(place, `${version} has no such key of ${header.sender}`);
    return;
  }
  const type = isGateway ? PAYLOAD_TYPES.receipt : PAYLOAD_TYPES.header;
  const [signature] = envelope.signatures;
  const value = signature?.value ?? new Uint8Array();
  const isGood = verifyBytesNow(registered.publicKey, type, envelope.header, value);
  problems.demand(isGood, place, `the signature of ${header.sender} does not verify`);
  const isValid = isValidAt(registered.key, recordedAtMs);
  problems.demand(isValid, place, `the key ${keyId} was not valid when it was recorded`);
}

/** Name of a kind, such as TRACE_REQUEST. */
export function kindName(kind: Kind): string {
  return Object.entries(Kind).find(([, value]) => value === kind)?.[0] ?? `KIND_${kind}`;
}
