import { type Command, Option } from "commander";
import { TracepostError } from "#errors";
import { openStream } from "#http";
import { EXPORT_FORMATS, type ExportSet, parseFigureLines, yearlyReport } from "#outputs";
import { CLI_LIMITS, OUTPUT_LIMITS, printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { findBrowser, printPdf } from "../print-pdf.ts";
import { readInput } from "../read-input.ts";
import {
  addServiceOptions,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";
import { writeNew } from "../write-new.ts";

interface ExportOptions extends ServiceOptions {
  readonly format: string;
  readonly measure?: string;
  readonly year?: string;
  readonly status?: string;
  readonly asOf?: string;
  readonly body?: string;
  readonly reason?: string;
  readonly out?: string;
}

interface ReportOptions extends ServiceOptions {
  readonly year: string;
  readonly status?: string;
  readonly asOf?: string;
  readonly body?: string;
  readonly reason?: string;
  readonly out: string;
  readonly pdf?: boolean;
  readonly browser?: string;
}

/** What a running monitor is asked for. */
type Wish = Pick<
  ExportOptions,
  "asOf" | "body" | "format" | "measure" | "reason" | "status" | "year"
>;

const FORMATS = Object.keys(EXPORT_FORMATS).join(", ");
const NOTE = "note";
const YEAR = /^\d{4}$/u;
/** Analysts ask as themselves. */
const ANALYST = { kind: "focal-point", defaultUser: "person" } as const;
/** Header of the answer: so many figures are in the file. */
const FIGURES_HEADER = "tracepost-figures";
const ACCESS = "--data exchange --participant ORG-ECOWAS";

const EXPORT_HELP = `
Asks a running monitor for what its body publishes of a year: releases of the gateway and ledgers that
States have signed off, made safe. Who exports what is kept there. Or reads a file of figures in JSON
Lines: whose they are, then one in a line. Forms: ${FORMATS}. What is withheld or missing stays so in
every form. With --out the method note is written beside the file, as FILE.note.md.

Examples:
  tracepost monitor export --format sdmx-csv --year 2026 --out figures.csv ${ACCESS}
  tracepost monitor export --format csv --year 2026 --as-of 2027-04-01 --out april.csv ${ACCESS}
  tracepost monitor export figures.jsonl --format sdg --year 2026 --json
`;

const REPORT_HELP = `
Writes one HTML file with plots, tables and the method note, to be read and printed: of what a running
monitor publishes, or of a file of figures. With --pdf a browser of this machine prints it beside,
under the same name: the one named with --browser, or a Chromium, Chrome or Edge on the path. It runs
without a window and without the network.

Examples:
  tracepost monitor report --year 2026 --out report.html ${ACCESS}
  tracepost monitor report figures.jsonl --year 2026 --out report.html --pdf --browser /usr/bin/chromium
`;

/** Adds `monitor export` and `monitor report`: what a body publishes (TP-OUT-13 to TP-OUT-18). */
export function addMonitorOutputs(parent: Command, terminal: Terminal): void {
  const leave = parent
    .command("export")
    .description("write figures in a form that others take")
    .argument("[file]", "figures as JSON Lines, - for standard input; default: a running monitor")
    .requiredOption("--format <form>", `one of: ${FORMATS}`)
    .option("--measure <measure>", "this measure alone, such as VC_ARM_SZTRACE")
    .option("--year <year>", "this year alone, such as 2026; of a running monitor it must be said")
    .option("--out <file>", "where to write it; default: standard output");
  addAsked(leave).addHelpText("after", EXPORT_HELP);
  addAction<ExportOptions>(leave, terminal, (options, file) =>
    exportFigures(options, file, terminal),
  );
  const report = parent
    .command("report")
    .description("write the yearly report, and print it to PDF")
    .argument("[file]", "figures as JSON Lines, - for standard input; default: a running monitor")
    .requiredOption("--year <year>", "year of the report, such as 2026")
    .requiredOption("--out <file>", "HTML file to write")
    .option("--pdf", "print it to PDF too, by a browser")
    .option("--browser <path>", "the browser to print with");
  addAsked(report).addHelpText("after", REPORT_HELP);
  addAction<ReportOptions>(report, terminal, (options, file) =>
    writeReport(options, file, terminal),
  );
}

/** What a running monitor takes, and where it is. */
function addAsked(command: Command): Command {
  addServiceOptions(command, "focal-point");
  return command
    .addOption(
      new Option("--status <status>", "of a running monitor; default: ACTUAL").choices([
        ...["ACTUAL", "EXERCISE", "TEST"],
      ]),
    )
    .option("--body <code>", "of a running monitor that stands for several; default: the first one")
    .option("--as-of <day>", "of a running monitor: as it could be published on that day")
    .option("--reason <text>", "why; a running monitor keeps it with the export");
}

async function exportFigures(
  options: ExportOptions,
  file: string | undefined,
  terminal: Terminal,
): Promise<CommandResult> {
  const { format, out } = options;
  if (!Object.hasOwn(EXPORT_FORMATS, format)) {
    throw new TracepostError("USAGE", `There is no form named ${format}.`, {
      remedy: `Name one of: ${FORMATS}.`,
    });
  }
  if (options.year !== undefined) yearOf(options.year);
  const write = await writerOf(options, file, terminal);
  const { figures, text } = await write(format);
  if (out === undefined) {
    return { json: { format, figures, text }, lines: text.trimEnd().split("\n") };
  }
  await writeNew(out, text);
  const note = format === NOTE ? undefined : `${out}.note.md`;
  if (note !== undefined) await writeNew(note, (await write(NOTE)).text);
  return {
    json: { format, figures, file: out, ...(note === undefined ? {} : { note }) },
    lines: [printable(`Written: ${[out, note].filter(Boolean).join(", ")}, ${figures} figures.`)],
  };
}

/** A form of figures, and how many they are. */
interface Written {
  readonly figures: number;
  readonly text: string;
}

/** Writes figures of a file, or of a running monitor, in one form after the other. */
async function writerOf(
  options: ExportOptions,
  file: string | undefined,
  terminal: Terminal,
): Promise<(format: string) => Promise<Written>> {
  if (file === undefined) {
    const service = await openMonitor(options, terminal);
    return (format) => askMonitor(service, { ...options, format });
  }
  const { measure, year } = options;
  const set = await readFigures(file);
  const figures = set.figures.filter(
    (figure) =>
      (measure === undefined || figure.measure === measure) &&
      (year === undefined || figure.period.slice(0, 4) === year),
  );
  return async (format) => {
    const text = EXPORT_FORMATS[format]?.write({ ...set, figures }) ?? "";
    return { figures: figures.length, text };
  };
}

/** Finds the monitor that is meant. Throws TracepostError USAGE where neither it nor a file is. */
async function openMonitor(options: ExportOptions, terminal: Terminal): Promise<ServiceAccess> {
  if (options.data === undefined && options.url === undefined) {
    throw new TracepostError("USAGE", "It is not said which figures are meant.", {
      remedy: "Name a file, or a running monitor with --data DIR --participant ID or --url URL.",
    });
  }
  if (options.year === undefined) {
    throw new TracepostError("USAGE", "A running monitor publishes one year at a time.", {
      remedy: "Name it with --year, such as --year 2026.",
    });
  }
  return await openService(options, terminal, ANALYST);
}

async function askMonitor({ door }: ServiceAccess, wish: Wish): Promise<Written> {
  const { asOf, body: of, format, measure, reason, status, year } = wish;
  const asked = Object.entries({ format, year, status, body: of, measure, asOf, reason });
  const query = new URLSearchParams(
    asked.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
  const call = { path: `/v1/exports?${query}`, timeoutMs: CLI_LIMITS.streamMs };
  const { body, headers } = await openStream(door, call);
  const pieces: Uint8Array[] = [];
  let size = 0;
  for await (const piece of body) {
    size += piece.length;
    if (size > OUTPUT_LIMITS.fileBytesMax) {
      throw new TracepostError("INPUT_INVALID", "The answer of the monitor is too long.", {
        remedy: "Ask for one measure with --measure.",
      });
    }
    pieces.push(piece);
  }
  const text = Buffer.concat(pieces).toString("utf8");
  return { figures: Number(headers.get(FIGURES_HEADER) ?? 0), text };
}

async function writeReport(
  options: ReportOptions,
  file: string | undefined,
  terminal: Terminal,
): Promise<CommandResult> {
  const { browser, out, pdf = false } = options;
  const year = yearOf(options.year);
  const program = pdf ? await findBrowser(process.env.PATH ?? "", browser) : undefined;
  const wish = { ...options, format: "report" };
  const page =
    file === undefined
      ? (await askMonitor(await openMonitor(wish, terminal), wish)).text
      : yearlyReport(await readFigures(file), year);
  await writeNew(out, page);
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
