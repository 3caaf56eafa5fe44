import type { ExportSet } from "./export-set.ts";
import { figuresCsv } from "./figure-csv.ts";
import { figureLines } from "./figure-lines.ts";
import { iafqCsv } from "./iafq-csv.ts";
import { methodNote, noteMarkdown } from "./method-note.ts";
import { sdgRows } from "./sdg-rows.ts";
import { sdmxCsv } from "./sdmx-csv.ts";
import { sdmxJson } from "./sdmx-json.ts";

/** A form in which figures leave. */
export interface ExportFormat {
  readonly mediaType: string;
  /** Of a file, with its dot. */
  readonly extension: string;
  write(set: ExportSet): string;
}

/** Every form, by its name (docs/spec/outputs.md). */
export const EXPORT_FORMATS: Readonly<Record<string, ExportFormat>> = {
  csv: { mediaType: "text/csv", extension: ".csv", write: figuresCsv },
  jsonl: { mediaType: "application/jsonl", extension: ".jsonl", write: figureLines },
  "sdmx-csv": {
    ...{ mediaType: "application/vnd.sdmx.data+csv;version=2.0.0", extension: ".csv" },
    write: sdmxCsv,
  },
  "sdmx-json": {
    ...{ mediaType: "application/vnd.sdmx.data+json;version=2.0.0", extension: ".json" },
    write: sdmxJson,
  },
  iafq: { mediaType: "text/csv", extension: ".csv", write: iafqCsv },
  sdg: {
    ...{ mediaType: "application/json", extension: ".json" },
    write: (set) => `${JSON.stringify(sdgRows(set), undefined, 1)}\n`,
  },
  note: {
    ...{ mediaType: "text/markdown", extension: ".md" },
    write: (set) => noteMarkdown(methodNote(set)),
  },
};
