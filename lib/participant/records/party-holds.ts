import { type HoldPlace, type NotHeld, QUERY_NAMES } from "#disposal";
import type { HoldScope } from "#proto";
import type { Transaction } from "#runtime";

/**
 * Holds of a participant (TP-PREC-6): on its cases, alerts and messages. It keeps no log; an act
 * has the digest of the one before, and stands in the trail.
 */
export const PARTY_HOLDS: HoldPlace = {
  scopeProblem,
  queryBound: async (tx) => {
    const row = await tx.get<{ id: number | null }>("SELECT max(id) AS id FROM record_item");
    return row?.id ?? 0;
  },
  actTime: async (_tx, nowMs) => nowMs,
  logAct: async () => null,
  head: async () => null,
};

/**
 * What a scope names that is not here, or of which ids and digests alone are left: a name with a
 * slip in it would hold nothing.
 */
async function scopeProblem(
  tx: Transaction,
  { conversationId, messages, party, query }: HoldScope,
  isRegistered: boolean,
): Promise<NotHeld | undefined> {
  for (const [position, { messageId, sender }] of messages.entries()) {
    if (!(await isMessage(tx, sender, messageId))) return { type: "unknown-message", position };
  }
  if (conversationId !== "" && !(await isConversation(tx, conversationId))) {
    return { type: "unknown-conversation" };
  }
  if (party !== "" && !isRegistered && !(await isParty(tx, party))) {
    return { type: "unknown-party" };
  }
  for (const name of QUERY_NAMES) {
    const value = query?.[name] ?? "";
    if (value === "") continue;
    const isKnown =
      name === "conversationId" ? await isConversation(tx, value) : await isParty(tx, value);
    if (!isKnown) return { type: "unknown-criterion", name };
  }
  return undefined;
}

async function isMessage(tx: Transaction, sender: string, messageId: string): Promise<boolean> {
  const row = await tx.get(
    `SELECT 1 FROM post_inbox WHERE sender = ? AND message_id = ?
       AND length(envelope) > 0
     UNION ALL SELECT 1 FROM post_outbox WHERE message_id = ?
       AND (envelope IS NOT NULL OR draft IS NOT NULL)
       AND ? = (SELECT participant FROM record_keeper)`,
    sender,
    messageId,
    messageId,
    sender,
  );
  return row !== undefined;
}

async function isConversation(tx: Transaction, key: string): Promise<boolean> {
  const row = await tx.get(
    "SELECT 1 FROM record_item WHERE kind = 'conversation' AND key = ? AND certificate IS NULL",
    key,
  );
  return row !== undefined;
}

/** Whether anything was ever exchanged with it, or it is this participant itself. */
async function isParty(tx: Transaction, party: string): Promise<boolean> {
  const row = await tx.get(
    `SELECT 1 FROM record_keeper WHERE participant = ?
     UNION ALL SELECT 1 FROM post_pair_received WHERE sender = ?
     UNION ALL SELECT 1 FROM post_pair_sent WHERE recipient = ? LIMIT 1`,
    party,
    party,
    party,
  );
  return row !== undefined;
}
