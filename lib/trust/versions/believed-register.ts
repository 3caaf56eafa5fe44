import {
  type KeyRevocation,
  type Participant,
  ParticipantRegister,
  type SealingKey,
  type SigningKey,
  type Timestamp,
} from "#proto";
import { timestampMs } from "#wire";
import type { OpenedStatement } from "./key-statement.ts";
import { isWindow, sealingKeyId } from "./key-windows.ts";
import type { OpenedManifest } from "./manifest.ts";
import type { OpenedEntry } from "./register-entry.ts";

/**
 * The register as a client believes it: what the entries say of each participant, with the keys of
 * the statement pinned for it, less what is revoked (TP-REG-8). Revocation is obeyed whoever's keys
 * are pinned.
 */
export function believedRegister(
  { manifest }: OpenedManifest,
  entries: readonly OpenedEntry[],
  statements: ReadonlyMap<string, OpenedStatement>,
): ParticipantRegister {
  return ParticipantRegister.create({
    version: manifest.version,
    issuedAt: manifest.issuedAt,
    expiresAt: manifest.expiresAt,
    logOrigin: manifest.logOrigin,
    participants: entries.map((entry) => {
      const believed = statements.get(entry.participant.id) ?? entry.statement;
      return withKeys(entry.participant, believed, entry.revocations);
    }),
    gatewayKeys: manifest.gatewayKeys,
    groups: manifest.groups,
    logKeys: manifest.logKeys,
    witnesses: manifest.witnesses,
    logSuccessions: manifest.logSuccessions,
  });
}

function withKeys(
  participant: Participant,
  { statement }: OpenedStatement,
  revocations: readonly KeyRevocation[],
): Participant {
  const revoked = new Map(revocations.map((revocation) => [revocation.keyId, revocation]));
  return {
    ...participant,
    signingKeys: statement.signingKeys.map((key) => revokedKey(key, revoked.get(key.keyId))),
    sealingKeys: statement.sealingKeys
      .map((key) => endedKey(key, revoked.get(sealingKeyId(key.recipient))))
      .filter(({ notAfter, notBefore }) => isWindow(notBefore, notAfter)),
  };
}

function revokedKey(key: SigningKey, revocation: KeyRevocation | undefined): SigningKey {
  if (revocation === undefined) return key;
  return {
    ...key,
    revokedAt: earlier(key.revokedAt, revocation.revokedAt),
    revocationReason: revocation.reason,
    compromisedAt: earlier(key.compromisedAt, revocation.compromisedAt),
  };
}

/** Nothing is sealed to a revoked key from then on. */
function endedKey(key: SealingKey, revocation: KeyRevocation | undefined): SealingKey {
  return { ...key, notAfter: earlier(key.notAfter, revocation?.revokedAt) };
}

function earlier(left: Timestamp | undefined, right: Timestamp | undefined): Timestamp | undefined {
  const leftMs = timestampMs(left) ?? Number.POSITIVE_INFINITY;
  const rightMs = timestampMs(right) ?? Number.POSITIVE_INFINITY;
  return leftMs <= rightMs ? left : right;
}
