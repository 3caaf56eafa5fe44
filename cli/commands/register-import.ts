import { stat } from "node:fs/promises";
import { basename } from "node:path";
import type { Command } from "commander";
import { TracepostError } from "#errors";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import {
  beginUpload,
  cancelUpload,
  listRejects,
  listUploads,
  loadUpload,
  sendFile,
  streamRejects,
  type UploadLine,
  waitForUpload,
} from "../register-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { uploadProgress } from "../upload-progress.ts";
import { writeStream } from "../write-stream.ts";

interface ImportOptions extends ServiceOptions {
  readonly format?: string;
  readonly partial?: boolean;
  readonly resume?: string;
}

interface RejectOptions extends ServiceOptions {
  readonly output?: string;
  readonly limit: number;
}

const LIMIT_DEFAULT = 50;
const ACCESS = { kind: "focal-point", defaultUser: "person" } as const;

const IMPORT_HELP = `
Imports a national register from CSV or JSON Lines. The file is sent in pieces, checked, and taken
in; with a bad line nothing is taken, unless --partial asks for the good ones. The same file again
changes nothing. An import that broke off goes on with --resume and the id that was shown.

Examples:
  tracepost register import register.csv --data exchange --participant KE
  tracepost register import register.jsonl --partial --data exchange --participant KE
  tracepost register import register.csv --resume up_3c9a1e7b5d20 --data exchange --participant KE
`;

const STATUS_HELP = `
Tells how far an import is and what became of it; without an id, the newest imports.

Example:
  tracepost register status up_3c9a1e7b5d20 --data exchange --participant KE
`;

const REJECTS_HELP = `
Lists the lines that were not taken, each with what is wrong with it. --output writes all of them
to a file, as JSON Lines.

Example:
  tracepost register rejects up_3c9a1e7b5d20 --data exchange --participant KE
`;

const CANCEL_HELP = `
Gives up an import whose file has not come as a whole; what came of it is removed.

Example:
  tracepost register cancel up_3c9a1e7b5d20 --data exchange --participant KE
`;

/** Adds `register import`, `status`, `rejects` and `cancel` (TP-FIRE-15). */
export function addRegisterImport(parent: Command, terminal: Terminal): void {
  const importing = parent
    .command("import")
    .description("import a national register from CSV or JSON Lines")
    .argument("<file>", "the file");
  addServiceOptions(importing, "focal-point");
  importing
    .option("--format <format>", "csv or jsonl, where the name of the file does not say it")
    .option("--partial", "take the good lines although others are bad")
    .option("--resume <upload>", "go on with an import that broke off")
    .addHelpText("after", IMPORT_HELP);
  addAction<ImportOptions>(importing, terminal, (options, file = "") =>
    importFile(options, file, terminal),
  );
  const status = parent
    .command("status")
    .description("tell how far an import is, or list the newest")
    .argument("[upload]", "id of the import");
  addServiceOptions(status, "focal-point");
  status.addHelpText("after", STATUS_HELP);
  addAction<ServiceOptions>(status, terminal, async (options, uploadId) => {
    const service = await openService(options, terminal, ACCESS);
    if (uploadId === undefined) {
      const uploads = await listUploads(service, LIMIT_DEFAULT);
      return { json: { uploads }, lines: table(uploads) };
    }
    const upload = await loadUpload(service, uploadId);
    return { json: upload, lines: linesOf(upload) };
  });
  const rejects = parent
    .command("rejects")
    .description("list the lines of an import that were not taken")
    .argument("<upload>", "id of the import");
  addServiceOptions(rejects, "focal-point");
  rejects
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT)
    .option("--output <file>", "write all of them to a file, as JSON Lines")
    .addHelpText("after", REJECTS_HELP);
  addAction<RejectOptions>(rejects, terminal, (options, uploadId = "") =>
    tellRejects(options, uploadId, terminal),
  );
  const cancel = parent
    .command("cancel")
    .description("give up an import that broke off")
    .argument("<upload>", "id of the import");
  addServiceOptions(cancel, "focal-point");
  cancel.addHelpText("after", CANCEL_HELP);
  addAction<ServiceOptions>(cancel, terminal, async (options, uploadId = "") => {
    const upload = await cancelUpload(await openService(options, terminal, ACCESS), uploadId);
    return { json: upload, lines: linesOf(upload) };
  });
}

