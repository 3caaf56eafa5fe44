import type { Command } from "commander";
import { TracepostError } from "#errors";
import { readSqlite } from "#store";
import { type CaseProcedures, StoredCases } from "../case-source.ts";
import type { CaseLine, CaseSource } from "../case-view.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { openExchangePart } from "../exchange-part.ts";
import { parseLimit } from "../parse-option.ts";
import { RemoteCases } from "../remote-cases.ts";
import { openService } from "../service-access.ts";
import { textTable } from "../text-table.ts";

/** Where to read cases, and of whom: a data folder, or the service at an address. */
export interface CaseOptions extends OutputOptions {
  readonly data?: string;
  readonly participant?: string;
  readonly url?: string;
  readonly tokenFile?: string;
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
Lists the trace cases of a State, the oldest first, as its focal point knows them. With --data they
are read from the data folder, whether the exchange runs or not.

Examples:
  tracepost trace list --data exchange --participant US
  tracepost trace list --data exchange --participant AT --role requested --outcome NO_RECORD
  tracepost trace list --url https://focal-point.example --token-file my.token
`;

/** Adds `trace list`: the cases of a State. */
export function addTraceList(parent: Command, terminal: Terminal): void {
  const command = parent.command("list").description("list the trace cases of a State");
  addCaseOptions(command);
  command
    .option(
      "--role <role>",
      "only cases this State opened (requesting) or was asked in (requested)",
    )
    .option("--state <state>", "only cases in this state, such as ANSWERED")
    .option("--outcome <code>", "only cases with this outcome, such as NO_RECORD or REFUSED")
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT)
    .addHelpText("after", HELP);
  addAction<ListOptions>(command, terminal, (options) => list(options, terminal));
}

/** Gives a command the options that say where cases are read. */
export function addCaseOptions(command: Command): void {
  command
    .option("--data <dir>", "data folder of an exchange on this machine")
    .option("--participant <id>", "with --data: whose view, such as US")
    .option("--url <url>", "address of the focal point, instead of --data")
    .option("--token-file <file>", "with --url: file with the token of who asks");
}

async function list(options: ListOptions, terminal: Terminal): Promise<CommandResult> {
  const { limit, participant } = options;
  const source = await openCases(options, terminal);
  try {
    const cases = await firstOf(source.all(), limit + 1, options);
    const shown = cases.slice(0, limit);
    const more = cases.length > limit;
    return {
      json: { participant, cases: shown, more },
      lines: table(shown, more),
    };
  } finally {
    await source.close();
  }
}

async function firstOf(
  all: AsyncIterable<CaseLine>,
  limit: number,
  { outcome, role, state }: ListOptions,
): Promise<CaseLine[]> {
  const found: CaseLine[] = [];
  for await (const line of all) {
    const fits = (wanted: string | undefined, given: string | undefined): boolean =>
      wanted === undefined || wanted === given;
    if (!fits(role, line.role) || !fits(state, line.state) || !fits(outcome, line.outcome))
      continue;
    found.push(line);
    if (found.length === limit) break;
  }
  return found;
}

/**
 * Opens the cases of a participant for reading. Throws TracepostError USAGE when the exchange does
 * not have it, and as the data folder and its store, or the service, do.
 */
export async function openCases(options: CaseOptions, terminal: Terminal): Promise<CaseSource> {
  const { data, participant, tokenFile, url } = options;
  if (url !== undefined) {
    const access = { kind: "focal-point", defaultUser: "person" } as const;
    return new RemoteCases(await openService(options, terminal, access));
  }
  if (data === undefined || participant === undefined || tokenFile !== undefined) {
    throw new TracepostError("USAGE", "It is not said whose cases are meant", {
      remedy: "Give --data DIR --participant ID, or --url URL with --token-file FILE.",
    });
  }
  const part = await openExchangePart(data, participant);
  const module = new URL("../../services/focal-point/store.ts", import.meta.url);
  const open = (file: string) => readSqlite<CaseProcedures>(file, module);
  return await StoredCases.open(part.participant.dir, open);
}

function whoOf({ offExchange, peer, role }: CaseLine): string {
  if (offExchange === true) return `asked ${peer} by letter`;
  return role === "requesting" ? `asked ${peer}` : `asked by ${peer}`;
}

function table(cases: readonly CaseLine[], more: boolean): string[] {
  if (cases.length === 0) return ["No cases."];
  const rows = cases.map((line) => [
    line.caseId,
    whoOf(line),
    line.nationalCaseNumber,
    line.outcome ?? line.state,
    line.updatedAt,
  ]);
  const lines = textTable(["CASE", "WHO", "NUMBER", "STANDS AT", "UPDATED"], rows);
  return more ? [...lines, "There are more; ask for them with --limit."] : lines;
}
