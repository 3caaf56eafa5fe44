import type { Command } from "commander";
import { TracepostError } from "#errors";
import { EXPORT_FORMATS, type ExportSet, parseFigureLines, yearlyReport } from "#outputs";
import { OUTPUT_LIMITS, printable } from "#runtime";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { findBrowser, printPdf } from "../print-pdf.ts";
import { readInput } from "../read-input.ts";
import { writeNew } from "../write-new.ts";

interface ExportOptions extends OutputOptions {
  readonly format: string;
  readonly measure?: string;
  readonly year?: string;
  readonly out?: string;
}

interface ReportOptions extends OutputOptions {
  readonly year: string;
  readonly out: string;
  readonly pdf?: boolean;
  readonly browser?: string;
}

const FORMATS = Object.keys(EXPORT_FORMATS).join(", ");
const YEAR = /^\d{4}$/u;

const EXPORT_HELP = `
The file is JSON Lines: whose figures they are, then one figure in a line. Forms: ${FORMATS}.
What is withheld or missing stays so in every form.

Examples:
  tracepost monitor export figures.jsonl --format sdmx-csv --out figures.csv
  tracepost monitor export figures.jsonl --format sdg --year 2026 --json
  tracepost monitor export figures.jsonl --format csv --measure VC_ARM_SZTRACE --out indicator.csv
`;

const REPORT_HELP = `
Writes one HTML file with plots, tables and the method note, to be read and printed. With --pdf a
browser of this machine prints it beside, under the same name: the one named with --browser, or a
Chromium, Chrome or Edge on the path. It runs without a window and without the network.

Examples:
  tracepost monitor report figures.jsonl --year 2026 --out report.html
  tracepost monitor report figures.jsonl --year 2026 --out report.html --pdf --browser /usr/bin/chromium
`;

/** Adds `monitor export` and `monitor report`: what a body publishes (TP-OUT-13, TP-OUT-14). */
export function addMonitorOutputs(parent: Command, terminal: Terminal): void {
  const leave = parent
    .command("export")
    .description("write figures in a form that others take")
    .argument("<file>", "figures as JSON Lines; - reads standard input")
    .requiredOption("--format <form>", `one of: ${FORMATS}`)
    .option("--measure <measure>", "this measure alone, such as VC_ARM_SZTRACE")
    .option("--year <year>", "this year alone, such as 2026")
    .option("--out <file>", "where to write it; default: standard output")
    .addHelpText("after", EXPORT_HELP);
  addAction<ExportOptions>(leave, terminal, (options, file = "-") => exportFigures(options, file));
  const report = parent
    .command("report")
    .description("write the yearly report, and print it to PDF")
    .argument("<file>", "figures as JSON Lines; - reads standard input")
    .requiredOption("--year <year>", "year of the report, such as 2026")
    .requiredOption("--out <file>", "HTML file to write")
    .option("--pdf", "print it to PDF too, by a browser")
    .option("--browser <path>", "the browser to print with")
    .addHelpText("after", REPORT_HELP);
  addAction<ReportOptions>(report, terminal, (options, file = "-") => writeReport(options, file));
}

async function exportFigures(options: ExportOptions, file: string): Promise<CommandResult> {
  const { format, measure, out, year } = options;
  const form = EXPORT_FORMATS[format];
  if (form === undefined) {
    throw new TracepostError("USAGE", `There is no form named ${format}.`, {
      remedy: `Name one of: ${FORMATS}.`,
    });
  }
  const wanted = year === undefined ? undefined : yearOf(year);
  const set = await readFigures(file);
  const figures = set.figures.filter(
    (figure) =>
      (measure === undefined || figure.measure === measure) &&
      (wanted === undefined || Number(figure.period.slice(0, 4)) === wanted),
  );
  const text = form.write({ ...set, figures });
  if (out === undefined) {
    return { json: { format, figures: figures.length, text }, lines: text.trimEnd().split("\n") };
  }
  await writeNew(out, text);
  return {
    json: { format, figures: figures.length, file: out },
    lines: [printable(`Written: ${out}, ${figures.length} figures.`)],
  };
}

async function writeReport(options: ReportOptions, file: string): Promise<CommandResult> {
  const { browser, out, pdf = false } = options;
  const year = yearOf(options.year);
  const program = pdf ? await findBrowser(process.env.PATH ?? "", browser) : undefined;
  const set = await readFigures(file);
  await writeNew(out, yearlyReport(set, year));
  const written = [out];
  if (program !== undefined) written.push(await printPdf(program, out));
  return {
    json: { year, files: written },
    lines: written.map((name) => printable(`Written: ${name}.`)),
  };
}

/** A file of figures. Throws TracepostError INPUT_INVALID with each line that is wrong. */
async function readFigures(file: string): Promise<ExportSet> {
  const bytes = await readInput(file, OUTPUT_LIMITS.fileBytesMax);
  const parsed = parseFigureLines(new TextDecoder().decode(bytes));
  if (parsed.ok) return parsed.value;
  throw new TracepostError("INPUT_INVALID", "The file is no file of figures.", {
    problems: parsed.problems.map(({ field, rule }) => `${field}: ${rule}`),
    remedy: "Give a file as tracepost monitor export --format jsonl writes it.",
  });
}

function yearOf(text: string): number {
  if (YEAR.test(text)) return Number(text);
  throw new TracepostError("USAGE", `${text} is no year.`, { remedy: "Name one such as 2026." });
}
