import { type Command, Option } from "commander";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";

/** Options that become the query of a call, by their names there. */
type Query = Readonly<Record<string, string | undefined>>;

/** Analysts ask as themselves. */
const ANALYST = { kind: "focal-point", defaultUser: "person" } as const;
const LENGTHS = ["HOUR", "DAY", "MONTH", "YEAR"];
const STATUSES = ["ACTUAL", "EXERCISE", "TEST"];

const FIGURES_HELP = `
Prints figures of one measure with status (A normal, B break, M missing, P provisional), coverage and
vintage. Measures of events, with what they are broken down by besides STATE or REGION of the sender:
  MESSAGES              KIND, PRIORITY, TO, TO_REGION
  TRACE_REQUESTS        PRIORITY, TO, TO_REGION, COMPLETENESS, CHAIN_LENGTH
  TRACE_MOVES, OUTCOMES MOVE; OUTCOME
  REFUSALS              CODE (refused by the gateway)
  ALERTS, ALERT_MOVES   ALERT_KIND; ALERT_MOVE (acknowledgements and hits too)
  HOURS_TO_ACKNOWLEDGE, HOURS_TO_ANSWER, HOURS_TO_REFUSE: median and 90th percentile
What was open, by STATE (who was asked) and AGE: OPEN_REQUESTS, OVERDUE_REQUESTS.
Of ledgers, by STATE and year: VC_ARM_SZTRACE, ARMS_RECOVERED and ARMS_ORIGIN_ESTABLISHED (RECOVERY,
TYPE, MARKING, ESTABLISHED_BY), OFF_EXCHANGE_TRACES. And each table of releases by its name.

Examples:
  tracepost monitor figures TRACE_REQUESTS --by priority --from 2026-01 --to 2026-12 \\
    --data exchange --participant ORG-ECOWAS
  tracepost monitor figures MESSAGES --by region,to_region --length YEAR \\
    --data exchange --participant ORG-ECOWAS
  tracepost monitor figures HOURS_TO_ANSWER --by state --length YEAR --as-of 2026-06-30 \\
    --data exchange --participant ORG-ECOWAS --json
`;
const RELEASES_HELP = `
Lists the releases that the gateway has made for the body, with every vintage.

Example:
  tracepost monitor releases --from 2026-01 --data exchange --participant ORG-ECOWAS
`;
const LEDGERS_HELP = `
Lists what States have signed off for indicator 16.4.2: of each State and year the newest vintage,
or all of them.

Example:
  tracepost monitor ledgers --vintages ALL --data exchange --participant ORG-ECOWAS
`;
const COVERAGE_HELP = `
Tells how many members and months are in the figures of each period.

Example:
  tracepost monitor coverage --members CURRENT --data exchange --participant ORG-ECOWAS
`;
const RECONCILIATION_HELP = `
Lists the days that were compared with the counts in the log, with the entries between which they
differ, and events that could not be counted, by code.

Example:
  tracepost monitor reconciliation --days DIFFERING --data exchange --participant ORG-ECOWAS
`;

/** Adds the commands of a regional monitor (TP-MON-18). */
export function addMonitor(parent: Command, terminal: Terminal): void {
  addFigures(parent, terminal);
  const releases = look(
    parent,
    terminal,
    "releases",
    "list releases of the gateway",
    RELEASES_HELP,
  );
  addRange(releases);
  const ledgers = look(
    parent,
    terminal,
    "ledgers",
    "list what States have signed off",
    LEDGERS_HELP,
  );
  ledgers
    .option("--from-year <year>", "from this year on")
    .option("--to-year <year>", "up to this year")
    .option("--state <code>", "of one State")
    .addOption(choice("--status <status>", "default: ACTUAL", STATUSES))
    .addOption(choice("--vintages <which>", "default: NEWEST", ["NEWEST", "ALL"]));
  const coverage = look(parent, terminal, "coverage", "tell who is in the figures", COVERAGE_HELP);
  addMembers(addRange(coverage));
  look(
    parent,
    terminal,
    "reconciliation",
    "list days compared with the log",
    RECONCILIATION_HELP,
  ).addOption(choice("--days <which>", "default: ALL", ["ALL", "DIFFERING"]));
}

