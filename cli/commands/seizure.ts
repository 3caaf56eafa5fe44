import type { Command } from "commander";
import { HTTP_LIMITS, LEDGER_LIMITS, printable } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  addSeizure as enterSeizure,
  type ImportView,
  importSeizures,
  listSeizures,
  loadSeizure,
  withdrawSeizure,
} from "../ledger-calls.ts";
import { parseLimit } from "../parse-option.ts";
import { readBody } from "../read-body.ts";
import { readInput } from "../read-input.ts";
import { seizureResult, seizureTable } from "../seizure-lines.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";
import { addSeizureDecide } from "./seizure-decide.ts";

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

const example = (text: string): string => `
Example:
  ${text} --data exchange --participant KE --user desk-7
`;

const ADD_HELP = `
Enters a report: institution, agency, seizureNumber, date, place, recovery, and items with kind,
quantity and unit, as JSON or YAML.
${example("tracepost seizure add report.yaml")}`;

const IMPORT_HELP = `
Takes a CSV file of reports, one item to a line; the columns stand in docs/spec/ledger.md. With a
bad line nothing is taken, unless --keep-good asks for the others. The same file again changes
nothing. It ends with 2 when the file was refused.
${example("tracepost seizure import seizures-2026.csv")}`;

/** Adds `seizure add`, `import`, `list`, `show`, `withdraw` and what is decided about them. */
export function addSeizure(parent: Command, terminal: Terminal): void {
  addEntering(parent, terminal);
  addLooking(parent, terminal);
  const withdraw = parent
    .command("withdraw")
    .description("withdraw a report that was wrong: it stays, and counts no more")
    .argument("<report>", "id of the report")
    .requiredOption("--reason <text>", "why");
  addServiceOptions(withdraw, "focal-point");
  const text = 'tracepost seizure withdraw 019b0f96-1a2b --reason "Entered for another year"';
  withdraw.addHelpText("after", example(text));
  addAction<ServiceOptions & { readonly reason: string }>(
    withdraw,
    terminal,
    async (options, id = "") => {
      const service = await openService(options, terminal, PERSON);
      return seizureResult(await withdrawSeizure(service, id, { reason: options.reason }));
    },
  );
  addSeizureDecide(parent, terminal);
}

function addEntering(parent: Command, terminal: Terminal): void {
  const adding = parent
    .command("add")
    .description("enter the report of an agency about what it has recovered")
    .argument("<file>", "the report as JSON or YAML; - reads standard input");
  addServiceOptions(adding, "focal-point");
  adding.addHelpText("after", ADD_HELP);
  addAction<ServiceOptions>(adding, terminal, async (options, file = "") => {
    const service = await openService(options, terminal, PERSON);
    return seizureResult(await enterSeizure(service, (await readBody(file)).value));
  });
  const importing = parent
    .command("import")
    .description("take a CSV file of reports")
    .argument("<file>", "the file; - reads standard input")
    .option("--keep-good", "take the good lines although others are bad");
  addServiceOptions(importing, "focal-point");
  importing.addHelpText("after", IMPORT_HELP);
  addAction<ServiceOptions & { readonly keepGood?: boolean }>(
    importing,
    terminal,
    async ({ keepGood = false, ...options }, file = "") => {
      const service = await openService(options, terminal, PERSON);
      const bytes = await readInput(file, LEDGER_LIMITS.fileBytesMax);
      return toldOfFile(await importSeizures(service, bytes, keepGood));
    },
  );
}

function toldOfFile(report: ImportView): CommandResult {
  const { added, badLines, established, lines, problems, state, unchanged } = report;
  const head =
    state === "REFUSED"
      ? `Refused: ${badLines} of ${lines} lines are bad, and nothing was taken.`
      : `Taken: ${added} items added, ${unchanged} were here, ${established} have an origin now; ` +
        `${badLines} bad lines.`;
  const rows = problems.map(({ code, field, line, rule }) => [
    String(line),
    code,
    printable(field),
    printable(rule),
  ]);
  const table = rows.length === 0 ? [] : textTable(["LINE", "CODE", "COLUMN", "WHAT"], rows);
  const exitCode = state === "REFUSED" ? { exitCode: 2 } : {};
  return { json: report, lines: [head, ...table], ...exitCode };
}

interface ListOptions extends ServiceOptions {
  readonly year?: string;
  readonly limit: number;
}

function addLooking(parent: Command, terminal: Terminal): void {
  const listing = parent
    .command("list")
    .description("list reports, the newest entered first")
    .option("--year <year>", "only of what was recovered in this year")
    .option("--limit <n>", "show at most so many", parseLimit, HTTP_LIMITS.pageRowsMax);
  addServiceOptions(listing, "focal-point");
  listing.addHelpText("after", example("tracepost seizure list --year 2026"));
  addAction<ListOptions>(listing, terminal, async ({ limit, year, ...options }) => {
    const query = {
      ...(year && { year }),
      limit: String(Math.min(limit, HTTP_LIMITS.pageRowsMax)),
    };
    const service = await openService(options, terminal, PERSON);
    const { next, seizures } = await listSeizures(service, query);
    return { json: { seizures, more: next !== undefined }, lines: seizureTable(seizures) };
  });
  const showing = parent
    .command("show")
    .description("show a report with its items, and what is known of their origin")
    .argument("<report>", "id of the report");
  addServiceOptions(showing, "focal-point");
  showing.addHelpText("after", example("tracepost seizure show 019b0f96-1a2b"));
  addAction<ServiceOptions>(showing, terminal, async (options, id = "") => {
    return seizureResult(await loadSeizure(await openService(options, terminal, PERSON), id));
  });
}
