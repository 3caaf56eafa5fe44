import type { SqlRow, Transaction } from "#runtime";

/** Who has confirmed, by another channel, that an identity key is a participant's (TP-KEY-9). */
export const KEY_CONFIRMATION_MIGRATION_SQL = `
CREATE TABLE key_confirmation (
  participant TEXT NOT NULL,
  key_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  reason TEXT NOT NULL,
  at INTEGER NOT NULL,
  PRIMARY KEY (participant, key_id, actor)
) STRICT, WITHOUT ROWID;
`;

/** What is confirmed: one identity key over another. */
export interface ConfirmedKey {
  readonly participant: string;
  /** Identity key that is pinned: over a later one, what was confirmed before counts no more. */
  readonly pinnedKeyId: string;
  readonly keyId: string;
}

/** That a person has confirmed a key. */
export interface KeyConfirmation extends ConfirmedKey {
  /** User id. */
  readonly actor: string;
  readonly reason: string;
  readonly atMs: number;
}

interface ConfirmationRow extends SqlRow {
  participant: string;
  key_id: string;
  actor: string;
  reason: string;
  at: number;
}

/** Keeps a confirmation, once for each person; gives all of this key, the first one first. */
export async function confirmKey(
  tx: Transaction,
  confirmation: KeyConfirmation,
): Promise<KeyConfirmation[]> {
  const { actor, atMs, participant, reason } = confirmation;
  await tx.run(
    `INSERT INTO key_confirmation (participant, key_id, actor, reason, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    participant,
    pairText(confirmation),
    actor,
    reason,
    atMs,
  );
  return await keyConfirmations(tx, confirmation);
}

/** Who has confirmed a key, the first one first. */
export async function keyConfirmations(
  tx: Transaction,
  key: ConfirmedKey,
): Promise<KeyConfirmation[]> {
  const rows = await tx.all<ConfirmationRow>(
    `SELECT * FROM key_confirmation WHERE participant = ? AND key_id = ?
     ORDER BY at, actor LIMIT 100`,
    key.participant,
    pairText(key),
  );
  const { keyId, participant, pinnedKeyId } = key;
  return rows.map(({ actor, at: atMs, reason }) => {
    return { participant, pinnedKeyId, keyId, actor, reason, atMs };
  });
}

/** What the column `key_id` holds. */
function pairText({ keyId, pinnedKeyId }: ConfirmedKey): string {
  return `${pinnedKeyId}/${keyId}`;
}
