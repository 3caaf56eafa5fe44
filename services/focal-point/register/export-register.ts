import type { FirearmRecord } from "#casework";
import { type Database, FIREARM_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { fromRecord } from "../api/firearm-schema.ts";
import { withEvents } from "../firearms/firearm-events.ts";
import { type FirearmRow, recordOf } from "../firearms/firearm-record.ts";
import { CSV_COLUMNS, csvLinesOf } from "./csv-columns.ts";
import { csvRecord } from "./csv-record.ts";

/** The next firearms in the order of their ids. */
export const EXPORT_SQL = "SELECT * FROM firearm WHERE id > ? ORDER BY id LIMIT ?";

/** A page of the register in the order of ids, each firearm with its events. */
export async function exportPage(
  tx: Transaction,
  args: { after: string; limit: number },
): Promise<FirearmRecord[]> {
  const rows = await tx.all<FirearmRow & SqlRow>(EXPORT_SQL, args.after, args.limit);
  return await withEvents(tx, rows.map(recordOf));
}

/**
 * The whole register in the form of an import, a piece at a time (TP-FIRE-14). What changes
 * meanwhile is told as it is when its turn comes; no firearm is told twice.
 */
export async function* exportRegister(
  store: Pick<Database<{ exportPage: typeof exportPage }>, "call">,
  format: "csv" | "jsonl",
): AsyncGenerator<string> {
  if (format === "csv") yield `${csvRecord(CSV_COLUMNS)}\r\n`;
  const limit = FIREARM_LIMITS.portionLines;
  let after = "";
  for (;;) {
    const records = await store.call("exportPage", { after, limit });
    if (records.length > 0) yield textOf(records, format);
    const last = records.at(-1);
    if (last === undefined || records.length < limit) return;
    after = last.id;
  }
}

function textOf(records: readonly FirearmRecord[], format: "csv" | "jsonl"): string {
  const lines = records.map(fromRecord);
  return format === "jsonl"
    ? lines.map((line) => `${JSON.stringify(line)}\n`).join("")
    : lines.flatMap((line) => csvLinesOf(line).map((text) => `${text}\r\n`)).join("");
}
