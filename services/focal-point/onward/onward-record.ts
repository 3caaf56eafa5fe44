import type { SqlRow, Transaction } from "#runtime";
import type { ReleaseGround } from "#trust";

/** Which part of a message of another State was passed on. */
export type OnwardPart = "body" | "persons";

/** A part of a message of another State. */
export interface OnwardPlace {
  readonly sender: string;
  readonly messageId: string;
  readonly part: OnwardPart;
}

/** Why it was passed on; LETTER: what came by letter has no handling that could be asked. */
export type OnwardGround = ReleaseGround | "LETTER";

/** Something of another State that was passed on: who received what of whom. */
export interface OnwardCopy {
  readonly position: number;
  readonly of: OnwardPlace;
  /** The message of ours it was passed on in. */
  readonly messageId: string;
  readonly caseId: string;
  /** Participant it went to, or State where it went by letter. */
  readonly to: string;
  readonly byLetter: boolean;
  readonly ground: OnwardGround;
  readonly actor: string;
  readonly atMs: number;
}

interface CopyRow extends SqlRow {
  position: number;
  about_sender: string;
  about_message_id: string;
  about_part: OnwardPart;
  onward_message_id: string;
  recipient: string;
  by_letter: number;
  case_id: string;
  ground: OnwardGround;
  actor: string;
  kept_at: number;
}

/** Keeps what a message of ours passes on, in the step that sends it. */
export async function keepOnwardCopy(
  tx: Transaction,
  copy: Omit<OnwardCopy, "position">,
): Promise<void> {
  await tx.run(
    `INSERT INTO onward_copy (about_sender, about_message_id, about_part, onward_message_id,
       recipient, by_letter, case_id, ground, actor, kept_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
    copy.of.sender,
    copy.of.messageId,
    copy.of.part,
    copy.messageId,
    copy.to,
    copy.byLetter ? 1 : 0,
    copy.caseId,
    copy.ground,
    copy.actor,
    copy.atMs,
  );
}

/** Where a part of a message was passed on to, the oldest first. */
export async function copiesOf(tx: Transaction, of: OnwardPlace): Promise<OnwardCopy[]> {
  const rows = await tx.all<CopyRow>(
    `SELECT * FROM onward_copy WHERE about_sender = ? AND about_message_id = ? AND about_part = ?
     ORDER BY position`,
    of.sender,
    of.messageId,
    of.part,
  );
  return rows.map(copyOf);
}

/** What a list of them is asked for. */
export interface OnwardQuery {
  /** Cases whose messages passed it on. */
  readonly caseId: string | undefined;
  readonly before: number | undefined;
  readonly limit: number;
}

/** What was passed on, the newest first. */
export async function listOnwardCopies(tx: Transaction, query: OnwardQuery): Promise<OnwardCopy[]> {
  const rows = await tx.all<CopyRow>(
    `SELECT * FROM onward_copy WHERE (?1 IS NULL OR case_id = ?1)
       AND (?2 IS NULL OR position < ?2) ORDER BY position DESC LIMIT ?3`,
    query.caseId ?? null,
    query.before ?? null,
    query.limit,
  );
  return rows.map(copyOf);
}

function copyOf(row: CopyRow): OnwardCopy {
  return {
    position: row.position,
    of: {
      sender: row.about_sender,
      messageId: row.about_message_id,
      part: row.about_part,
    },
    messageId: row.onward_message_id,
    caseId: row.case_id,
    to: row.recipient,
    byLetter: row.by_letter === 1,
    ground: row.ground,
    actor: row.actor,
    atMs: row.kept_at,
  };
}

/** Keeps leave that an originator gave for a message, received or given (TP-PERS-16). */
export async function keepGrants(
  tx: Transaction,
  about: { readonly sender: string; readonly messageId: string },
  grant: {
    readonly releaseTo: readonly string[];
    readonly requestId: string;
    readonly nowMs: number;
  },
): Promise<void> {
  for (const one of grant.releaseTo) {
    await tx.run(
      `INSERT INTO release_grant (about_sender, about_message_id, release_to, request_id, granted_at)
       VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      about.sender,
      about.messageId,
      one,
      grant.requestId,
      grant.nowMs,
    );
  }
}

/** Participants and States that the originator of a message gave leave for. */
export async function grantsOf(
  tx: Transaction,
  about: { readonly sender: string; readonly messageId: string },
): Promise<string[]> {
  const rows = await tx.all<{ release_to: string }>(
    "SELECT release_to FROM release_grant WHERE about_sender = ? AND about_message_id = ?",
    about.sender,
    about.messageId,
  );
  return rows.map((row) => row.release_to);
}
