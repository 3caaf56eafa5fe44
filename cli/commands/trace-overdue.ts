import { type Command, Option } from "commander";
import { HTTP_LIMITS } from "#runtime";
import { type AgeingView, listOverdue, loadAgeing, type OverdueView } from "../clock-calls.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseLimit } from "../parse-option.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface OverdueOptions extends ServiceOptions {
  readonly role?: string;
  readonly peer?: string;
  readonly limit: number;
}

const OVERDUE_HELP = `
Lists cases of which an acknowledgement or an answer is overdue, the longest first: those that this
State owes, and those that are owed to it.

Examples:
  tracepost trace overdue --data exchange --participant KE
  tracepost trace overdue --role requested --data exchange --participant KE --json
`;

const AGEING_HELP = `
Shows how old open cases are and how long answers took in the last year, for each other State and
side, by median and 90th percentile.

Example:
  tracepost trace ageing --data exchange --participant KE
`;

const LIMIT_DEFAULT = 50;
const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

/** Adds `trace overdue` and `trace ageing`. */
export function addTraceOverdue(parent: Command, terminal: Terminal): void {
  const overdue = parent
    .command("overdue")
    .description("list cases that are overdue")
    .addOption(
      new Option("--role <role>", "only what is owed to this State, or what it owes").choices([
        "requesting",
        "requested",
      ]),
    )
    .option("--peer <id>", "only with this participant")
    .option("--limit <n>", "show at most so many", parseLimit, LIMIT_DEFAULT);
  addServiceOptions(overdue, "focal-point");
  overdue.addHelpText("after", OVERDUE_HELP);
  addAction<OverdueOptions>(overdue, terminal, (options) => showOverdue(options, terminal));
  const ageing = parent.command("ageing").description("show how old cases are, by State");
  addServiceOptions(ageing, "focal-point");
  ageing.addHelpText("after", AGEING_HELP);
  addAction<ServiceOptions>(ageing, terminal, (options) => showAgeing(options, terminal));
}

async function showOverdue(options: OverdueOptions, terminal: Terminal): Promise<CommandResult> {
  const { role, peer, limit } = options;
  const service = await openService(options, terminal, PERSON);
  const rows = Math.min(limit, HTTP_LIMITS.pageRowsMax);
  const query = { ...(role && { role }), ...(peer && { peer }), limit: String(rows) };
  const { traces, next } = await listOverdue(service, query);
  const more = next === undefined ? [] : ["There are more; ask for them with --limit."];
  const lines = traces.length === 0 ? ["Nothing is overdue."] : [...overdueLines(traces), ...more];
  return { json: { traces, more: next !== undefined }, lines };
}

function overdueLines(traces: readonly OverdueView[]): string[] {
  const rows = traces.map((one) => [
    one.caseId,
    one.role === "requesting" ? `owed by ${one.peer}` : `owed to ${one.peer}`,
    one.owed.toLowerCase(),
    one.priority.toLowerCase(),
    one.dueAt,
    `${one.overdueDays} d`,
    String(one.reminders),
    one.nationalCaseNumber,
  ]);
  const head = ["CASE", "WHO", "WHAT", "PRIORITY", "DUE", "LATE", "REMINDERS", "NUMBER"];
  return textTable(head, rows);
}

async function showAgeing(options: ServiceOptions, terminal: Terminal): Promise<CommandResult> {
  const ageing = await loadAgeing(await openService(options, terminal, PERSON));
  const lines = ageing.groups.length === 0 ? ["No cases."] : ageingLines(ageing);
  return { json: ageing, lines };
}

function ageingLines({ groups }: AgeingView): string[] {
  const days = (value: number | undefined): string => (value === undefined ? "-" : `${value} d`);
  const rows = groups.map(({ peer, role, open, overdue, ageDays, answered, takenDays }) => [
    role === "requesting" ? `asked ${peer}` : `asked by ${peer}`,
    String(open),
    String(overdue),
    days(ageDays.median),
    days(ageDays.p90),
    days(ageDays.oldest),
    String(answered),
    days(takenDays.median),
    days(takenDays.p90),
  ]);
  const head = ["WHO", "OPEN", "LATE", "MEDIAN", "90 %", "OLDEST", "ANSWERED", "MEDIAN", "90 %"];
  return textTable(head, rows);
}
