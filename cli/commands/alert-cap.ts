import type { Command } from "commander";
import { stringify } from "yaml";
import { fetchFile } from "#http";
import { CAP_LIMITS, CLI_LIMITS, printable } from "#runtime";
import { addAlertOptions, alertPath, findAlertId, openAlerts } from "../alert-calls.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { readInput } from "../read-input.ts";
import { accessWords, callService, type ServiceOptions } from "../service-access.ts";
import { writeNew } from "../write-new.ts";

interface ExportOptions extends ServiceOptions {
  readonly version?: string;
  readonly out?: string;
}

interface ImportOptions extends ServiceOptions {
  readonly out?: string;
}

/** What a service says of a CAP document. */
interface CapRead {
  readonly move: "ALERT" | "UPDATE" | "CANCEL";
  readonly alertId?: string;
  readonly body: object;
  readonly complete: boolean;
  readonly findings: readonly {
    readonly field: string;
    readonly rule: string;
    readonly remedy?: string;
    readonly level: string;
  }[];
  readonly leftOut: readonly string[];
  readonly source: {
    readonly identifier: string;
    readonly sender: string;
    readonly sentAt: string;
  };
}

const EXPORT_HELP = `
The version that stands, or with --version another one by its message id. Attachments stay behind.

Examples:
  tracepost alert export 019b0f80 --data exchange --participant KE > alert.xml
  tracepost alert export 019b0f80 --out alert.xml --data exchange --participant KE
`;

const IMPORT_HELP = `
Prints what the document says as the file of tracepost alert send (or update): YAML, with what is
missing, to be chosen, or left out as comments. Complete it and send it; this sends nothing. With
--out a file that ends in .json is JSON. Public scope is refused.

Examples:
  tracepost alert import alert.xml --out alert.yaml --data exchange --participant KE
  tracepost alert send alert.yaml --data exchange --participant KE
`;

/** Adds `alert export` and `alert import`: alerts as CAP 1.2 (TP-ALERT-46, TP-ALERT-47). */
export function addAlertCap(parent: Command, terminal: Terminal): void {
  const leave = parent
    .command("export")
    .description("write an alert as CAP 1.2 XML, for other systems")
    .argument("<alert>", "alert id, or the beginning of one")
    .option("--version <message>", "message id of another version than the one that stands")
    .option("--out <file>", "where to write it; default: standard output");
  addAlertOptions(leave);
  leave.addHelpText("after", EXPORT_HELP);
  addAction<ExportOptions>(leave, terminal, (options, name = "") =>
    exportAlert(options, name, terminal),
  );
  const come = parent
    .command("import")
    .description("make a request to be completed out of CAP 1.2 XML; sends nothing")
    .argument("<file>", "the document; - reads standard input")
    .option("--out <file>", "where to write the request, .yaml or .json; default: standard output");
  addAlertOptions(come);
  come.addHelpText("after", IMPORT_HELP);
  addAction<ImportOptions>(come, terminal, (options, file = "-") =>
    importAlert(options, file, terminal),
  );
}

async function exportAlert(
  options: ExportOptions,
  name: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const { out, version } = options;
  const service = await openAlerts(options, terminal);
  const alertId = await findAlertId(service, name);
  const query = version === undefined ? "" : `?version=${encodeURIComponent(version)}`;
  const path = `${alertPath(alertId, "cap")}${query}`;
  const content = await fetchFile(service.door, { path, timeoutMs: CLI_LIMITS.answerMs });
  if (out === undefined) {
    const xml = content.toString("utf8");
    return { json: { alertId, xml }, lines: xml.trimEnd().split("\n") };
  }
  await writeNew(out, content);
  return {
    json: { alertId, file: out, bytes: content.length },
    lines: [printable(`Written: ${out}.`)],
  };
}

async function importAlert(
  options: ImportOptions,
  file: string,
  terminal: Terminal,
): Promise<CommandResult> {
  const { out } = options;
  const data = await readInput(file, CAP_LIMITS.fileBytesMax);
  const service = await openAlerts(options, terminal);
  const read = await callService<CapRead>(service, {
    method: "POST",
    path: "/v1/alerts/from-cap",
    bytes: { type: "application/cap+xml", data },
  });
  const yaml = stringify(read.body);
  const told = [...factsOf(read), nextOf(read, out, options)].map(lineOf);
  const comments = told.map((line) => `# ${line}`);
  if (out === undefined) return { json: read, lines: [...comments, ...yaml.trimEnd().split("\n")] };
  const isJson = out.endsWith(".json");
  const text = isJson ? `${JSON.stringify(read.body, undefined, 2)}\n` : yaml;
  await writeNew(out, isJson ? text : `${comments.join("\n")}\n${text}`);
  return { json: { ...read, file: out }, lines: [lineOf(`Written: ${out}.`), ...told] };
}

/** What is to be looked at, a line each. */
function factsOf({ findings, leftOut, source }: CapRead): string[] {
  return [
    `CAP message ${source.identifier} of ${source.sender}, sent ${source.sentAt}`,
    ...findings.map(({ field, level, remedy = "", rule }) => {
      return `${level} ${field}: ${rule}. ${remedy}`.trim();
    }),
    ...leftOut.map((element) => `Left out: ${element}`),
  ];
}

/** The command that sends it. */
function nextOf({ alertId, complete, move }: CapRead, out = "FILE", options: ServiceOptions) {
  const access = accessWords(options);
  const about = alertId ?? "ALERT";
  const commands = {
    ALERT: `tracepost alert send ${out} ${access}`,
    UPDATE: `tracepost alert update ${about} ${out} ${access}`,
    CANCEL: `tracepost alert cancel ${about} --reason REASON ${access}`,
  };
  return `${complete ? "To send it" : "Once it is completed"}: ${commands[move]}`;
}

/** On one line, with nothing that acts on a terminal or ends a comment. */
function lineOf(text: string): string {
  return printable(text.replaceAll(/\s+/gu, " "));
}
