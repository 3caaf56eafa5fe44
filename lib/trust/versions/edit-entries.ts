import {
  type Disclosure,
  KeyStatement,
  type Participant,
  type ParticipantStatus,
  RegisterEntry,
  RevocationReason,
  type SignedKeyStatement,
  type Timestamp,
} from "#proto";
import { toTimestamp } from "#wire";
import { sealingKeyId } from "./key-windows.ts";

/** Entries of a register, by the ids of their participants. */
type Entries = readonly RegisterEntry[];

/** The entry of a participant; undefined when it is not in there. */
export function entryFor(entries: Entries, id: string): RegisterEntry | undefined {
  return entries.find(({ participant }) => participant?.id === id);
}

/** Entries with one more, or with one replaced. */
export function withEntry(entries: Entries, entry: RegisterEntry): Entries {
  return [...entries.filter((one) => one.participant?.id !== entry.participant?.id), entry];
}

/** A new entry: the participant as it is admitted, and what it says about its keys. */
export function admittedEntry(
  participant: Participant,
  statement: SignedKeyStatement,
): RegisterEntry {
  return RegisterEntry.create({ participant, statement });
}

/** An entry with another standing, which counts from its version on. */
export function withStatus(entry: RegisterEntry, status: ParticipantStatus): RegisterEntry {
  const { participant } = entry;
  return participant === undefined ? entry : { ...entry, participant: { ...participant, status } };
}

/** An entry with some consents taken out and others put in, each once (TP-DISC-8). */
export function withDisclosures(
  entry: RegisterEntry,
  given: readonly Disclosure[],
  withdrawn: readonly Disclosure[],
): RegisterEntry {
  const { participant } = entry;
  if (participant === undefined) return entry;
  const isIn = (list: readonly Disclosure[], { aggregation, body }: Disclosure): boolean =>
    list.some((one) => one.body === body && one.aggregation === aggregation);
  const kept = participant.disclosures.filter((one) => !isIn([...given, ...withdrawn], one));
  return { ...entry, participant: { ...participant, disclosures: [...kept, ...given] } };
}

/**
 * An entry with the next statement about its keys. The one it replaces is kept among the changes
 * where it brought another identity key, so that a client that was away can follow (TP-REG-6).
 */
export function withStatement(entry: RegisterEntry, statement: SignedKeyStatement): RegisterEntry {
  const { identityChanges, statement: before } = entry;
  const isNeeded = before !== undefined && bringsIdentity(before);
  const changes = isNeeded ? [...identityChanges, before] : identityChanges;
  return { ...entry, statement, identityChanges: changes };
}

/** Why and since when keys are not believed any more. */
export interface RevocationOrder {
  readonly atMs: number;
  readonly reason: RevocationReason;
  /** Since when somebody else may have had them, milliseconds since 1970. */
  readonly compromisedAtMs?: number;
}

/**
 * Whether an order says more of a key than its revocation does: that somebody else may have had it.
 * Anything else leaves what is revoked as it was, and the time of revocation always stays.
 */
export function saysMore({ reason }: RevocationOrder, before: RevocationReason): boolean {
  return reason === RevocationReason.COMPROMISED && before !== RevocationReason.COMPROMISED;
}

/** An entry with keys revoked, named by their ids; those revoked already as `saysMore` has it. */
export function withRevocations(
  entry: RegisterEntry,
  keyIds: readonly string[],
  order: RevocationOrder,
): RegisterEntry {
  const { atMs, compromisedAtMs, reason } = order;
  const known = new Set(entry.revocations.map(({ keyId }) => keyId));
  const compromisedAt: Timestamp | undefined =
    compromisedAtMs === undefined ? undefined : toTimestamp(compromisedAtMs);
  const added = keyIds
    .filter((keyId) => !known.has(keyId))
    .map((keyId) => ({ keyId, revokedAt: toTimestamp(atMs), reason, compromisedAt }));
  const before = entry.revocations.map((one) =>
    keyIds.includes(one.keyId) && saysMore(order, one.reason)
      ? { ...one, reason, compromisedAt }
      : one,
  );
  return { ...entry, revocations: [...before, ...added] };
}

/** Ids of every key in the statement of an entry that signs messages or is sealed to. */
export function keyIdsOf({ statement }: RegisterEntry): readonly string[] {
  const { sealingKeys, signingKeys } = KeyStatement.decode(
    statement?.statement ?? new Uint8Array(0),
  );
  return [
    ...signingKeys.map(({ keyId }) => keyId),
    ...sealingKeys.map(({ recipient }) => sealingKeyId(recipient)),
  ];
}

/** Whether a statement is signed by a key that it does not hold: by the identity key before. */
function bringsIdentity({ signatures, statement }: SignedKeyStatement): boolean {
  const { identityKey, signingKeys } = KeyStatement.decode(statement);
  const own = new Set([identityKey, ...signingKeys].map((key) => key?.keyId));
  return signatures.some(({ keyId }) => !own.has(keyId));
}
