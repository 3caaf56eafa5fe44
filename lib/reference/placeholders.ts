import type { ReferenceTable } from "./reference-table.ts";

/** What people write into a field when they have nothing to write (TP-SCR-2). */
export const PLACEHOLDERS: ReferenceTable<string> = {
  name: "placeholders",
  version: "2026-11-01",
  source: "Entries seen in police recovery records; compared in upper case without separators.",
  rows: ["N/A", "NONE", "UNKNOWN"],
};

const placeholders: ReadonlySet<string> = new Set(PLACEHOLDERS.rows);

/** Whether a text, in upper case without spaces, dashes and dots, stands for "nothing known". */
export function isPlaceholder(text: string): boolean {
  return placeholders.has(text);
}
