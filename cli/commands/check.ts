import { writeFile } from "node:fs/promises";
import type { Command } from "commander";
import { type CheckReport, checkCsv, parseCheckCsv, type Question } from "#alerts-api";
import { CONSIGNMENT_KINDS } from "#casework";
import { TracepostError } from "#errors";
import { CHECK_LIMITS, printable } from "#runtime";
import { checkLines } from "../check-lines.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { readInput } from "../read-input.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";

/** What is asked about, as options. */
export interface QuestionOptions {
  readonly serial?: string;
  readonly make?: string;
  readonly model?: string;
  readonly lot?: string;
  readonly document?: string;
  readonly consignment?: string;
  readonly company?: string;
  readonly file?: string;
  readonly csv?: string;
}

interface CheckOptions extends ServiceOptions, QuestionOptions {
  readonly out?: string;
}

const HELP = `
Asks the service's own copy of the alerts in force: it answers while the exchange cannot be reached,
and says as of when. A match is possible, never certain, and never an order to detain. In a serial
number ? stands for a character that cannot be read, * for several. A consignment is KIND:NUMBER,
with :STATE for plates and registrations; kinds: ${CONSIGNMENT_KINDS.join(", ")}.
A CSV file has a first line with some of: ref, serial, make, model, lot, document, consignmentKind,
consignment, country, company.

Examples:
  tracepost check --serial "AB 12?4" --make BERETTA --data exchange --participant KE
  tracepost check --consignment CONTAINER:CSQU3054383 --data exchange --participant KE
  tracepost check --csv seized.csv --out answers.csv --data exchange --participant KE
`;

/** Adds `check`: is it wanted? */
export function addCheck(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("check")
    .description("ask whether a firearm, lot, document or consignment is wanted by an alert");
  addQuestionOptions(command);
  command.option("--out <csv>", "write the answers as CSV; - writes standard output");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<CheckOptions>(command, terminal, (options) => check(options, terminal));
}

/** Gives a command the options that say what is asked about. */
export function addQuestionOptions(command: Command): void {
  command
    .option("--serial <number>", "number on a firearm, part or component, exactly as read")
    .option("--make <brand>", "with --serial: brand as marked")
    .option("--model <model>", "with --serial: model as marked")
    .option("--lot <lot>", "lot of ammunition")
    .option("--document <number>", "number of a licence or certificate")
    .option("--consignment <kind:number>", "number on a consignment, such as CONTAINER:CSQU3054383")
    .option("--company <name>", "name of a company")
    .option("--file <csv>", "a list of questions; - reads standard input")
    .option("--csv <csv>", "the same as --file");
}

async function check(options: CheckOptions, terminal: Terminal): Promise<CommandResult> {
  const questions = await readQuestions(options);
  const access = { kind: "focal-point", defaultUser: "person" } as const;
  const service = await openService(options, terminal, access);
  const call = { method: "POST", path: "/v1/checks", body: { questions } } as const;
  const report = await callService<CheckReport>(service, call);
  const lines = checkLines(report, terminal.screen);
  const { out } = options;
  if (out === undefined) return { json: report, lines };
  if (out === "-") return { json: report, lines: checkCsv(report).trimEnd().split("\r\n") };
  await writeAnswers(out, checkCsv(report));
  return { json: report, lines: [...lines, printable(`Answers written to ${out}.`)] };
}

/** Throws TracepostError INPUT_INVALID when the file cannot be written. */
async function writeAnswers(file: string, text: string): Promise<void> {
  try {
    await writeFile(file, text);
  } catch (cause) {
    throw new TracepostError("INPUT_INVALID", `The answers cannot be written to ${file}`, {
      cause,
      remedy: "Give --out a file in a folder that can be written to.",
    });
  }
}

/**
 * Questions of the options or of a file. Throws TracepostError USAGE when nothing or too much is
 * asked about, INPUT_INVALID naming each bad line of a file.
 */
export async function readQuestions(options: QuestionOptions): Promise<Question[]> {
  const { company, consignment, csv, document, lot, make, model, serial } = options;
  const file = options.file ?? csv;
  if (file === undefined) {
    const asked = { serial, make, model, lot, document, company };
    const given = Object.entries(asked).filter(([, text]) => text !== undefined);
    const question: Question = {
      ...Object.fromEntries(given),
      ...(consignment === undefined ? {} : { consignment: consignmentOf(consignment) }),
    };
    if (Object.keys(question).length > 0) return [question];
    throw new TracepostError("USAGE", "It is not said what is asked about", {
      remedy: "Give one of --serial, --lot, --document, --consignment, --company, --csv or --file.",
    });
  }
  const bytes = await readInput(file, CHECK_LIMITS.bodyBytesMax);
  const read = parseCheckCsv(new TextDecoder().decode(bytes));
  if (read.ok) return read.questions;
  throw new TracepostError("INPUT_INVALID", `${file} is no list of questions`, {
    problems: read.problems.map(({ field, rule }) => `${field}: ${rule}`),
    remedy: "Correct the lines named; nothing was asked.",
  });
}

function consignmentOf(text: string): NonNullable<Question["consignment"]> {
  const [name = "", value = "", country] = text.split(":");
  const kind = CONSIGNMENT_KINDS.find((each) => each === name.toUpperCase());
  if (kind !== undefined && value !== "") {
    return { kind, value, ...(country === undefined ? {} : { country }) };
  }
  throw new TracepostError("USAGE", `--consignment is no KIND:NUMBER: ${text}`, {
    remedy: `Use a kind of: ${CONSIGNMENT_KINDS.join(", ")}; such as CONTAINER:CSQU3054383.`,
  });
}
