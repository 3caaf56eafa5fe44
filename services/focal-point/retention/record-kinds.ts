import { ALERT_DAYS, ALERT_KIND } from "#alerts";
import { dayKind, OWN_DAYS, POST_KIND, type RecordKinds } from "#participant-store";
import { Kind } from "#proto";
import type { Transaction } from "#runtime";
import { CASE_KIND } from "./case-kind.ts";

/** Who did what to personal data: a case under a hold holds the lines about it. */
const ACCESSES = dayKind({
  table: "person_access",
  at: "at",
  id: "position",
  async messages(tx: Transaction, { fromMs, toMs }) {
    const rows = await tx.all<{
      sender: string;
      message_id: string;
      case_id: string;
      peer: string;
    }>(
      `SELECT DISTINCT b.sender, b.message_id, b.case_id, b.peer FROM person_access a
       JOIN person_block b ON b.block_id = a.block_id WHERE a.at >= ? AND a.at < ?`,
      fromMs,
      toMs,
    );
    return rows.map(({ case_id: conversationId, message_id: messageId, peer, sender }) => {
      const about = { sender, messageId, conversationId, recipients: [peer] };
      return { ...about, kind: Kind.TRACE_REQUEST, recordedAtMs: fromMs };
    });
  },
});

/** What a focal point keeps by the schedule; of a conversation the first that knows it counts. */
export const FOCAL_POINT_KINDS: RecordKinds = {
  conversation: [CASE_KIND, ALERT_KIND, POST_KIND],
  days: new Map([...OWN_DAYS, ...ALERT_DAYS, ["person_access", ACCESSES]]),
};
