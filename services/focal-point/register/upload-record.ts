import type { SqlRow, Transaction } from "#runtime";
import type { CsvHeader } from "./csv-columns.ts";

/** States of an import. The last three are ends. */
export const UPLOAD_STATES = [
  "RECEIVING",
  "CHECKING",
  "IMPORTING",
  "DONE",
  "REFUSED",
  "CANCELLED",
] as const;

/** One of {@link UPLOAD_STATES}. */
export type UploadState = (typeof UPLOAD_STATES)[number];

/** An import of a file into the register. */
export interface Upload {
  readonly uploadId: string;
  /** What its sender calls the file. */
  readonly name: string;
  readonly format: "csv" | "jsonl";
  /** Whether good lines are imported although others are bad. */
  readonly partial: boolean;
  readonly state: UploadState;
  /** Bytes of the whole file, once it is there as a whole. */
  readonly totalBytes: number | undefined;
  readonly header: CsvHeader | undefined;
  /** How far it has been read, in this pass. */
  readonly readOffset: number;
  readonly readLine: number;
  /** Records read in this pass, blank lines left out. */
  readonly records: number;
  readonly badLines: number;
  readonly inserted: number;
  readonly updated: number;
  readonly unchanged: number;
  /** Events that were new or changed. */
  readonly events: number;
  readonly startedAtMs: number;
  readonly endedAtMs: number | undefined;
  readonly actor: string;
}

/** A row of register_upload. */
export interface UploadRow extends SqlRow {
  position: number;
  upload_id: string;
  name: string;
  format: Upload["format"];
  partial: number;
  state: UploadState;
  total_bytes: number | null;
  header: string | null;
  read_offset: number;
  read_line: number;
  records: number;
  bad_lines: number;
  inserted: number;
  updated: number;
  unchanged: number;
  events: number;
  started_at: number;
  ended_at: number | null;
  actor: string;
}

/** The row of an import. */
export async function uploadRow(tx: Transaction, uploadId: string): Promise<UploadRow | undefined> {
  return await tx.get<UploadRow>("SELECT * FROM register_upload WHERE upload_id = ?", uploadId);
}

/** A row as an import. */
export function uploadOf(row: UploadRow): Upload {
  return {
    uploadId: row.upload_id,
    name: row.name,
    format: row.format,
    partial: row.partial === 1,
    state: row.state,
    totalBytes: row.total_bytes ?? undefined,
    header: row.header === null ? undefined : (JSON.parse(row.header) as CsvHeader),
    readOffset: row.read_offset,
    readLine: row.read_line,
    records: row.records,
    badLines: row.bad_lines,
    inserted: row.inserted,
    updated: row.updated,
    unchanged: row.unchanged,
    events: row.events,
    startedAtMs: row.started_at,
    endedAtMs: row.ended_at ?? undefined,
    actor: row.actor,
  };
}