async function importFile(
  options: ImportOptions,
  file: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const format = formatOf(options.format, file);
  const size = await sizeOf(file);
  const service = await openService(options, terminal, ACCESS);
  const { partial = false, resume } = options;
  const begun =
    resume === undefined
      ? await beginUpload(service, { name: basename(file).slice(-200), format, partial })
      : await loadUpload(service, resume);
  const progress = uploadProgress(terminal, size, options.json === true);
  try {
    const sent = await sendFile(service, begun, file, progress.show);
    const upload = await waitForUpload(service, sent, progress.show);
    const exitCode = upload.state === "DONE" ? 0 : 2;
    return { json: upload, lines: linesOf(upload), exitCode };
  } catch (caught) {
    const fault = TracepostError.from(caught);
    throw new TracepostError(fault.code, `the import broke off: ${fault.message}`, {
      cause: caught,
      problems: fault.problems,
      remedy: `Go on with: tracepost register import ${file} --resume ${begun.uploadId}`,
    });
  } finally {
    progress.end();
  }
}

function formatOf(given: string | undefined, file: string): "csv" | "jsonl" {
  const named = given ?? (/\.csv$/iu.test(file) ? "csv" : undefined);
  if (named === "csv" || named === "jsonl") return named;
  if (named === undefined && /\.(jsonl|ndjson)$/iu.test(file)) return "jsonl";
  throw new TracepostError("USAGE", `It is not said what ${file} is`, {
    remedy: "Give --format csv or --format jsonl.",
  });
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (caught) {
    throw new TracepostError("USAGE", `${file} cannot be read`, {
      cause: caught,
      remedy: "Check the path of the file.",
    });
  }
}

function linesOf(upload: UploadLine): string[] {
  const { badLines, events, inserted, state, unchanged, updated, uploadId } = upload;
  const taken = `${inserted} new, ${updated} changed, ${unchanged} as they were, ${events} events`;
  const counts = `  ${upload.records} records: ${taken}, ${badLines} bad`;
  const lines = [`${uploadId} ${state} (${upload.name})`, counts];
  if (state === "REFUSED") lines.push("  Nothing was imported; --partial takes the good lines.");
  if (badLines > 0) lines.push(`  See: tracepost register rejects ${uploadId}`);
  return lines.map(printable);
}

function table(uploads: readonly UploadLine[]): string[] {
  if (uploads.length === 0) return ["No imports."];
  const rows = uploads.map((each) => [
    each.uploadId,
    each.state,
    `${each.records}`,
    `${each.badLines}`,
    each.startedAt,
    each.name,
  ]);
  return textTable(["IMPORT", "STATE", "RECORDS", "BAD", "BEGUN", "FILE"], rows);
}

async function tellRejects(
  options: RejectOptions,
  uploadId: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const service = await openService(options, terminal, ACCESS);
  const { limit, output } = options;
  if (output !== undefined) {
    const bytes = await writeStream(output, streamRejects(service, uploadId));
    return { json: { output, bytes }, lines: [`Wrote ${bytes} bytes to ${output}.`] };
  }
  const found = await listRejects(service, uploadId, limit);
  const lines = found.rejects.flatMap(({ content, line, problems }) => [
    ...problems.map(({ field, rule }) =>
      printable(`line ${line}: ${field === "" ? "" : `${field} `}${rule}`),
    ),
    printable(`  ${content}`),
  ]);
  const more = found.next === undefined ? [] : ["There are more; --output writes all of them."];
  return { json: found, lines: [...(lines.length === 0 ? ["None."] : lines), ...more] };
}
