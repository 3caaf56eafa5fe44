import { type Command, InvalidArgumentError, Option } from "commander";
import { PRIORITIES, WEEKDAYS } from "#casework";
import { TracepostError } from "#errors";
import {
  type ClocksView,
  loadClocks,
  putCalendar,
  putTargets,
  type TargetView,
} from "../clock-calls.ts";
import { addAction, type CommandResult, type Terminal } from "../command-result.ts";
import { readBody } from "../read-body.ts";
import { addServiceOptions, openService, type ServiceOptions } from "../service-access.ts";
import { textTable } from "../text-table.ts";

const SHOW_HELP = `
Shows targets and working calendars: what was set, and the product's own where nothing was.

Example:
  tracepost clock show --data exchange --participant KE
`;

const CALENDAR_HELP = `
Sets the working calendar of a State, or takes it away. The file is JSON or YAML:

  timeZone: Europe/Vienna
  weekend: [${WEEKDAYS[6]}, ${WEEKDAYS[0]}]
  holidays: ["2026-04-06", "2026-12-25"]

Examples:
  tracepost clock calendar AT vienna.yaml --data exchange --participant KE
  tracepost clock calendar AT --remove --data exchange --participant KE
`;

const TARGET_HELP = `
Sets how long an acknowledgement and a final reply may take: hours (8h) run day and night, days (7d)
and working days (5wd) are those of the requested State. Without --requesting and --requested they
hold for every State.

Examples:
  tracepost clock target --priority PRIORITY --acknowledge 24h --final 5wd --requested AT \\
    --data exchange --participant KE
  tracepost clock target --priority PRIORITY --requested AT --remove --data exchange --participant KE
`;

interface CalendarOptions extends ServiceOptions {
  readonly remove?: boolean;
}

interface TargetOptions extends ServiceOptions {
  readonly priority: string;
  readonly requesting?: string;
  readonly requested?: string;
  readonly acknowledge?: TargetView;
  readonly final?: TargetView;
  readonly remove?: boolean;
}

const PERSON = { kind: "focal-point", defaultUser: "person" } as const;

/** Adds `clock show`, `clock calendar` and `clock target`. */
export function addClock(parent: Command, terminal: Terminal): void {
  const show = parent.command("show").description("show targets and working calendars");
  addServiceOptions(show, "focal-point");
  show.addHelpText("after", SHOW_HELP);
  addAction<ServiceOptions>(show, terminal, async (options) =>
    told(await loadClocks(await openService(options, terminal, PERSON))),
  );
  const calendar = parent
    .command("calendar")
    .description("set the working calendar of a State")
    .argument("<state>", "ISO 3166-1 alpha-2 code, such as AT")
    .argument("[file]", "the calendar as JSON or YAML; - reads standard input")
    .option("--remove", "take it away instead");
  addServiceOptions(calendar, "focal-point");
  calendar.addHelpText("after", CALENDAR_HELP);
  addAction<CalendarOptions>(calendar, terminal, (options, state = "", file) =>
    setCalendar(options, { state, file }, terminal),
  );
  const target = parent
    .command("target")
    .description("set how long an answer may take")
    .addOption(
      new Option("--priority <priority>", "of the request")
        .choices([...PRIORITIES])
        .makeOptionMandatory(),
    )
    .option("--requesting <state>", "only requests of this State")
    .option("--requested <state>", "only requests to this State")
    .option("--acknowledge <time>", "until the acknowledgement: 8h, 7d or 5wd", readTarget)
    .option("--final <time>", "until the final reply", readTarget)
    .option("--remove", "take it away instead");
  addServiceOptions(target, "focal-point");
  target.addHelpText("after", TARGET_HELP);
  addAction<TargetOptions>(target, terminal, (options) => setTarget(options, terminal));
}

const UNITS = { h: "HOURS", d: "DAYS", wd: "WORKING_DAYS" } as const;

function readTarget(text: string): TargetView {
  const [, count, unit] = /^([1-9]\d{0,3})(h|d|wd)$/u.exec(text) ?? [];
  if (count !== undefined) return { count: Number(count), unit: UNITS[unit as keyof typeof UNITS] };
  throw new InvalidArgumentError("It must be a time such as 8h, 7d or 5wd.");
}

async function setCalendar(
  options: CalendarOptions,
  { state, file }: { readonly state: string; readonly file: string | undefined },
  terminal: Terminal,
): Promise<CommandResult> {
  if ((file === undefined) === (options.remove !== true)) {
    throw new TracepostError("USAGE", "Either a calendar is set or it is taken away", {
      remedy: "Give FILE or --remove.",
    });
  }
  const body = file === undefined ? undefined : (await readBody(file)).value;
  return told(await putCalendar(await openService(options, terminal, PERSON), state, body));
}

async function setTarget(options: TargetOptions, terminal: Terminal): Promise<CommandResult> {
  const { priority, requesting, requested, acknowledge, final, remove } = options;
  const targets = acknowledge && final && { acknowledge, final };
  const isOneOf = (targets === undefined) === (remove === true);
  if (!isOneOf || (remove === true && (acknowledge ?? final) !== undefined)) {
    throw new TracepostError("USAGE", "Either both targets are set or they are taken away", {
      remedy: "Give --acknowledge TIME and --final TIME, or --remove.",
    });
  }
  const key = {
    priority,
    ...(requesting && { requestingState: requesting }),
    ...(requested && { requestedState: requested }),
  };
  return told(await putTargets(await openService(options, terminal, PERSON), key, targets));
}

function told(clocks: ClocksView): CommandResult {
  const { calendars, defaults, targets } = clocks;
  const usual = Object.entries(defaults).map(([priority, both]) => ({ priority, ...both }));
  const rows = [...targets, ...usual.map((one) => ({ ...one, isUsual: true }))].map((one) => [
    "isUsual" in one ? "unless set" : `${forWhom(one)}`,
    one.priority,
    textOf(one.acknowledge),
    textOf(one.final),
  ]);
  const calendarRows = calendars.map(({ state, timeZone, weekend, holidays }) => [
    state,
    timeZone,
    weekend.join(" ").toLowerCase(),
    `${holidays.length} holidays`,
  ]);
  return {
    json: clocks,
    lines: [
      ...textTable(["FOR", "PRIORITY", "ACKNOWLEDGE", "FINAL"], rows),
      ...(calendars.length === 0
        ? ["No State has told its working calendar."]
        : ["", ...textTable(["STATE", "TIME ZONE", "WEEKEND", "HOLIDAYS"], calendarRows)]),
    ],
  };
}

function forWhom(one: { readonly requestingState?: string; readonly requestedState?: string }) {
  return `${one.requestingState ?? "any"} to ${one.requestedState ?? "any"}`;
}

function textOf({ count, unit }: TargetView): string {
  const short = Object.entries(UNITS).find(([, name]) => name === unit)?.[0] ?? unit;
  return `${count} ${short}`;
}
