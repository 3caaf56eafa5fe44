import { loadLogEntry, parseLogEntry } from "#message-log";
import type { LogEntry } from "#proto";
import type { Transaction } from "#runtime";

/** The entry at a place of the log; undefined when there is none that can be read. */
export async function entryAt(tx: Transaction, index: number): Promise<LogEntry | undefined> {
  const bytes = await loadLogEntry(tx, index);
  const entry = bytes === undefined ? undefined : parseLogEntry(bytes);
  return entry?.ok ? entry.value : undefined;
}
