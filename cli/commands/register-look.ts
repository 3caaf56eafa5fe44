import type { Command } from "commander";
import { TracepostError } from "#errors";
import { printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import {
  type CandidateLine,
  type FirearmFile,
  findCandidates,
  listFirearms,
  loadFirearm,
  streamRegister,
} from "../register-calls.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { writeStream } from "../write-stream.ts";

interface FindOptions extends ServiceOptions {
  readonly serial: string;
  readonly make?: string;
  readonly model?: string;
  readonly calibre?: string;
  readonly alike?: boolean;
  readonly limit: number;
}

interface ListOptions extends ServiceOptions {
  readonly serial?: string;
  readonly make?: string;
}

interface ExportOptions extends ServiceOptions {
  readonly format: string;
}

const LIMIT_DEFAULT = 20;
const ACCESS = { kind: "focal-point", defaultUser: "person" } as const;

const FIND_HELP = `
Finds the firearms of the register that may be the one looked for, the likeliest first, each with
the reason: characters that read alike, changed places, are missing, too many or misread. In
--serial ? is one character that could not be read, and * any number of them.

Examples:
  tracepost register find --serial AB1234 --make GLOCK --data exchange --participant KE
  tracepost register find --serial 'AB?2*' --data exchange --participant KE
`;

const LIST_HELP = `
Lists the firearms of a make, of a serial number written alike, or of both; \`register find\` looks
further, for misread and partial numbers.

Example:
  tracepost register list --make GLOCK --serial AB1234 --data exchange --participant KE
`;

const SHOW_HELP = `
Shows one firearm with everything that happened to it, in the order of time.

Example:
  tracepost register show KE-REG-1 --data exchange --participant KE
`;

const EXPORT_HELP = `
Writes the whole register to a new file, in the form of an import.

Example:
  tracepost register export register.csv --format csv --data exchange --participant KE
`;

/** Adds `register find`, `list`, `show` and `export` (TP-FIRE-15). */
export function addRegisterLook(parent: Command, terminal: Terminal): void {
  const finding = parent
    .command("find")
    .description("find firearms that may be the one looked for, with reasons")
    .requiredOption("--serial <text>", "serial number as read");
  addServiceOptions(finding, "focal-point");
  finding
    .option("--make <text>", "brand as marked")
    .option("--model <text>", "model as marked")
    .option("--calibre <text>", "calibre as marked")
    .option("--alike", "only serial numbers that read alike")
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", FIND_HELP);
  addAction<FindOptions>(finding, terminal, (options) => find(options, terminal));
  const listing = parent
    .command("list")
    .description("list the firearms of a make or a serial number")
    .option("--serial <text>", "serial number")
    .option("--make <text>", "brand as marked");
  addServiceOptions(listing, "focal-point");
  listing.addHelpText("after", LIST_HELP);
  addAction<ListOptions>(listing, terminal, (options) => list(options, terminal));
  const showing = parent
    .command("show")
    .description("show one firearm with its events")
    .argument("<firearm>", "id in the register");
  addServiceOptions(showing, "focal-point");
  showing.addHelpText("after", SHOW_HELP);
  addAction<ServiceOptions>(showing, terminal, async (options, id = "") => {
    const firearm = await loadFirearm(await openService(options, terminal, ACCESS), id);
    return { json: firearm, lines: describe(firearm) };
  });
  const exporting = parent
    .command("export")
    .description("write the whole register to a file")
    .argument("<file>", "a file that is not there yet");
  addServiceOptions(exporting, "focal-point");
  exporting.option("--format <format>", "csv or jsonl", "jsonl").addHelpText("after", EXPORT_HELP);
  addAction<ExportOptions>(exporting, terminal, async (options, output = "") => {
    const { format } = options;
    if (format !== "csv" && format !== "jsonl") {
      throw new TracepostError("USAGE", `There is no format ${format}`, {
        remedy: "Give --format csv or --format jsonl.",
      });
    }
    const service = await openService(options, terminal, ACCESS);
    const bytes = await writeStream(output, streamRegister(service, format));
    return { json: { output, bytes }, lines: [`Wrote ${bytes} bytes to ${output}.`] };
  });
}

async function find(options: FindOptions, terminal: Terminal): Promise<CommandResult> {
  const { alike, calibre, limit, make, model, serial } = options;
  const given = { serial, make, model, calibre, limit: `${limit}` };
  const query = Object.fromEntries(
    Object.entries({ ...given, depth: alike === true ? "ALIKE" : "NEAR" }).filter(
      (entry): entry is [string, string] => entry[1] !== undefined,
    ),
  );
  const found = await findCandidates(await openService(options, terminal, ACCESS), query);
  const lines = found.candidates.flatMap(candidateLines);
  const more = found.more ? ["There are more; ask for less."] : [];
  const none = "No firearm of the register may be the one looked for.";
  return { json: found, lines: [...(lines.length === 0 ? [none] : lines), ...more] };
}

async function list(options: ListOptions, terminal: Terminal): Promise<CommandResult> {
  const { make, serial } = options;
  if (make === undefined && serial === undefined) {
    throw new TracepostError("USAGE", "It is not said which firearms", {
      remedy: "Give --serial TEXT, --make TEXT, or both; register export writes all of them.",
    });
  }
  const query = { ...(serial && { serial }), ...(make && { make }) };
  const found = await listFirearms(await openService(options, terminal, ACCESS), query);
  const rows = found.firearms.map((one) => [
    one.id,
    one.make,
    one.serial,
    one.exact === false ? "written alike" : "",
    one.status ?? "",
  ]);
  const lines = textTable(["FIREARM", "MAKE", "SERIAL", "MATCH", "STATUS"], rows);
  return { json: found, lines: rows.length === 0 ? ["No such firearm."] : lines };
}

function candidateLines({ firearm, reasons, score }: CandidateLine): string[] {
  const { calibre = "", id, make, model = "", serial } = firearm;
  const what = [make, model, calibre].filter((text) => text !== "").join(" ");
  return [
    `${String(score).padStart(3)}  ${id}  ${what}  ${serial}`,
    ...reasons.map(({ detail, field }) => `     ${field}: ${detail}`),
  ].map(printable);
}

function describe(firearm: FirearmFile): string[] {
  const { calibre = "", events = [], holder, id, madeUp, make, model = "", serial } = firearm;
  const what = [make, model, calibre].filter((text) => text !== "").join(" ");
  const holds = holder === undefined ? "" : ` (${holder})`;
  return [
    `${id}  ${what}  ${serial}`,
    `  ${firearm.status ?? ""}${holds}${madeUp === true ? ", made up" : ""}`,
    ...events.map(({ date = "no date", fromParty, fromState, kind, toParty, toState }) => {
      const from = [fromParty, fromState].filter((text) => text !== undefined).join(", ");
      const to = [toParty, toState].filter((text) => text !== undefined).join(", ");
      return `  ${date.padEnd(10)}  ${kind}${from && ` from ${from}`}${to && ` to ${to}`}`;
    }),
  ].map(printable);
}
