import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { FAULTS, TracepostError } from "#errors";
import { ExchangeStatus, Kind } from "#proto";
import { LOG_LIMITS, printable } from "#runtime";
import { refusalNameOf } from "#wire";
import {
  type CheckedCounts,
  dailyCountsOf,
  ExchangePaths,
  gatewayPlace,
} from "../../deploy/local/index.ts";
import {
  addAction,
  type CommandResult,
  type OutputOptions,
  type Terminal,
} from "../command-result.ts";
import { parseDayOrMoment, parseLimit } from "../parse-option.ts";

const HELP = `
Shows what was recorded on each day in UTC, by kind, status and decision, as the gateway has logged it,
the newest day first. With --check each day is counted again from the records, and its entry in the log is
held against what is kept: exit code 6, with the day and its range of entries, when something differs.
Works beside a running gateway, in short reads. Exact counts are for those who may see records.

Examples:
  tracepost log counts --data exchange
  tracepost log counts --day 2026-10-03 --check --data exchange
`;

/** Days shown unless said otherwise. */
const DAYS_SHOWN = 7;

interface CountsOptions extends OutputOptions {
  readonly data: string;
  readonly day?: number;
  readonly limit: number;
  readonly check?: boolean;
}

/** Adds `log counts` (TP-COUNT-6). */
export function addLogCounts(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("counts")
    .description("show what was recorded on each day, and count it again")
    .requiredOption("--data <dir>", "data folder of the exchange")
    .option("--day <date>", "this day alone, such as 2026-10-03", parseDayOrMoment)
    .addOption(
      new Option("--limit <days>", "at most so many of the newest days")
        .argParser(parseLimit)
        .default(DAYS_SHOWN),
    )
    .option("--check", "count again from the records, and compare")
    .addHelpText("after", HELP);
  addAction<CountsOptions>(command, terminal, showCounts);
}

async function showCounts(options: CountsOptions): Promise<CommandResult> {
  const { check = false, data, day: dayMs } = options;
  const limit = Math.min(options.limit, LOG_LIMITS.countedDaysMax);
  const place = await gatewayPlace(new ExchangePaths(resolve(data)));
  const days = await dailyCountsOf(place, { dayMs, limit, check });
  if (days.length === 0 && dayMs !== undefined) {
    throw new TracepostError("USAGE", "That day is not counted", {
      remedy: "A day is counted once it is over in UTC. See: tracepost log counts --data DIR",
    });
  }
  const isSound = days.every(
    ({ differences, problems }) => differences.length + problems.length === 0,
  );
  return {
    json: { checked: check, ...(check ? { sound: isSound } : {}), days: days.map(jsonOf) },
    lines:
      days.length === 0 ? ["No day is counted yet."] : days.flatMap((one) => linesOf(one, check)),
    exitCode: isSound ? 0 : FAULTS.VERIFICATION.exitCode,
  };
}

function jsonOf({ counts, differences, ...day }: CheckedCounts) {
  return {
    ...day,
    records: Number(counts.reduce((sum, { records }) => sum + records, 0n)),
    counts: counts.map((one) => ({ ...namesOf(one), records: Number(one.records) })),
    differences: differences.map((one) => {
      return { ...namesOf(one), counted: Number(one.kept), found: Number(one.found) };
    }),
  };
}

function linesOf(one: CheckedCounts, isChecked: boolean): string[] {
  const { counts, differences, end, first, logIndex, monitors, problems, records } = {
    ...one,
    ...jsonOf(one),
  };
  const range = first === end ? "no entries" : `entries ${first} to ${end - 1}`;
  const wrong = problems.length + differences.length > 0;
  const verdict = wrong ? ": NOT as recorded" : ": as recorded";
  return [
    `${one.day}  ${records} records, ${range}, logged as entry ${logIndex}${isChecked ? verdict : ""}`,
    ...counts.map(({ decision, kind, records: n, status }) => {
      return `  ${kind} ${status} ${decision}: ${n}`;
    }),
    ...(monitors.length === 0 ? [] : [`  shares: ${monitors.join(", ")}`]),
    ...problems.map((problem) => `  - ${problem}`),
    ...differences.map(({ counted, decision, found, kind, status }) => {
      return `  - ${kind} ${status} ${decision}: ${counted} were counted, the records have ${found}`;
    }),
  ].map(printable);
}

function namesOf({ code, kind, status }: CheckedCounts["counts"][number] | Difference) {
  return {
    kind: nameIn(Kind, kind),
    status: nameIn(ExchangeStatus, status),
    decision: refusalNameOf(code) ?? "accepted",
  };
}

type Difference = CheckedCounts["differences"][number];

function nameIn(names: Readonly<Record<string, number>>, value: number): string {
  return Object.entries(names).find(([, one]) => one === value)?.[0] ?? `${value}`;
}
