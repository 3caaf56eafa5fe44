import { type KeyRevocation, type Participant, RegisterEntry, RevocationReason } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import { decodeExactly, sha256, timestampMs } from "#wire";
import { isSignedBy, type OpenedStatement, openKeyStatement } from "./key-statement.ts";
import { type RegisterOutcome, registerRefused } from "./register-refusal.ts";

/** An entry of the register that is well-formed and whose statements hold. */
export interface OpenedEntry {
  /** The exact bytes that its digest is of. */
  readonly bytes: Uint8Array;
  /** SHA-256 of the bytes, lower-case hex. */
  readonly digest: string;
  /** Without keys. */
  readonly participant: Participant;
  readonly statement: OpenedStatement;
  /** Earlier statements that brought another identity key, oldest first. */
  readonly identityChanges: readonly OpenedStatement[];
  readonly revocations: readonly KeyRevocation[];
}

/** SHA-256 of an entry, lower-case hex: the name it is fetched by. */
export function entryDigest(bytes: Uint8Array): string {
  return Buffer.from(sha256(bytes)).toString("hex");
}

/**
 * Reads an entry (TP-REG-4, TP-REG-6): exactly encoded, its keys in statements that the keys
 * themselves have signed, each new identity key signed by the one before. ENTRY_INVALID with the
 * field. What the participant says of itself is checked with the register as a whole.
 */
export function openEntry(bytes: Uint8Array): RegisterOutcome<OpenedEntry> {
  if (bytes.length > REGISTER_LIMITS.entryBytesMax) {
    const detail = `is over ${REGISTER_LIMITS.entryBytesMax} bytes`;
    return registerRefused("ENTRY_INVALID", "entry", detail);
  }
  const entry = decodeExactly(RegisterEntry, bytes);
  if (entry?.participant === undefined) {
    return registerRefused("ENTRY_INVALID", "entry", "is not encoded as we do");
  }
  const { participant, revocations } = entry;
  const field = `entry[${participant.id.slice(0, 32)}]`;
  if (participant.signingKeys.length + participant.sealingKeys.length > 0) {
    const detail = "holds keys outside of the participant's own statement";
    return registerRefused("ENTRY_INVALID", `${field}.participant`, detail);
  }
  if (entry.identityChanges.length > REGISTER_LIMITS.identityChangesMax) {
    const detail = `hold more than ${REGISTER_LIMITS.identityChangesMax}`;
    return registerRefused("ENTRY_INVALID", `${field}.identity_changes`, detail);
  }
  const opened: OpenedStatement[] = [];
  for (const signed of [...entry.identityChanges, entry.statement]) {
    const statement = openKeyStatement(signed, `${field}.statement`);
    if (!statement.ok) return statement;
    const problem = successionProblem(statement.value, opened.at(-1), participant.id);
    if (problem !== undefined)
      return registerRefused("ENTRY_INVALID", `${field}.statement`, problem);
    opened.push(statement.value);
  }
  if (revocations.length > REGISTER_LIMITS.revocationsMax || !revocations.every(isRevocation)) {
    return registerRefused("ENTRY_INVALID", `${field}.revocations`, "hold a bad one, or too many");
  }
  const statement = opened.pop() as OpenedStatement;
  const digest = entryDigest(bytes);
  return {
    ok: true,
    value: { bytes, digest, participant, statement, identityChanges: opened, revocations },
  };
}

/** A statement follows the one before: of the same owner, later, signed by its identity key. */
function successionProblem(
  { signed, statement }: OpenedStatement,
  before: OpenedStatement | undefined,
  owner: string,
): string | undefined {
  if (statement.participant !== owner) return "is of another participant";
  if (before === undefined) return undefined;
  if (statement.sequence <= before.statement.sequence) return "is not later than the one before";
  return isSignedBy(signed, before.identityKey)
    ? undefined
    : "is not signed by the identity key before";
}

function isRevocation({ keyId, reason, revokedAt }: KeyRevocation): boolean {
  const isReason =
    reason !== RevocationReason.UNSPECIFIED &&
    Object.values<number>(RevocationReason).includes(reason);
  return keyId !== "" && timestampMs(revokedAt) !== undefined && isReason;
}
