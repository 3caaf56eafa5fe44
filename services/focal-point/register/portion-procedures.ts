import { hash } from "node:crypto";
import { FIREARM_LIMITS, type Transaction } from "#runtime";
import { addToTotal } from "../firearms/firearm-record.ts";
import { type IncomingFirearm, noteGlyphs, putFirearm } from "../firearms/put-firearm.ts";
import type { CsvHeader } from "./csv-columns.ts";
import { type Upload, type UploadRow, uploadOf, uploadRow } from "./upload-record.ts";

/** A line that can be read. */
export interface PortionLine {
  readonly line: number;
  readonly firearm: IncomingFirearm;
}

/** A line that was not taken, and everything that is wrong with it. */
export interface RejectedLine {
  /** From 1. */
  readonly line: number;
  readonly problems: readonly { readonly field: string; readonly rule: string }[];
  /** As it stands in the file, as far as it is kept. */
  readonly content: string;
}

/** Lines of a file that are taken in one transaction, together with how far it has been read. */
export interface Portion {
  readonly uploadId: string;
  /** The place the portion was read from: what was taken before is not taken again. */
  readonly from: number;
  readonly to: { readonly offset: number; readonly line: number };
  /** Read with the first portion of CSV. */
  readonly header?: CsvHeader | undefined;
  readonly records: number;
  readonly lines: readonly PortionLine[];
  readonly rejected: readonly RejectedLine[];
}

/**
 * Takes one portion: checks it against the lines before, keeps its firearms unless the file is only
 * being checked, its bad lines, and the place it ends at, all or none (TP-FIRE-11, TP-FIRE-12). A
 * portion that does not follow on what was read is left alone: it was taken before.
 */
export async function takePortion(tx: Transaction, portion: Portion): Promise<Upload | undefined> {
  const upload = await uploadRow(tx, portion.uploadId);
  if (upload === undefined || upload.read_offset !== portion.from) return undefined;
  if (upload.state !== "CHECKING" && upload.state !== "IMPORTING") return undefined;
  const isFirstPass = upload.state === "CHECKING" || upload.partial === 1;
  const rejected = [...portion.rejected];
  const counts = { inserted: 0, updated: 0, unchanged: 0, events: 0 };
  const kept: IncomingFirearm[] = [];
  for (const each of portion.lines) {
    const problem = isFirstPass ? await repetition(tx, upload.position, each) : undefined;
    if (problem !== undefined) {
      rejected.push({ line: each.line, problems: [problem], content: each.firearm.id });
      continue;
    }
    if (upload.state === "CHECKING") continue;
    const { change, events } = await putFirearm(tx, each.firearm);
    counts[change] += 1;
    counts.events += events;
    kept.push(each.firearm);
  }
  if (kept.length > 0) await noteGlyphs(tx, kept);
  await addToTotal(tx, counts.inserted);
  await keepRejected(tx, upload, rejected);
  await tx.run(
    `UPDATE register_upload SET read_offset = ?, read_line = ?, records = records + ?,
       bad_lines = bad_lines + ?, inserted = inserted + ?, updated = updated + ?,
       unchanged = unchanged + ?, events = events + ?, header = coalesce(?, header)
     WHERE position = ?`,
    portion.to.offset,
    portion.to.line,
    portion.records,
    rejected.length,
    counts.inserted,
    counts.updated,
    counts.unchanged,
    counts.events,
    portion.header === undefined ? null : JSON.stringify(portion.header),
    upload.position,
  );
  const after = await uploadRow(tx, portion.uploadId);
  return after === undefined ? undefined : uploadOf(after);
}

/**
 * What speaks against a line whose id an earlier line of the file has: it tells another firearm, or
 * nothing that the earlier one does not.
 */
async function repetition(
  tx: Transaction,
  upload: number,
  { firearm, line }: PortionLine,
): Promise<{ field: string; rule: string } | undefined> {
  const { events, ...about } = firearm;
  const digest = hash("sha1", JSON.stringify(about), "base64url");
  const added = await tx.run(
    "INSERT INTO register_seen (upload, id, line, digest) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING",
    upload,
    firearm.id,
    line,
    digest,
  );
  if (added > 0) return undefined;
  const first = await tx.get<{ line: number; digest: string }>(
    "SELECT line, digest FROM register_seen WHERE upload = ? AND id = ?",
    upload,
    firearm.id,
  );
  if (first === undefined || first.line === line) return undefined;
  if (first.digest === digest && events !== undefined) return undefined;
  const rule =
    first.digest === digest
      ? `is that of line ${first.line} already, and the line tells no event`
      : `is that of line ${first.line} already, which tells another firearm`;
  return { field: "id", rule };
}

async function keepRejected(
  tx: Transaction,
  upload: UploadRow,
  rejected: readonly RejectedLine[],
): Promise<void> {
  const room = Math.max(0, FIREARM_LIMITS.rejectsKeptMax - upload.bad_lines);
  for (const { content, line, problems } of rejected.slice(0, room)) {
    for (const [number, { field, rule }] of problems.entries()) {
      await tx.run(
        `INSERT INTO register_reject (upload, line, number, field, rule, content)
         VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`,
        upload.position,
        line,
        number,
        field,
        rule,
        number === 0 ? content.slice(0, FIREARM_LIMITS.rejectCharsMax) : "",
      );
    }
  }
}
