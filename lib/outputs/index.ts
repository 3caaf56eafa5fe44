// The door of lib/outputs: what a regional body publishes, as pure functions over figures.

export { createExport, type ExportAbout, type ExportSet } from "./export-set.ts";
export { figuresCsv } from "./figure-csv.ts";
export { figureLines, parseFigureLines } from "./figure-lines.ts";
export { iafqCsv } from "./iafq-csv.ts";
export { latestLedgers, ledgerFigures } from "./ledger-figures.ts";
export { type SdgRow, sdgRows } from "./sdg-rows.ts";
export { sdmxCsv } from "./sdmx-csv.ts";
export { sdmxJson } from "./sdmx-json.ts";
