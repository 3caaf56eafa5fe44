import {
  conversationFacts,
  conversationTrigger,
  dayKind,
  dayTrigger,
  erasePost,
  type HeldFacts,
  heldFacts,
  type ItemFacts,
  instrumentsOf,
  partsOf,
  type RecordKind,
  RowEraser,
} from "#participant-store";
import { keptMessages } from "#post";
import { ExchangeStatus, Kind } from "#proto";
import type { SqlRow, Transaction } from "#runtime";

/** Alerts and what is checked against them are kept by the schedule (TP-PREC-3). */
export const ALERT_RECORD_MIGRATION_SQL = `
${conversationTrigger("alert", "alert_id")}
${dayTrigger("alert_check", "at")}
${dayTrigger("post_check", "taken_at")}
`;

interface AlertRow extends SqlRow {
  alert_id: string;
  originator: string;
  agency: string;
  exchange_status: number;
  current_id: string | null;
  expires_at: number | null;
  declined: number;
  opened_at: number;
  updated_at: number;
  pending: number;
}

/** An alert with its versions, hits and acknowledgements, its copy and its messages. */
export const ALERT_KIND: RecordKind = {
  async load(tx, key) {
    const row = await tx.get<AlertRow>(
      `SELECT a.*, EXISTS (SELECT 1 FROM alert_version v WHERE v.alert_id = a.alert_id
         AND v.state = 'pending') AS pending FROM alert a WHERE a.alert_id = ?`,
      key,
    );
    return row === undefined ? undefined : await factsOf(tx, row);
  },
  async erase(tx, key) {
    const eraser = new RowEraser(tx);
    const ids = await tx.all<{ message_id: string }>(
      "SELECT message_id FROM alert_message WHERE conversation_id = ?",
      key,
    );
    for (const { message_id: value } of ids) await eraseCopy(tx, eraser, value);
    const relays = await tx.all<{ message_id: string }>(
      "SELECT message_id FROM alert_version WHERE alert_id = ?",
      key,
    );
    for (const { message_id: value } of relays) {
      await eraser.rows({ table: "alert_relay", column: "message_id", value });
    }
    for (const [table, column] of TABLES) await eraser.rows({ table, column, value: key });
    const messages = await keptMessages(tx, { conversationId: key });
    const gone = await erasePost(tx, messages, eraser);
    return { parts: [eraser.erased()], messages: gone };
  },
};

const TABLES = [
  ["alert_ack", "alert_id"],
  ["alert_hit", "alert_id"],
  ["alert_version", "alert_id"],
  ["alert_message", "conversation_id"],
  ["alert", "alert_id"],
] as const;

async function eraseCopy(tx: Transaction, eraser: RowEraser, value: string): Promise<void> {
  await tx.run(
    "DELETE FROM alert_key WHERE mark_id IN (SELECT mark_id FROM alert_mark WHERE message_id = ?)",
    value,
  );
  await eraser.rows({ table: "alert_mark", column: "message_id", value });
  await eraser.rows({ table: "alert_summary", column: "message_id", value });
}

async function factsOf(tx: Transaction, row: AlertRow): Promise<ItemFacts> {
  const { alert_id: key, originator, opened_at: openedAtMs, updated_at: updatedAtMs } = row;
  const messages = await keptMessages(tx, { conversationId: key });
  const isReal = row.exchange_status === ExchangeStatus.ACTUAL;
  const own = isReal ? "alert" : "exercise";
  const lastMs = Math.max(updatedAtMs, ...messages.map(({ atMs }) => atMs));
  const about = { messageId: key, conversationId: key, kind: Kind.ALERT };
  const recipients = row.agency === "" ? [] : [row.agency];
  return {
    subject: `alert ${key}`,
    class: own,
    instruments: instrumentsOf(messages),
    triggers: { RECORDED: openedAtMs, LAST_MESSAGE: lastMs, ...endOf(row) },
    // What is said about an alert by itself, such as a hit, is of its class.
    parts: [{ name: "alert", class: own }, ...partsOf("alert", messages)],
    messages: [
      { ...about, sender: originator, recipients, recordedAtMs: openedAtMs },
      ...heldFacts(messages),
    ],
    isOpen: row.pending === 1 || messages.some(({ isOpen }) => isOpen),
  };
}

/** A cancelled one ended when that was noted, another when its last version expires. */
function endOf(row: AlertRow): { readonly EXPIRED?: number } {
  const { current_id: current, declined, expires_at: expiresAtMs, updated_at: atMs } = row;
  if (declined === 1 || current === null) return { EXPIRED: atMs };
  return expiresAtMs === null ? {} : { EXPIRED: Math.max(expiresAtMs, atMs) };
}

/** Who checked what: an alert under a hold holds the lines in which it was found. */
const CHECKS = dayKind({
  table: "alert_check",
  at: "at",
  id: "check_id",
  async messages(tx, { fromMs, toMs }) {
    const rows = await tx.all<FoundRow>(
      `SELECT DISTINCT m.conversation_id, m.sender, m.message_id, m.noted_at FROM alert_check c,
         json_each(c.found) f, json_each(f.value, '$.alerts') a
       JOIN alert_message m ON m.message_id = a.value WHERE c.at >= ? AND c.at < ?
       ORDER BY m.conversation_id`,
      fromMs,
      toMs,
    );
    const facts: HeldFacts[] = [];
    let before: Awaited<ReturnType<typeof conversationFacts>> | undefined;
    let known = "";
    for (const { conversation_id: conversationId, ...row } of rows) {
      if (before === undefined || known !== conversationId) {
        before = await conversationFacts(tx, ALERT_KIND, conversationId);
        known = conversationId;
        facts.push(...before.messages);
      }
      const about = { id: before.id, conversationId, kind: Kind.ALERT, recipients: [] };
      const { message_id: messageId, noted_at: recordedAtMs, sender } = row;
      facts.push({ ...about, messageId, sender, recordedAtMs });
    }
    return facts;
  },
});

interface FoundRow extends SqlRow {
  conversation_id: string;
  sender: string;
  message_id: string;
  noted_at: number;
}

/** What border posts asked: a line that comes home again is known by its number. */
const POST_CHECKS = dayKind({
  table: "post_check",
  at: "taken_at",
  id: "position",
  emptied: { column: "line", value: "" },
});

/** Logs of checks by the name of their table. */
export const ALERT_DAYS = [
  ["alert_check", CHECKS],
  ["post_check", POST_CHECKS],
] as const;
