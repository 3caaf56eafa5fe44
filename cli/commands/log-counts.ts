import { resolve } from "node:path";
import { type Command, Option } from "commander";
import { FAULTS, TracepostError } from "#errors";
import { nameIn } from "#http";
import { ExchangeStatus, Kind, type RecordCount } from "#proto";
import { LOG_LIMITS, printable } from "#runtime";
import { refusalNameOf } from "#wire";
import { dailyCountsOf, ExchangePaths, gatewayPlace } from "../../deploy/local/index.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { parseDayOrMoment, parseLimit } from "../parse-option.ts";
import {
  accessWords,
  addServiceOptions,
  callService,
  openService,
  type ServiceOptions,
} from "../service-access.ts";

const HELP = `
Shows what was recorded on each day in UTC, by kind, status and decision, as the gateway has logged it,
the newest day first. With --check each day is counted again from the records, and its entry in the log is
held against what is kept: exit code 6, with the day and its range of entries, when something differs.
Works beside a running gateway, in short reads. With --url the gateway is asked, by somebody who may see
records: exact counts are for those alone.

Examples:
  tracepost log counts --data exchange
  tracepost log counts --url https://gateway.example --token-file auditor.token
  tracepost log counts --day 2026-10-03 --check --data exchange
`;

/** Days shown unless said otherwise. */
const DAYS_SHOWN = 7;

interface CountsOptions extends ServiceOptions {
  readonly day?: number;
  readonly limit: number;
  readonly check?: boolean;
}

/** Adds `log counts` (TP-COUNT-6, TP-COUNT-7). */
export function addLogCounts(parent: Command, terminal: Terminal): void {
  const command = parent
    .command("counts")
    .description("show what was recorded on each day, and count it again");
  addServiceOptions(command, "gateway");
  command
    .option("--day <date>", "this day alone, such as 2026-10-03", parseDayOrMoment)
    .addOption(
      new Option("--limit <days>", "at most so many of the newest days")
        .argParser(parseLimit)
        .default(DAYS_SHOWN),
    )
    .option("--check", "with --data: count again from the records, and compare")
    .addHelpText("after", HELP);
  addAction<CountsOptions>(command, terminal, (options) => showCounts(options, terminal));
}

async function showCounts(options: CountsOptions, terminal: Terminal): Promise<CommandResult> {
  const { check = false, data, day: dayMs, url } = options;
  const limit = Math.min(options.limit, LOG_LIMITS.countedDaysMax);
  const isAsked = data === undefined || url !== undefined;
  const days = isAsked
    ? await countsFromDoor({ ...options, limit }, terminal)
    : await countsFromFolder(data, { dayMs, limit, check });
  if (days.length === 0 && dayMs !== undefined) {
    throw new TracepostError("USAGE", "That day is not counted", {
      remedy: `A day is counted once it is over in UTC. See: tracepost log counts ${accessWords(options)}`,
    });
  }
  const isSound = days.every(
    ({ differences, problems }) => differences.length + problems.length === 0,
  );
  return {
    json: { checked: check, ...(check ? { sound: isSound } : {}), days },
    lines:
      days.length === 0 ? ["No day is counted yet."] : days.flatMap((one) => linesOf(one, check)),
    exitCode: isSound ? 0 : FAULTS.VERIFICATION.exitCode,
  };
}

/** A day as it is shown. */
interface ShownDay {
  readonly day: string;
  readonly logIndex: number;
  /** Entries of the day, up to and without the end. */
  readonly first: number;
  readonly end: number;
  readonly records: number;
  readonly counts: readonly (CountNames & { readonly records: number })[];
  readonly monitors: readonly string[];
  readonly problems: readonly string[];
  readonly differences: readonly (CountNames & {
    readonly counted: number;
    readonly found: number;
  })[];
}

interface CountNames {
  readonly kind: string;
  readonly status: string;
  readonly decision: string;
}

async function countsFromDoor(
  { check, day: dayMs, limit, ...options }: CountsOptions,
  terminal: Terminal,
): Promise<ShownDay[]> {
  if (check === true) {
    throw new TracepostError("USAGE", "--check reads the records themselves", {
      remedy: "Give the data folder of the exchange: --data DIR",
    });
  }
  const about = { kind: "gateway", defaultUser: "person" } as const;
  const service = await openService(options, terminal, about);
  const query = new URLSearchParams({ limit: String(limit) });
  if (dayMs !== undefined) query.set("day", new Date(dayMs).toISOString().slice(0, 10));
  const path = `/v1/log/counts?${query}`;
  const { days } = await callService<{ readonly days: readonly ShownDay[] }>(service, { path });
  return days.map((one) => ({ ...one, problems: [], differences: [] }));
}

async function countsFromFolder(
  data: string,
  meant: Parameters<typeof dailyCountsOf>[1],
): Promise<ShownDay[]> {
  const place = await gatewayPlace(new ExchangePaths(resolve(data)));
  return (await dailyCountsOf(place, meant)).map(({ counts, differences, ...day }) => ({
    ...day,
    records: Number(counts.reduce((sum, { records }) => sum + records, 0n)),
    counts: counts.map((one) => ({ ...namesOf(one), records: Number(one.records) })),
    differences: differences.map((one) => {
      return { ...namesOf(one), counted: Number(one.kept), found: Number(one.found) };
    }),
  }));
}

function linesOf(one: ShownDay, isChecked: boolean): string[] {
  const { counts, differences, end, first, logIndex, monitors, problems, records } = one;
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

function namesOf({ code, kind, status }: Omit<RecordCount, "records">): CountNames {
  return {
    kind: nameIn(Kind, kind),
    status: nameIn(ExchangeStatus, status),
    decision: refusalNameOf(code) ?? "accepted",
  };
}
