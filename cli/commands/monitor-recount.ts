import type { Command } from "commander";
import { FAULTS, TracepostError } from "#errors";
import { calendarDateOf, isCalendarDate } from "#runtime";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import {
  addServiceOptions,
  callService,
  openService,
  type ServiceAccess,
  type ServiceOptions,
} from "../service-access.ts";
import { textTable } from "../text-table.ts";

interface RecountOptions extends ServiceOptions {
  readonly from?: string;
  readonly to?: string;
}

interface RecountedView {
  readonly day: string;
  readonly isKept: boolean;
  readonly events: number;
  readonly altered: readonly number[];
  readonly differences: readonly { readonly what: string; told: number; fed: number }[];
  readonly sumsDiffering: number;
}

const DAY_MS = 86_400_000;
/** Days that are counted again unless more are asked for. */
const DAYS = 31;

const HELP = `
Counts days of a regional monitor again: its events against the counts that the log is bound to, and
one by one against those the day was compared with; its sums against its events. Without --from the
last 31 days. It ends with 6 when a day differs, and names its entries. The monitor does the same by
itself, a day at a time.

Example:
  tracepost monitor recount --from 2026-10-01 --to 2026-10-31 --data exchange --participant ORG-ECOWAS
`;

/** Adds `monitor recount` (TP-MON-25). */
export function addMonitorRecount(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("recount")
    .description("count days again, and compare them with the log and with the sums kept")
    .option("--from <day>", "first day, such as 2026-10-01")
    .option("--to <day>", "last day; default: yesterday");
  addServiceOptions(command, "focal-point");
  command.addHelpText("after", HELP);
  addAction<RecountOptions>(command, terminal, async ({ from, to, ...options }) => {
    const days = daysOf(from, to);
    const access = { kind: "focal-point", defaultUser: "installation" } as const;
    return await recount(await openService(options, terminal, access), days);
  });
}

/** Days from the first to the last. Throws TracepostError USAGE. */
function daysOf(from: string | undefined, to: string | undefined): string[] {
  const last = dayOf("--to", to ?? calendarDateOf(Date.now() - DAY_MS));
  const first = from === undefined ? last - (DAYS - 1) * DAY_MS : dayOf("--from", from);
  const count = Math.floor((last - first) / DAY_MS) + 1;
  return Array.from({ length: Math.max(0, count) }, (_, at) => calendarDateOf(first + at * DAY_MS));
}

function dayOf(option: string, text: string): number {
  if (isCalendarDate(text)) return Date.parse(`${text}T00:00:00Z`);
  throw new TracepostError("USAGE", `${option} is no day: ${text}`, {
    remedy: "Write it as 2026-10-01.",
  });
}

async function recount(service: ServiceAccess, days: readonly string[]): Promise<CommandResult> {
  const found: RecountedView[] = [];
  for (const day of days) {
    found.push(await callService<RecountedView>(service, { path: `/v1/watch/recount?day=${day}` }));
  }
  const kept = found.filter(({ isKept }) => isKept);
  const bad = kept.filter(({ differences, sumsDiffering }) => {
    return differences.length + sumsDiffering > 0;
  });
  const rows = bad.map((one) => [
    one.day,
    String(one.events),
    one.altered.join(" ") || "-",
    String(one.sumsDiffering),
    one.differences.map(({ fed, told, what }) => `${what} ${fed} of ${told}`).join(", "),
  ]);
  const head = `${kept.length} of ${days.length} days counted again, ${bad.length} differ.`;
  const table = textTable(["DAY", "EVENTS", "ALTERED ENTRIES", "SUMS", "COUNTS"], rows);
  return {
    json: { days: kept, differing: bad.length },
    lines: [head, ...(bad.length === 0 ? [] : table)],
    ...(bad.length === 0 ? {} : { exitCode: FAULTS.VERIFICATION.exitCode }),
  };
}
