import { type Change, tellChange } from "#feed";
import type { FlagChange, GapChange, MessageFate } from "#post";
import type { Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import { kindToken, laneToken } from "#wire";

/**
 * What the tables of the post tell by themselves: messages taken in and incidents. Incidents come
 * from outside and may be a flood, so only so many a minute are told each (TP-API-43).
 */
export const POST_CHANGES_MIGRATION_SQL = `
CREATE TRIGGER post_inbox_told AFTER INSERT ON post_inbox WHEN NEW.conversation_id <> '' BEGIN
  INSERT INTO feed_change (at, kind, case_id, message_id, message_kind, participant, lane, state,
      code, actor)
    VALUES (NEW.received_at, 'message.received', NEW.conversation_id, NEW.message_id,
      CASE NEW.kind WHEN 1 THEN 'trace-request' WHEN 2 THEN 'trace-reply' ELSE '' END, NEW.sender,
      CASE NEW.lane WHEN 1 THEN 'urgent' WHEN 2 THEN 'normal' WHEN 3 THEN 'bulk' ELSE '' END,
      NEW.state, coalesce(NEW.code, ''), 'exchange');
END;
CREATE TRIGGER post_incident_told AFTER INSERT ON post_incident
  WHEN (SELECT count(*) FROM feed_change WHERE kind = 'incident.raised'
      AND at > NEW.first_at - 60000 AND at <= NEW.first_at)
    < (SELECT incidents_per_minute_max FROM feed_bound) BEGIN
  INSERT INTO feed_change (at, kind, message_id, participant, code, actor)
    VALUES (NEW.first_at, 'incident.raised', NEW.message_id, NEW.sender, NEW.kind, 'exchange');
END;
`;

/** Tells what became of a message of ours, for one recipient. */
export async function tellFate(tx: Transaction, fate: MessageFate): Promise<void> {
  if (fate.conversationId === "") return;
  const { conversationId: caseId, messageId, recipient: participant, code = "", nowMs } = fate;
  const messageKind = kindToken(fate.kind) ?? "";
  const kind: Change["kind"] = `message.${fate.fate}`;
  await tellChange(tx, { kind, caseId, messageId, messageKind, participant, code, actor, nowMs });
}

/** Tells that messages are missing, or no more. */
export async function tellGap(tx: Transaction, gap: GapChange): Promise<void> {
  const kind = gap.isOpen ? "gap.opened" : "gap.closed";
  const { sender: participant, nowMs } = gap;
  await tellChange(tx, { kind, participant, lane: laneToken(gap.lane), actor, nowMs });
}

/** Tells that messages of a conversation are flagged for their key, or no more (TP-KEY-8). */
export async function tellFlag(tx: Transaction, flag: FlagChange): Promise<void> {
  const { conversationId: caseId, isFlagged, nowMs, sender: participant } = flag;
  if (caseId === "") return;
  const state = isFlagged ? "FLAGGED" : "CLEARED";
  const code = "KEY_COMPROMISED";
  await tellChange(tx, { kind: "case.flagged", caseId, participant, state, code, actor, nowMs });
}
