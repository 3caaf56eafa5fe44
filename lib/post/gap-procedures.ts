import { Envelope, GapNotice, Header, Kind, Lane, Priority, ReceiptType, Void } from "#proto";
import { POST_LIMITS, type SqlRow, type Transaction, WIRE_LIMITS } from "#runtime";
import { timestampMs } from "#wire";
import { draftMessage } from "./draft.ts";
import type { PostHooks } from "./hooks.ts";
import { type Incident, recordIncident } from "./incidents.ts";
import { type Pair, reconcileHoles } from "./pair-reception.ts";

/** Numbers of one lane, both ends included. */
export interface NumberRange {
  readonly lane: number;
  readonly first: number;
  readonly last: number;
}

/** Retention class of messages about messages. */
const TRANSPORT_CLASS = "transport";

/** Priority that puts a message about a lane on that lane, as far as the lanes allow it. */
function priorityFor(lane: number): Priority {
  return lane === Lane.URGENT ? Priority.URGENT : Priority.ROUTINE;
}

interface ClosedRow extends SqlRow {
  recipient: string;
  lane: Lane;
  message_id: string;
  pair_sequence: number;
}

/**
 * Drafts a VOID for every recipient and lane with numbers of ours that will never arrive
 * (TP-POST-9). Gives how many were drafted; call again while it is not 0.
 */
