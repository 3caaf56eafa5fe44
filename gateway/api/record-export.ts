import { csvRecord, type Database, printable, SEARCH_LIMITS, withoutFormula } from "#runtime";
import type { RecordFilter } from "../store/search/criteria.ts";
import type { GatewayProcedures } from "../store.ts";
import { recordView } from "./record-view.ts";

/** What an export holds; states and due dates change, so they are none of it (TP-FIND-7). */
export interface ExportWish {
  readonly filter: Omit<RecordFilter, "state" | "dueFromMs" | "dueUntilMs">;
  /** As of a log of so many entries. */
  readonly size: number;
  /** Only records before this id; null: from the newest on. */
  readonly before: number | null;
  readonly format: "csv" | "jsonl";
}

type ExportedRecord = ReturnType<typeof recordView>;

/** Columns of the CSV, each with where its value comes from. */
const COLUMNS: Readonly<Record<string, (record: ExportedRecord) => unknown>> = {
  logIndex: ({ logIndex }) => logIndex,
  recordedAt: ({ recordedAt }) => recordedAt,
  messageId: ({ messageId }) => messageId,
  sender: ({ sender }) => sender,
  recipients: ({ recipients }) => recipients.join(" "),
  kind: ({ kind }) => kind,
  lane: ({ lane }) => lane,
  sizeBytes: ({ sizeBytes }) => sizeBytes,
  decision: ({ decision }) => decision,
  code: ({ code }) => code,
  field: ({ field }) => field,
  conversationId: ({ header }) => header?.conversationId,
  sentAt: ({ header }) => header?.sentAt,
  expiresAt: ({ header }) => header?.expiresAt,
  status: ({ header }) => header?.status,
  priority: ({ header }) => header?.priority,
  instruments: ({ header }) => header?.instruments.join(" "),
  tlp: ({ header }) => header?.handling?.tlp,
  use: ({ header }) => header?.handling?.use.join(" "),
  releasableTo: ({ header }) => header?.handling?.releasableTo.join(" "),
  originatorState: ({ header }) => header?.handling?.originatorState,
  move: ({ header }) => header?.move,
  outcome: ({ header }) => header?.outcome,
  alertMove: ({ header }) => header?.alertMove,
  inReplyToSender: ({ header }) => header?.inReplyTo?.sender,
  inReplyTo: ({ header }) => header?.inReplyTo?.messageId,
  supersedes: ({ header }) => header?.supersedes,
};

/** First line of the CSV. */
export const CSV_HEAD = csvRecord(Object.keys(COLUMNS));

/**
 * The lines of an export, the newest record first, a page of the store at a time (TP-FIND-7). The
 * same wish gives the same lines whatever is recorded meanwhile; each begins with its place in the
 * log, before which a later call goes on.
 */
export async function* exportLines(
  store: Pick<Database<GatewayProcedures>, "call">,
  { filter, format, size, before }: ExportWish,
): AsyncGenerator<string> {
  if (format === "csv" && before === null) yield `${CSV_HEAD}\r\n`;
  let place = before;
  for (;;) {
    const page = { filter, size, before: place, limit: SEARCH_LIMITS.exportPageRows };
    const found = await store.call("findRecords", page);
    const lines = (found?.rows ?? []).map((row) => lineOf(recordView(row, true), format));
    if (lines.length > 0) yield lines.join("");
    place = found?.next ?? null;
    if (place === null) return;
  }
}

/** One record as a line of an export. */
export function lineOf(record: ExportedRecord, format: ExportWish["format"]): string {
  return format === "csv" ? csvLine(record) : jsonLine(record);
}

function jsonLine({ dueAt: _dueAt, header, ...record }: ExportedRecord): string {
  const { state: _state, ...facts } = header ?? {};
  return `${JSON.stringify({ ...record, header: facts })}\n`;
}

/** No line break lies within a line, and no value is run by a spreadsheet as a formula. */
function csvLine(record: ExportedRecord): string {
  const values = Object.values(COLUMNS).map((value) => {
    return withoutFormula(printable(String(value(record) ?? "")));
  });
  return `${csvRecord(values)}\r\n`;
}
