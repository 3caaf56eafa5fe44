import type { Command } from "commander";
import { readSqlite } from "#store";
import { type CaseLine, type CaseProcedures, CaseSource } from "../case-source.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { openExchangePart } from "../exchange-part.ts";
import { parseLimit } from "../parse-option.ts";
import { textTable } from "../text-table.ts";

/** Where to read cases, and of whom. */
export interface CaseOptions extends OutputOptions {
  readonly data: string;
  readonly participant: string;
}

interface ListOptions extends CaseOptions {
  readonly role?: string;
  readonly state?: string;
  readonly outcome?: string;
  readonly limit: number;
}

/** Cases shown unless asked for more. */
const LIMIT_DEFAULT = 50;

const HELP = `
Lists the trace cases of a State, the oldest first, as its focal point knows them: whether the
exchange runs or not.

Examples:
  tracepost trace list --data exchange --participant US
  tracepost trace list --data exchange --participant AT --role requested --outcome NO_RECORD
`;

/** Adds `trace list`: the cases of a State. */
export function addTraceList(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("list")
    .description("list the trace cases of a State")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .requiredOption("--participant <id>", "whose cases, such as US")
    .option(
      "--role <role>",
      "only cases this State opened (requesting) or was asked in (requested)",
    )
    .option("--state <state>", "only cases in this state, such as ANSWERED")
    .option("--outcome <code>", "only cases with this outcome, such as NO_RECORD or REFUSED")
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", HELP);
  addAction<ListOptions>(command, terminal, list);
}

async function list(options: ListOptions): Promise<CommandResult> {
  const { limit, outcome, role, state } = options;
  const source = await openCases(options);
  try {
    const cases = await source.list(limit + 1, (line) => {
      const asked = role === undefined || line.role === role;
      const stands = state === undefined || line.state === state;
      return asked && stands && (outcome === undefined || line.outcome === outcome);
    });
    const shown = cases.slice(0, limit);
    const more = cases.length > limit;
    return {
      json: { participant: options.participant, cases: shown, more },
      lines: table(shown, more),
    };
  } finally {
    await source.close();
  }
}

/**
 * Opens the cases of a participant for reading. Throws TracepostError USAGE when the exchange does
 * not have it, and as the data folder and its store do.
 */
export async function openCases(options: CaseOptions): Promise<CaseSource> {
  const { participant } = await openExchangePart(options.data, options.participant);
  const module = new URL("../../services/focal-point/store.ts", import.meta.url);
  const open = (file: string) => readSqlite<CaseProcedures>(file, module);
  return await CaseSource.open(participant.dir, open);
}

function table(cases: readonly CaseLine[], more: boolean): string[] {
  if (cases.length === 0) return ["No cases."];
  const rows = cases.map((line) => [
    line.caseId,
    line.role === "requesting" ? `asked ${line.peer}` : `asked by ${line.peer}`,
    line.nationalCaseNumber,
    line.outcome ?? line.state,
    line.updatedAt,
  ]);
  const lines = textTable(["CASE", "WHO", "NUMBER", "STANDS AT", "UPDATED"], rows);
  return more ? [...lines, "There are more; ask for them with --limit."] : lines;
}
