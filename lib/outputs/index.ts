// The door of lib/outputs: what a regional body publishes, as pure functions over figures.

export {
  createExport,
  type ExchangeStatusName,
  type ExportAbout,
  type ExportSet,
  type StateNote,
} from "./export-set.ts";
export { figuresCsv } from "./figure-csv.ts";
export { figureLines, parseFigureLines } from "./figure-lines.ts";
export { EXPORT_FORMATS, type ExportFormat } from "./formats.ts";
export { iafqCsv } from "./iafq-csv.ts";
export { ledgerFigures, ledgerNotes } from "./ledger-figures.ts";
export { methodNote, noteMarkdown } from "./method-note.ts";
export { type RegionalSum, regionalFigures } from "./regional-figures.ts";
export { yearlyReport } from "./report/yearly-report.ts";
export { safeLedgerFigures } from "./safe-ledger-figures.ts";
export { type SdgRow, sdgRows } from "./sdg-rows.ts";
export { sdmxCsv } from "./sdmx-csv.ts";
export { sdmxJson } from "./sdmx-json.ts";