export async function postDraftVoids(
  tx: Transaction,
  args: { me: string; nowMs: number },
): Promise<{ drafted: number }> {
  const rows = await tx.all<ClosedRow>(
    `SELECT recipient, lane, message_id, pair_sequence FROM post_outbox_recipient
     WHERE void_due = 1 ORDER BY recipient, lane, pair_sequence LIMIT ?`,
    POST_LIMITS.voidNumbersMax,
  );
  const groups = new Map<string, ClosedRow[]>();
  for (const row of rows) {
    const key = `${row.recipient}/${row.lane}`;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  for (const group of groups.values()) await draftVoid(tx, group, args);
  return { drafted: groups.size };
}

async function draftVoid(
  tx: Transaction,
  group: readonly ClosedRow[],
  args: { me: string; nowMs: number },
): Promise<void> {
  const [{ recipient, lane } = { recipient: "", lane: Lane.NORMAL }] = group;
  const body = Void.create({
    numbers: group.map((row) => ({
      lane: row.lane,
      pairSequence: BigInt(row.pair_sequence),
      messageId: row.message_id,
    })),
  });
  const { messageId } = await draftMessage(tx, {
    sender: args.me,
    recipients: [recipient],
    kind: Kind.VOID,
    conversationId: "",
    priority: priorityFor(lane),
    nowMs: args.nowMs,
    parts: [part("tracepost.v1.Void", Void.encode(body).finish())],
  });
  for (const row of group) {
    await tx.run(
      `UPDATE post_outbox_recipient SET void_due = 0, void_message_id = ?
       WHERE message_id = ? AND recipient = ?`,
      messageId,
      row.message_id,
      recipient,
    );
  }
}

function part(schema: string, plaintext: Uint8Array) {
  return { name: "body" as const, plaintext, schema, retentionClass: TRANSPORT_CLASS };
}

interface PairRow extends SqlRow {
  sender: string;
  lane: Lane;
  since: number;
  notices: number;
  next_notice_at: number | null;
  notice_message_id: string | null;
}

/** Builds the procedure that asks for missing messages, and tells the application of gaps. */
export function createDraftGapNotices(hooks: PostHooks) {
  return async (tx: Transaction, args: GapRound): Promise<GapTurn> => {
    await closeGaps(tx, hooks, args.nowMs);
    return await askEverybody(tx, hooks, args);
  };
}

/** One look at what is missing. */
interface GapRound {
  readonly me: string;
  readonly nowMs: number;
  /** How long a hole may stand before it is asked about. */
  readonly afterMs: number;
}

/** What a look came to. */
interface GapTurn {
  readonly drafted: number;
  /** When the next hole falls due. */
  readonly nextAtMs: number | null;
}

/** Ends the asking of pairs that miss nothing any more. */
async function closeGaps(tx: Transaction, hooks: PostHooks, nowMs: number): Promise<void> {
  const closed = await tx.all<{ sender: string; lane: Lane }>(
    `SELECT sender, lane FROM post_pair_received WHERE next_notice_at IS NOT NULL AND NOT EXISTS
       (SELECT 1 FROM post_pair_missing m
        WHERE m.sender = post_pair_received.sender AND m.lane = post_pair_received.lane)`,
  );
  for (const { sender, lane } of closed) {
    await tx.run(
      `UPDATE post_pair_received SET notices = 0, next_notice_at = NULL, notice_message_id = NULL
       WHERE sender = ? AND lane = ?`,
      sender,
      lane,
    );
    await hooks.onGap(tx, { sender, lane, isOpen: false, nowMs });
  }
}

/**
 * Asks every sender for what is missing from it for longer than `afterMs`, again and again with
 * growing waits (TP-POST-15).
 */
async function askEverybody(tx: Transaction, hooks: PostHooks, args: GapRound): Promise<GapTurn> {
  const pairs = await tx.all<PairRow>(
    `SELECT m.sender, m.lane, min(m.since) AS since, p.notices, p.next_notice_at,
       p.notice_message_id FROM post_pair_missing m
     JOIN post_pair_received p ON p.sender = m.sender AND p.lane = m.lane
     GROUP BY m.sender, m.lane, p.notices, p.next_notice_at, p.notice_message_id`,
  );
  let drafted = 0;
  let nextAtMs: number | null = null;
  for (const pair of pairs) {
    let dueAtMs = Math.max(pair.since + args.afterMs, pair.next_notice_at ?? 0);
    // Further ahead than the longest wait: the clock was set back.
    if (dueAtMs > args.nowMs + Math.max(args.afterMs, POST_LIMITS.resendMaxMs))
      dueAtMs = args.nowMs;
    if (dueAtMs <= args.nowMs) {
      const asked = await askForMissing(tx, pair, args);
      if (asked === undefined) continue;
      const { sender, lane } = pair;
      const gap = { sender, lane, isOpen: true, nowMs: args.nowMs };
      if (pair.next_notice_at === null) await hooks.onGap(tx, gap);
      drafted += asked.drafted ? 1 : 0;
      dueAtMs = asked.nextAtMs;
    }
    nextAtMs = nextAtMs === null ? dueAtMs : Math.min(nextAtMs, dueAtMs);
  }
  return { drafted, nextAtMs };
}

async function askForMissing(
  tx: Transaction,
  pair: PairRow,
  args: GapRound,
): Promise<{ drafted: boolean; nextAtMs: number } | undefined> {
  await reconcileHoles(tx, pair);
  const missing = await missingNumbers(tx, pair);
  if (missing.length === 0) return undefined;
  // A notice that has not arrived yet still says it; another one would say nothing new.
  const underWay = await isUnderWay(tx, pair.notice_message_id);
  let noticeId = pair.notice_message_id;
  if (!underWay) noticeId = await draftGapNotice(tx, pair, missing, args);
  const waitMs = Math.min(args.afterMs * 2 ** Math.min(pair.notices, 20), POST_LIMITS.resendMaxMs);
  const nextAtMs = args.nowMs + Math.max(waitMs, args.afterMs);
  await tx.run(
    `UPDATE post_pair_received SET notices = notices + 1, next_notice_at = ?,
       notice_message_id = ? WHERE sender = ? AND lane = ?`,
    nextAtMs,
    noticeId,
    pair.sender,
    pair.lane,
  );
  return { drafted: !underWay, nextAtMs };
}

async function isUnderWay(tx: Transaction, messageId: string | null): Promise<boolean> {
  if (messageId === null) return false;
  const sql = "SELECT 1 FROM post_outbox WHERE message_id = ? AND ended_at IS NULL";
  return (await tx.get(sql, messageId)) !== undefined;
}

async function draftGapNotice(
  tx: Transaction,
  pair: Pair,
  missing: readonly NumberRange[],
  args: { me: string; nowMs: number },
): Promise<string> {
  const body = GapNotice.create({
    missing: missing.map(({ lane, first, last }) => ({
      lane: lane as Lane,
      first: BigInt(first),
      last: BigInt(last),
    })),
  });
  const { messageId } = await draftMessage(tx, {
    sender: args.me,
    recipients: [pair.sender],
    kind: Kind.GAP_NOTICE,
    conversationId: "",
    priority: priorityFor(pair.lane),
    nowMs: args.nowMs,
    parts: [part("tracepost.v1.GapNotice", GapNotice.encode(body).finish())],
  });
  return messageId;
}

/** Missing numbers of a pair, at most `gapNumbersMax`, without those a stored message has. */
async function missingNumbers(tx: Transaction, pair: Pair): Promise<NumberRange[]> {
  const holes = await tx.all<{ first: number; last: number }>(
    "SELECT first, last FROM post_pair_missing WHERE sender = ? AND lane = ? ORDER BY first",
    pair.sender,
    pair.lane,
  );
  const ranges: NumberRange[] = [];
  let left: number = WIRE_LIMITS.gapNumbersMax;
  for (const hole of holes) {
    if (left <= 0) break;
    const last = Math.min(hole.last, hole.first + left - 1);
    const held = await tx.all<{ pair_sequence: number }>(
      `SELECT DISTINCT pair_sequence FROM post_inbox
       WHERE sender = ? AND lane = ? AND pair_sequence BETWEEN ? AND ? ORDER BY pair_sequence`,
      pair.sender,
      pair.lane,
      hole.first,
      last,
    );
    let first = hole.first;
    for (const number of [...held.map((row) => row.pair_sequence), last + 1]) {
      if (number > first) ranges.push({ lane: pair.lane, first, last: number - 1 });
      first = number + 1;
    }
    left -= last - hole.first + 1;
  }
  return ranges;
}

/** A GAP_NOTICE as stored with its message. */
export interface GapNoticeReceived {
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  /** Encoded header, as signed. */
  readonly header: Uint8Array;
  readonly missing: readonly NumberRange[];
  readonly nowMs: number;
}

interface NumberRow extends SqlRow {
  message_id: string;
  state: string;
}

/**
 * Answers a recipient that misses numbers of ours: what is outstanding is sent at once, what will
 * never arrive is voided again (TP-POST-16). A number it had signed a receipt for before it asked
 * is an incident.
 */
export async function answerGapNotice(
  tx: Transaction,
  notice: GapNoticeReceived,
): Promise<{ resend: boolean; voidsDue: boolean }> {
  let left: number = WIRE_LIMITS.gapNumbersMax;
  let resend = false;
  let voidsDue = false;
  for (const { lane, first, last } of notice.missing) {
    if (left <= 0) break;
    const rows = await tx.all<NumberRow>(
      `SELECT message_id, state FROM post_outbox_recipient
       WHERE recipient = ? AND lane = ? AND pair_sequence BETWEEN ? AND ?
       ORDER BY pair_sequence LIMIT ?`,
      notice.sender,
      lane,
      first,
      last,
      left,
    );
    left -= rows.length;
    for (const row of rows) {
      if (row.state === "open") {
        resend = (await sendAgain(tx, row.message_id, notice.nowMs)) || resend;
      } else if (row.state === "delivered") {
        if (!(await wasSignedBefore(tx, notice, row.message_id))) continue;
        await recordIncident(tx, deliveredBefore(notice, row.message_id), notice.nowMs);
      } else {
        voidsDue = true;
        await tx.run(
          "UPDATE post_outbox_recipient SET void_due = 1 WHERE message_id = ? AND recipient = ?",
          row.message_id,
          notice.sender,
        );
      }
    }
  }
  return { resend, voidsDue };
}

async function sendAgain(tx: Transaction, messageId: string, nowMs: number): Promise<boolean> {
  const changed = await tx.run(
    "UPDATE post_outbox SET next_attempt_at = ? WHERE message_id = ? AND next_attempt_at > ?",
    nowMs,
    messageId,
    nowMs,
  );
  return changed > 0;
}

/**
 * Whether the recipient had signed its receipt when it asked, by its own clock on both. A notice
 * may be overtaken by the message it asks for and by the receipt of it, and then says nothing.
 */
async function wasSignedBefore(
  tx: Transaction,
  notice: GapNoticeReceived,
  messageId: string,
): Promise<boolean> {
  const receipt = await tx.get<{ envelope: Uint8Array }>(
    `SELECT e.envelope FROM post_receipt r JOIN post_receipt_envelope e
       ON e.sender = r.receipt_sender AND e.receipt_id = r.receipt_id
     WHERE r.message_id = ? AND r.recipient = ? AND r.type = ?`,
    messageId,
    notice.sender,
    ReceiptType.DELIVERED,
  );
  if (receipt === undefined) return true;
  const signedAtMs = sentAtMs(Envelope.decode(receipt.envelope).header);
  return signedAtMs < sentAtMs(notice.header);
}

function sentAtMs(header: Uint8Array): number {
  return timestampMs(Header.decode(header).sentAt) ?? 0;
}

function deliveredBefore(notice: GapNoticeReceived, messageId: string): Incident {
  return {
    kind: "GAP_AFTER_DELIVERY",
    digest: notice.headerDigest,
    sender: notice.sender,
    messageId,
  };
}
