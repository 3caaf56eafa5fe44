import { type Command, Option } from "commander";
import { openStream } from "#http";
import { CLI_LIMITS } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { askedOf, type RecordWish } from "../record-calls.ts";
import { ResumedExport } from "../resumed-export.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { addCriteria, RECORDS_DOOR, wishOf } from "./records-list.ts";

interface ExportOptions extends ServiceOptions, RecordWish {
  readonly format: string;
  readonly out: string;
}

const HELP = `
Saves every record that meets what is given, the newest first, as of the log's size when it begins:
what is recorded meanwhile is not in it. Who exports what, and why, is kept in the audit trail.

A broken line loses nothing: the same command goes on where it was (FILE.part). In CSV no value is
run by a spreadsheet as a formula: an apostrophe stands before what would be one.

Example:
  tracepost records export --data exchange --party KE --format csv --out ke.csv \\
    --reason "yearly review (made up)"
`;

/** Adds `records export`. */
export function addRecordsExport(parent: Command, terminal: Terminal): void {
  const command = parent.command("export").description("save records to a file");
  addServiceOptions(command, "gateway");
  addCriteria(command);
  const format = new Option("--format <format>", "of the file").choices(["csv", "jsonl"]);
  command
    .requiredOption("--out <file>", "where to; a file that is not there yet")
    .requiredOption("--reason <text>", "why; kept with the export")
    .addOption(format.default("csv"))
    .addHelpText("after", HELP);
  addAction<ExportOptions>(command, terminal, (options) => save(options, terminal));
}

async function save(options: ExportOptions, terminal: Terminal): Promise<CommandResult> {
  const { format, out } = options;
  const service = await openService(options, terminal, RECORDS_DOOR);
  const wish = { ...wishOf(options), format };
  const file = new ResumedExport(out, askedOf(wish));
  const begun = await file.look();
  const query = new URLSearchParams(askedOf({ ...wish, ...begun }));
  const path = `/v1/records/export?${query}`;
  const answer = await openStream(service.door, { path, timeoutMs: CLI_LIMITS.streamMs });
  const size = begun.size ?? Number(answer.headers.get(SIZE_HEADER) ?? 0);
  await file.write(size, answer.body);
  const bytes = await file.finish();
  const json = { file: out, bytes, logSize: size, resumedBefore: begun.before };
  const resumed = begun.before === undefined ? [] : ["Gone on where it had broken off."];
  return { json, lines: [`${out}: ${bytes} bytes, as of ${size} entries of the log`, ...resumed] };
}

/** Header of the answer: as of a log of so many entries. */
const SIZE_HEADER = "tracepost-log-size";
