import type { SqlRow, Transaction } from "#runtime";
import { equalBytes, timestampMs } from "#wire";
import { entryAt } from "./entry-at.ts";

interface ItemRow extends SqlRow {
  id: number;
  participant: string;
  digest: Uint8Array;
  message_id: string;
  header_digest: Uint8Array;
  code: number;
  field: string;
  log_index: number;
  recorded_at: number;
}

/** Items of quarantine that the log does not have as they are (TP-LOG-15). */
export async function quarantineProblems(tx: Transaction): Promise<string[]> {
  const problems: string[] = [];
  const columns =
    "id, participant, digest, message_id, header_digest, code, field, log_index, recorded_at";
  const rows = await tx.all<ItemRow>(`SELECT ${columns} FROM quarantine ORDER BY id`);
  for (const row of rows) {
    const entry = await entryAt(tx, row.log_index);
    const digest = row.message_id === "" ? row.digest : row.header_digest;
    const isThat =
      entry?.sender === row.participant &&
      entry.messageId === row.message_id &&
      equalBytes(entry.headerDigest, digest) &&
      entry.code === row.code &&
      entry.field === row.field &&
      timestampMs(entry.recordedAt) === row.recorded_at;
    if (isThat) continue;
    problems.push(`item ${row.id} of quarantine is not the one of entry ${row.log_index}`);
  }
  return problems;
}
