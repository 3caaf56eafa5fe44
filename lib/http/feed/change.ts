import type { SqlRow, Transaction } from "#runtime";

/**
 * Kind of a change → what happened (TP-API-42). Closed; the table of docs/spec/api.md is the same
 * list, and a test proves it.
 */
export const CHANGE_KINDS = {
  "case.opened": "a case was opened: by a request of ours, or by one received",
  "case.moved": "a case has another state",
  "case.flagged":
    "messages of a case or alert came under a key that was compromised by then, or no more as " +
    "`state` says",
  "alert.opened": "an alert was sent, submitted for approval, or received",
  "alert.changed": "an alert was updated or cancelled",
  "alert.acknowledged": "somebody has said how far an alert was taken up",
  "alert.hit": "a hit was reported, or retracted as `state` says",
  "alert.decided": "an alert of an agency was approved or declined",
  "message.accepted": "the exchange recorded a message of ours",
  "message.delivered": "a recipient has a message of ours",
  "message.refused": "the exchange refused a message of ours; `code` says why",
  "message.rejected": "a recipient refused a message of ours; `code` says why",
  "message.expired": "a message of ours was not delivered in its time",
  "message.received": "a message of another participant was taken in, or refused with `code`",
  "release.pending": "something waits for a second person",
  "release.confirmed": "a second person confirmed it, and it was sent",
  "release.returned": "it was sent back, or taken back; nothing left",
  "release.alone": "one person sent alone what needs two; a second one has to look at it",
  "release.reviewed": "a second person has looked at it",
  "release.overdue": "nobody has looked in time at what one person sent alone",
  "attachment.announced": "another State named an attachment; its original may be called for",
  "attachment.preview": "the preview of an attachment is here, or was refused; `state` says which",
  "attachment.ready": "an attachment that was called for is here and clean",
  "attachment.refused": "an attachment that came is refused; `code` says why",
  "notice.sent": "a notice of ours is on its way; `code` is its kind",
  "notice.received": "another State sent a notice; `code` is its kind",
  "notice.answered": "a notice of ours was confirmed or decided; `code` is its kind",
  "persons.erased": "personal data of a case was erased here",
  "gap.opened": "messages of a participant are missing for too long, and were asked for",
  "gap.closed": "none of them is missing any more",
  "watch.noticed": "something is beyond a threshold, or no more; `code` is the rule's name",
  "incident.raised": "somebody should look into something; `code` is the kind of incident",
} as const satisfies Record<string, string>;

/** One of {@link CHANGE_KINDS}. */
export type ChangeKind = keyof typeof CHANGE_KINDS;

/**
 * Something that changed, as it is told to programs: ids, states, codes, times and who did it. No
 * content of a message and no name of a person (TP-API-42).
 */
export interface Change {
  readonly kind: ChangeKind;
  readonly caseId?: string;
  readonly messageId?: string;
  /** Name of the message's kind, such as `trace-reply`. */
  readonly messageKind?: string;
  /** The other side. */
  readonly participant?: string;
  readonly lane?: string;
  /** State after it. */
  readonly state?: string;
  /** Code of a refusal, or kind of an incident. */
  readonly code?: string;
  /** User id, `firearm-register` or `exchange` (TP-API-8). */
  readonly actor: string;
  readonly nowMs: number;
}

/** A change with its place in the feed. */
export interface NumberedChange extends Omit<Change, "nowMs"> {
  readonly sequence: number;
  readonly atMs: number;
}

/**
 * Adds a change to the feed, in the transaction that makes it (TP-API-40). One transaction writes
 * at a time, so the order of the numbers is the order of the commits.
 */
export async function tellChange(tx: Transaction, change: Change): Promise<void> {
  await tx.run(
    `INSERT INTO feed_change (at, kind, case_id, message_id, message_kind, participant, lane,
       state, code, actor) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    change.nowMs,
    change.kind,
    change.caseId ?? "",
    change.messageId ?? "",
    change.messageKind ?? "",
    change.participant ?? "",
    change.lane ?? "",
    change.state ?? "",
    change.code ?? "",
    change.actor,
  );
}

interface ChangeRow extends SqlRow {
  sequence: number;
  at: number;
  kind: string;
  case_id: string;
  message_id: string;
  message_kind: string;
  participant: string;
  lane: string;
  state: string;
  code: string;
  actor: string;
}

/** Changes after a number, in order. */
export async function changesAfter(
  tx: Transaction,
  after: number,
  limit: number,
): Promise<NumberedChange[]> {
  const rows = await tx.all<ChangeRow>(
    "SELECT * FROM feed_change WHERE sequence > ? ORDER BY sequence LIMIT ?",
    after,
    limit,
  );
  return rows.map((row) => ({
    sequence: row.sequence,
    atMs: row.at,
    kind: row.kind as ChangeKind,
    ...(row.case_id === "" ? {} : { caseId: row.case_id }),
    ...(row.message_id === "" ? {} : { messageId: row.message_id }),
    ...(row.message_kind === "" ? {} : { messageKind: row.message_kind }),
    ...(row.participant === "" ? {} : { participant: row.participant }),
    ...(row.lane === "" ? {} : { lane: row.lane }),
    ...(row.state === "" ? {} : { state: row.state }),
    ...(row.code === "" ? {} : { code: row.code }),
    actor: row.actor,
  }));
}

/** A change as programs get it: from the feed and by webhook. */
export function changeView({ atMs, sequence, ...change }: NumberedChange) {
  return { sequence, at: new Date(atMs).toISOString(), ...change };
}
