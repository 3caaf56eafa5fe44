import { createHoldProcedures, type HoldPlace, type NotHeld, QUERY_NAMES } from "#disposal";
import { loadLogHead } from "#message-log";
import { EntryKind, type HoldQuery, type HoldScope } from "#proto";
import type { Transaction } from "#runtime";
import { GATEWAY_SENDER } from "#wire";
import { logDigest, recordTime } from "../log-statements.ts";
import { findMessage } from "../recall.ts";
import { isStillFilling } from "../search/find-records.ts";
import { partyNumber, uuidBytes } from "../search/note-record.ts";

/** Holds of the gateway: each act is an entry of the message log (TP-HOLD-4). */
const PLACE: HoldPlace = {
  scopeProblem,
  queryBound: async (tx) => (await loadLogHead(tx)).size,
  actTime: recordTime,
  async logAct(tx, { digest, isEnd, nowMs, registerVersion }) {
    const kind = isEnd ? EntryKind.RELEASE : EntryKind.HOLD;
    const sender = GATEWAY_SENDER;
    const log = await logDigest(tx, { kind, sender, digest, nowMs, registerVersion });
    return log.firstIndex;
  },
  async head(tx) {
    const { size, rootHash } = await loadLogHead(tx);
    return { size, rootHash };
  },
};

/** Procedures of the gateway's store about holds. */
export const HOLD_PROCEDURES = createHoldProcedures(PLACE);

/** What a scope names that is not here; each of the four kinds says so in its own way. */
async function scopeProblem(
  tx: Transaction,
  scope: HoldScope,
  isRegistered: boolean,
): Promise<NotHeld | undefined> {
  for (const [position, { messageId, sender }] of scope.messages.entries()) {
    const known = await findMessage(tx, sender, messageId);
    if (known === undefined) return { type: "unknown-message", position };
  }
  const { conversationId, party } = scope;
  if (conversationId !== "" && !(await isConversation(tx, conversationId))) {
    return { type: "unknown-conversation" };
  }
  if (scope.query !== undefined) return await queryProblem(tx, scope.query);
  if (party === "" || isRegistered) return undefined;
  if ((await partyNumber(tx, party)) !== undefined) return undefined;
  const sent = await tx.get("SELECT 1 FROM traffic WHERE participant = ?", party);
  return sent === undefined ? { type: "unknown-party" } : undefined;
}

/** A name with a slip in it would hold nothing, and nobody would know. */
async function queryProblem(tx: Transaction, query: HoldQuery) {
  if (await isStillFilling(tx)) return undefined;
  for (const name of QUERY_NAMES) {
    const value = query[name];
    if (value === "") continue;
    const isKnown =
      name === "conversationId"
        ? await isConversation(tx, value)
        : (await partyNumber(tx, value)) !== undefined;
    if (!isKnown) return { type: "unknown-criterion", name } as const;
  }
  return undefined;
}

/** Whether there is a message of it: a notice begins one as well as a request or an alert. */
async function isConversation(tx: Transaction, id: string): Promise<boolean> {
  const recorded = "SELECT 1 FROM record_conversation WHERE conversation = ? LIMIT 1";
  if ((await tx.get(recorded, uuidBytes(id))) !== undefined) return true;
  const followed = "SELECT 1 FROM conversation WHERE conversation_id = ? LIMIT 1";
  return (await tx.get(followed, id)) !== undefined;
}
