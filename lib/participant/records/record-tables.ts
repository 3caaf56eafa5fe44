import { ACT_SQL, certificateSql, DISPOSED_ITEMS_SQL, DUE_SQL, holdSql, RUN_SQL } from "#disposal";

/** A day in UTC, from a column of milliseconds. */
function dayOf(column: string): string {
  return `strftime('%Y-%m-%d', ${column} / 1000, 'unixepoch')`;
}

/** Which version of the schedule is in force. */
const VERSION = "(SELECT coalesce(max(version), 0) FROM retention_schedule)";

/** An item is added once; one that was disposed of is there again when something new is. */
function addItem(kind: string, key: string): string {
  return `INSERT INTO record_item (kind, key, schedule_version) VALUES ('${kind}', ${key}, ${VERSION})
    ON CONFLICT (kind, key) DO UPDATE SET certificate = NULL
      WHERE record_item.certificate IS NOT NULL;`;
}

/** Makes every new row of a table part of a conversation that is kept by the schedule. */
export function conversationTrigger(table: string, column: string): string {
  return `
CREATE TRIGGER ${table}_kept AFTER INSERT ON ${table} WHEN NEW.${column} <> '' BEGIN
  ${addItem("conversation", `NEW.${column}`)}
END;
INSERT INTO record_item (kind, key, schedule_version)
  SELECT DISTINCT 'conversation', ${column}, 0 FROM ${table} WHERE ${column} <> ''
  ON CONFLICT DO NOTHING;
`;
}

/** Makes the rows of each day of a table an item of its own: lines of who did what. */
export function dayTrigger(table: string, column: string, condition = "TRUE"): string {
  const where = condition.replaceAll("ROW.", "");
  return `
CREATE INDEX ${table}_day ON ${table} (${column}) WHERE ${where};
CREATE TRIGGER ${table}_day_kept AFTER INSERT ON ${table}
  WHEN ${condition.replaceAll("ROW.", "NEW.")} BEGIN
  ${addItem("day", `'${table} ' || ${dayOf(`NEW.${column}`)}`)}
END;
INSERT INTO record_item (kind, key, schedule_version)
  SELECT DISTINCT 'day', '${table} ' || ${dayOf(column)}, 0 FROM ${table} WHERE ${where}
  ON CONFLICT DO NOTHING;
`;
}

/**
 * What a participant keeps, and disposes of (TP-PREC-1): a conversation with all that was made of
 * it, and the lines of a day of each log of accesses. A row of `record_item` that was disposed of
 * stays, and so does the conversation it was, so that nothing begins it anew. `facts` is what is
 * known of an item of which a part is gone.
 */
export const RECORD_MIGRATION_SQL = `
${DUE_SQL}
${RUN_SQL}
${certificateSql("INTEGER")}
${DISPOSED_ITEMS_SQL}
${holdSql("INTEGER")}
${ACT_SQL}
CREATE TABLE record_keeper (
  only_row INTEGER PRIMARY KEY CHECK (only_row = 1),
  participant TEXT NOT NULL
) STRICT;
CREATE TABLE record_item (
  id INTEGER PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('conversation', 'day')),
  key TEXT NOT NULL,
  schedule_version INTEGER NOT NULL,
  facts TEXT,
  certificate INTEGER,
  UNIQUE (kind, key)
) STRICT;
CREATE TRIGGER record_item_added AFTER INSERT ON record_item BEGIN
  INSERT INTO record_due VALUES (NEW.id, 0, 0, 0);
END;
CREATE TRIGGER record_item_again AFTER UPDATE OF certificate ON record_item
  WHEN OLD.certificate IS NOT NULL AND NEW.certificate IS NULL BEGIN
  INSERT INTO record_due VALUES (NEW.id, 0, 0, 0) ON CONFLICT DO NOTHING;
END;
CREATE TABLE disposed_conversation (
  conversation_id TEXT PRIMARY KEY,
  certificate INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX post_receipt_envelopes ON post_receipt (receipt_sender, receipt_id);
${conversationTrigger("post_inbox", "conversation_id")}
${conversationTrigger("post_outbox", "conversation_id")}
${dayTrigger("post_inbox", "received_at", "ROW.conversation_id = ''")}
${dayTrigger("post_outbox", "drafted_at", "ROW.conversation_id = ''")}
${dayTrigger("record_act", "at")}
`;
