import { Header } from "#proto";
import type { Transaction } from "#runtime";
import { refreshState } from "../conversations/conversation-state.ts";
import { RecordNotes } from "./note-record.ts";
import { type RecordFacts, recordFacts } from "./record-facts.ts";

interface OldRow {
  [name: string]: number | string | Uint8Array;
  id: number;
  sender: string;
  message_id: string;
  kind: number;
  code: number;
  recorded_at: number;
  header: Uint8Array;
}

/**
 * Makes the next records found that were recorded before records could be, the newest of them
 * first (TP-FIND-4). Each call is a bounded step; what was done stays done. Returns how many
 * records may still be left: ids below it are not looked at yet, 0 when there is none.
 */
export async function fillSearch(
  tx: Transaction,
  { rows: limit }: { readonly rows: number },
): Promise<number> {
  const fill = await tx.get<{ below: number }>("SELECT below FROM record_fill");
  const below = fill?.below ?? 0;
  if (below === 0) return 0;
  const rows = await tx.all<OldRow>(
    `SELECT id, sender, message_id, kind, code, recorded_at, header FROM messages
     WHERE id < ? ORDER BY id DESC LIMIT ?`,
    below,
    limit,
  );
  const notes = new RecordNotes(tx);
  for (const { code, header, id, kind, sender, ...row } of rows) {
    const record = { id, sender, kind, code, messageId: row.message_id };
    await notes.note({ ...record, recordedAtMs: row.recorded_at, facts: factsIn(header) });
  }
  const next = rows.length < limit ? 0 : (rows.at(-1)?.id ?? 0);
  const threads = await tx.all<{ id: number }>(
    "SELECT id FROM conversation WHERE id >= ? AND id < ?",
    next,
    below,
  );
  for (const { id } of threads) await refreshState(tx, id);
  await tx.run("UPDATE record_fill SET below = ?", next);
  return next;
}

/** A header was decoded before it was recorded; damage is for the log check to tell. */
function factsIn(header: Uint8Array): RecordFacts {
  try {
    return recordFacts(Header.decode(header));
  } catch {
    return { recipients: [], conversationId: "", tlp: 0, use: [] };
  }
}
