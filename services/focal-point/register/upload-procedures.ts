import { doOnce, type RepeatKey } from "#repeats";
import { FIREARM_LIMITS, type SqlRow, type Transaction } from "#runtime";
import type { RejectedLine } from "./portion-procedures.ts";
import {
  type Upload,
  type UploadRow,
  type UploadState,
  uploadOf,
  uploadRow,
} from "./upload-record.ts";

/** An import that is begun. */
export interface NewUpload {
  readonly uploadId: string;
  readonly name: string;
  readonly format: Upload["format"];
  readonly partial: boolean;
  readonly actor: string;
  readonly nowMs: number;
  readonly repeat: RepeatKey | undefined;
}

/** Begins an import; nothing of it shows before its file is there as a whole. */
export async function beginUpload(tx: Transaction, args: NewUpload) {
  const { nowMs, repeat } = args;
  return await doOnce(tx, { repeat, made: "begun", nowMs }, async () => {
    await tx.run(
      `INSERT INTO register_upload (upload_id, name, format, partial, state, started_at, actor)
       VALUES (?, ?, ?, ?, 'RECEIVING', ?, ?)`,
      args.uploadId,
      args.name,
      args.format,
      args.partial ? 1 : 0,
      nowMs,
      args.actor,
    );
    return { type: "begun" as const, uploadId: args.uploadId };
  });
}

/** One import. */
export async function loadUpload(
  tx: Transaction,
  args: { uploadId: string },
): Promise<Upload | undefined> {
  const row = await uploadRow(tx, args.uploadId);
  return row === undefined ? undefined : uploadOf(row);
}

/** The newest imports, the newest first. */
export async function listUploads(tx: Transaction, args: { limit: number }): Promise<Upload[]> {
  const rows = await tx.all<UploadRow>(
    "SELECT * FROM register_upload ORDER BY position DESC LIMIT ?",
    args.limit,
  );
  return rows.map(uploadOf);
}

/** Imports that are not through, the oldest first. */
export async function openUploads(tx: Transaction, _args: unknown): Promise<Upload[]> {
  const rows = await tx.all<UploadRow>(
    `SELECT * FROM register_upload WHERE state IN ('RECEIVING', 'CHECKING', 'IMPORTING')
     ORDER BY position LIMIT ?`,
    FIREARM_LIMITS.openUploadsMax,
  );
  return rows.map(uploadOf);
}

/** The file is there as a whole: from here on the import is finished, whatever happens. */
export async function closeUpload(
  tx: Transaction,
  args: { uploadId: string; totalBytes: number },
): Promise<void> {
  await tx.run(
    `UPDATE register_upload SET total_bytes = ?,
       state = CASE partial WHEN 1 THEN 'IMPORTING' ELSE 'CHECKING' END
     WHERE upload_id = ? AND state = 'RECEIVING'`,
    args.totalBytes,
    args.uploadId,
  );
}

/**
 * The file has been read to its end. A checked one without a bad line is imported next; one with a
 * bad line is refused as a whole, and nothing of it was imported.
 */
export async function endPass(
  tx: Transaction,
  args: { uploadId: string; nowMs: number },
): Promise<UploadState | undefined> {
  const row = await uploadRow(tx, args.uploadId);
  if (row === undefined || (row.state !== "CHECKING" && row.state !== "IMPORTING")) {
    return row?.state;
  }
  const next = row.state === "IMPORTING" ? "DONE" : row.bad_lines > 0 ? "REFUSED" : "IMPORTING";
  if (next === "IMPORTING") {
    await tx.run(
      `UPDATE register_upload SET state = 'IMPORTING', read_offset = 0, read_line = 0, records = 0
       WHERE position = ?`,
      row.position,
    );
    return next;
  }
  await end(tx, row.position, next, args.nowMs);
  return next;
}

/** Refuses a file that cannot be read at all, such as one whose header is none. */
export async function refuseUpload(
  tx: Transaction,
  args: { uploadId: string; rejected: RejectedLine; nowMs: number },
): Promise<void> {
  const row = await uploadRow(tx, args.uploadId);
  if (row === undefined || row.ended_at !== null) return;
  for (const [number, { field, rule }] of args.rejected.problems.entries()) {
    await tx.run(
      `INSERT INTO register_reject VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
      row.position,
      args.rejected.line,
      number,
      field,
      rule,
      number === 0 ? args.rejected.content.slice(0, FIREARM_LIMITS.rejectCharsMax) : "",
    );
  }
  await tx.run("UPDATE register_upload SET bad_lines = 1 WHERE position = ?", row.position);
  await end(tx, row.position, "REFUSED", args.nowMs);
}

/** Gives up an import whose file is not there as a whole; false when it is no such import. */
export async function cancelUpload(
  tx: Transaction,
  args: { uploadId: string; nowMs: number },
): Promise<boolean> {
  const row = await uploadRow(tx, args.uploadId);
  if (row?.state === "CANCELLED") return true;
  if (row?.state !== "RECEIVING") return false;
  await end(tx, row.position, "CANCELLED", args.nowMs);
  return true;
}

async function end(
  tx: Transaction,
  position: number,
  state: UploadState,
  nowMs: number,
): Promise<void> {
  await tx.run(
    "UPDATE register_upload SET state = ?, ended_at = ? WHERE position = ?",
    state,
    nowMs,
    position,
  );
}

/** Forgets the ids of a file that is through, a portion at a time; false while there are more. */
export async function forgetSeen(
  tx: Transaction,
  args: { uploadId: string; limit: number },
): Promise<boolean> {
  const row = await uploadRow(tx, args.uploadId);
  if (row === undefined) return true;
  const removed = await tx.run(
    `DELETE FROM register_seen WHERE upload = ? AND id <= coalesce(
       (SELECT id FROM register_seen WHERE upload = ? ORDER BY id LIMIT 1 OFFSET ?), char(1114111))`,
    row.position,
    row.position,
    args.limit,
  );
  return removed === 0;
}

/** Bad lines of an import after a line, in the order of the file. */
export async function listRejects(
  tx: Transaction,
  args: { uploadId: string; after: number; limit: number },
): Promise<RejectedLine[]> {
  const row = await uploadRow(tx, args.uploadId);
  if (row === undefined) return [];
  const rows = await tx.all<
    SqlRow & { line: number; field: string; rule: string; content: string }
  >(
    `SELECT line, field, rule, content FROM register_reject WHERE upload = ? AND line IN (
       SELECT DISTINCT line FROM register_reject WHERE upload = ? AND line > ?
       ORDER BY line LIMIT ?) ORDER BY line, number`,
    row.position,
    row.position,
    args.after,
    args.limit,
  );
  const byLine = Map.groupBy(rows, ({ line }) => line);
  return [...byLine].map(([line, problems]) => ({
    line,
    problems: problems.map(({ field, rule }) => ({ field, rule })),
    content: problems[0]?.content ?? "",
  }));
}