function addFigures(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("figures")
    .description("print figures with vintage and coverage")
    .argument("<measure>", "such as TRACE_REQUESTS");
  addServiceOptions(command, "focal-point");
  addMembers(addRange(command))
    .option("--by <dimensions>", "with commas between, such as state,priority", inCapitals)
    .option("--state <code>", "of one State")
    .option("--as-of <day>", "as it was known on that day")
    .option("--overdue-days <n>", "what is open for longer is overdue; default 30")
    .addOption(
      choice("--basis <basis>", "events counted here, or releases", ["EVENTS", "RELEASES"]),
    )
    .addHelpText("after", FIGURES_HELP);
  addAction<ServiceOptions>(command, terminal, async (options, measure = "") => {
    return await show(options, terminal, "figures", { measure: measure.toUpperCase() });
  });
}

/** A command that prints one list. */
function look(
  parent: Command,
  terminal: Terminal,
  name: string,
  description: string,
  help: string,
): Command {
  const command = parent.command(name).description(description);
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", help);
  addAction<ServiceOptions>(command, terminal, (options) => show(options, terminal, name, {}));
  return command;
}

/** Dimensions as the service names them. */
function inCapitals(text: string): string {
  return text.toUpperCase();
}

function choice(flags: string, text: string, values: readonly string[]): Option {
  return new Option(flags, text).choices([...values]);
}

function addRange(command: Command): Command {
  return command
    .addOption(choice("--length <length>", "of the periods; default: MONTH", LENGTHS))
    .option("--from <period>", "first period, such as 2026-01; default: of this year")
    .option("--to <period>", "last period; default: the one that runs")
    .addOption(choice("--status <status>", "default: ACTUAL", STATUSES));
}

function addMembers(command: Command): Command {
  return command
    .addOption(
      choice("--members <whose>", "whose records; default: ALL", ["ALL", "CURRENT", "FIXED"]),
    )
    .option("--members-on <day>", "with FIXED: members on that day; default: today")
    .option("--body <code>", "of a monitor that stands for several; default: the first one");
}

/** Options that say which service is asked, by whom, and how it is told. */
const AROUND = ["data", "participant", "gateway", "url", "user", "tokenFile", "json"];

async function show(
  options: ServiceOptions,
  terminal: Terminal,
  name: string,
  fixed: Query,
): Promise<CommandResult> {
  const service = await openService(options, terminal, ANALYST);
  const given = Object.entries(options).filter(([key]) => !AROUND.includes(key));
  const query = new URLSearchParams([
    ...Object.entries(fixed).map(([key, value]) => [key, value ?? ""]),
    ...given.map(([key, value]) => [key, String(value)]),
  ]);
  const text = query.size === 0 ? "" : `?${query}`;
  const found = await callService<Record<string, unknown>>(service, { path: `/v1/${name}${text}` });
  return { json: found, lines: linesOf(found) };
}

/** The first list of an answer as a table; what is said beside it follows. */
function linesOf(found: Record<string, unknown>): string[] {
  const list = Object.values(found).find((value) => Array.isArray(value)) as
    | readonly Record<string, unknown>[]
    | undefined;
  const rows = (list ?? []).map(flat);
  const names = [...new Set(rows.flatMap((row) => [...row.keys()]))];
  const cells = rows.map((row) => names.map((name) => row.get(name) ?? "-"));
  const table = cells.length === 0 ? ["Nothing."] : textTable(names, cells);
  const refused = Object.entries((found.refused ?? {}) as Record<string, number>);
  return [...table, ...refused.map(([code, events]) => `Not counted: ${events} ${code}`)];
}

/** `statesExpected` as STATES EXPECTED. */
function heading(name: string): string {
  return name.replaceAll(/([A-Z])/gu, " $1").toUpperCase();
}

/** Names in capitals and values as text; what is inside another is told by its own name. */
function flat(row: Record<string, unknown>): Map<string, string> {
  const found = new Map<string, string>();
  for (const [name, value] of Object.entries(row)) {
    if (name === "measure" || name === "methodNote") continue;
    if (name === "coverage") {
      const { statesExpected, statesReporting } = value as Record<string, number>;
      found.set("STATES", `${statesReporting} of ${statesExpected}`);
    } else if (Array.isArray(value)) {
      found.set(heading(name), value.map(word).join(", ") || "-");
    } else if (typeof value === "object" && value !== null) {
      for (const [inner, one] of Object.entries(value)) found.set(inner, word(one));
    } else found.set(heading(name), value === null ? "-" : word(value));
  }
  return found;
}

function word(value: unknown): string {
  if (typeof value !== "object" || value === null) return String(value);
  const { fed, told, what } = value as Record<string, unknown>;
  return `${what} ${fed} of ${told}`;
}
