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

/** That a person has confirmed a key. */
export interface KeyConfirmation {
  readonly participant: string;
  readonly keyId: string;
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
  { actor, atMs, keyId, participant, reason }: KeyConfirmation,
): Promise<KeyConfirmation[]> {
  await tx.run(
    `INSERT INTO key_confirmation (participant, key_id, actor, reason, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT DO NOTHING`,
    participant,
    keyId,
    actor,
    reason,
    atMs,
  );
  return await keyConfirmations(tx, { participant, keyId });
}

/** Who has confirmed a key, the first one first. */
export async function keyConfirmations(
  tx: Transaction,
  { keyId, participant }: Pick<KeyConfirmation, "keyId" | "participant">,
): Promise<KeyConfirmation[]> {
  const rows = await tx.all<ConfirmationRow>(
    `SELECT * FROM key_confirmation WHERE participant = ? AND key_id = ?
     ORDER BY at, actor LIMIT 100`,
    participant,
    keyId,
  );
  return rows.map(({ actor, at: atMs, key_id, reason }) => {
    return { participant, keyId: key_id, actor, reason, atMs };
  });
}
