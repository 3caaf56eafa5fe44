import { type Participant, ParticipantStatus, type Timestamp } from "#proto";
import { timestampMs } from "#wire";

/** What others would be told of us that is not so: keys that are not ours, or a standing. */
export function ownEntryProblem(
  own: Participant | undefined,
  keys: { readonly headerKeyIds: readonly string[]; readonly recipients: readonly string[] },
  nowMs: number,
): string | undefined {
  if (own === undefined) return "we are not in it";
  if (own.status !== ParticipantStatus.ACTIVE) return "we are not active in it";
  const isOver = (notAfter: Timestamp | undefined): boolean =>
    (timestampMs(notAfter) ?? 0) <= nowMs;
  const foreign = own.signingKeys.find(({ keyId, notAfter, revokedAt }) => {
    return !keys.headerKeyIds.includes(keyId) && revokedAt === undefined && !isOver(notAfter);
  });
  if (foreign !== undefined) return `it names signing key ${foreign.keyId}, which is not here`;
  const sealing = own.sealingKeys.find(({ notAfter, recipient }) => {
    return !keys.recipients.includes(recipient) && !isOver(notAfter);
  });
  return sealing === undefined ? undefined : "it names a sealing key that is not here";
}
