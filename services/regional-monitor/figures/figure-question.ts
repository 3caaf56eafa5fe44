import { InvalidRequest } from "#http";
import { ExchangeStatus, PeriodLength } from "#proto";
import { MONITOR_LIMITS } from "#runtime";
import { dayNamed, hourOf, LENGTHS, type Period, periodAt } from "../periods.ts";

/** What is asked of a monitor, checked (TP-MON-13). */
export interface FigureQuestion {
  readonly measure: string;
  /** Dimensions it is broken down by, such as STATE and PRIORITY. */
  readonly by: readonly string[];
  readonly length: PeriodLength;
  /** Periods of that length, the first one first. */
  readonly periods: readonly Period[];
  readonly status: ExchangeStatus;
  /** Only of this State. */
  readonly state: string | undefined;
  /** ALL: whoever was fed; CURRENT: members in each period; FIXED: members on one day in all. */
  readonly members: MembersChoice;
  /** Of FIXED, milliseconds since 1970. */
  readonly membersAtMs: number;
  /** Full days since 1970; what became known later is left out. */
  readonly asOf: number;
  /** Whether a day was asked for; otherwise everything that is known is told. */
  readonly isAsOfGiven: boolean;
  /** Requests open for longer are overdue, days. */
  readonly overdueDays: number;
  readonly nowMs: number;
}

/** Whose records a series is of. */
export const MEMBERS_CHOICES = ["ALL", "CURRENT", "FIXED"] as const;
/** One of {@link MEMBERS_CHOICES}. */
export type MembersChoice = (typeof MEMBERS_CHOICES)[number];

/** Where a figure comes from: what was fed as events, or what the gateway has released. */
export const BASES = ["EVENTS", "RELEASES"] as const;

/** Lengths of periods, as they are asked for. */
export const LENGTH_NAMES = ["HOUR", "DAY", "MONTH", "YEAR"] as const;
/** Statuses that are counted, each apart. */
export const STATUS_NAMES = ["ACTUAL", "EXERCISE", "TEST"] as const;

/** A question as it is asked; everything but the measure may be left out. */
export interface AskedFigures {
  readonly measure: string;
  readonly by?: string;
  readonly length?: (typeof LENGTH_NAMES)[number];
  /** First and last period, such as 2026-10. */
  readonly from?: string;
  readonly to?: string;
  readonly status?: (typeof STATUS_NAMES)[number];
  readonly state?: string;
  readonly members?: MembersChoice;
  readonly membersOn?: string;
  readonly asOf?: string;
  readonly overdueDays?: number;
  /** Code of the body, of those that the monitor stands for; default: the first one. */
  readonly body?: string;
  readonly basis?: (typeof BASES)[number];
}

const DAY_MS = 86_400_000;
const FAR_DAY = 1_000_000;

/** Checks a question. Throws InvalidRequest, which names each field. */
export function figureQuestion(asked: AskedFigures, nowMs: number): FigureQuestion {
  const length = PeriodLength[asked.length ?? "MONTH"];
  const asOf = asked.asOf === undefined ? FAR_DAY : dayField("asOf", asked.asOf);
  const membersOn = asked.membersOn;
  return {
    measure: asked.measure,
    by: (asked.by ?? "").split(",").filter((name) => name !== ""),
    length,
    periods: periodsOf(asked, length, nowMs),
    status: ExchangeStatus[asked.status ?? "ACTUAL"],
    state: asked.state,
    members: asked.members ?? "ALL",
    membersAtMs: membersOn === undefined ? nowMs : dayField("membersOn", membersOn) * DAY_MS,
    asOf,
    isAsOfGiven: asked.asOf !== undefined,
    overdueDays: asked.overdueDays ?? MONITOR_LIMITS.overdueAfterMs / DAY_MS,
    nowMs,
  };
}

/** The periods from the first to the last; by default the year that runs. */
function periodsOf(asked: AskedFigures, length: PeriodLength, nowMs: number): Period[] {
  const year = periodAt(PeriodLength.YEAR, hourOf(nowMs));
  const isFine = length === PeriodLength.HOUR || length === PeriodLength.DAY;
  const least = isFine ? hourOf(nowMs - DAY_MS) : year.start;
  const first = asked.from === undefined ? periodAt(length, least) : named("from", asked.from);
  const last = asked.to === undefined ? periodAt(length, hourOf(nowMs)) : named("to", asked.to);
  const periods: Period[] = [];
  for (let at = periodAt(length, first.start); at.start < last.end; at = periodAt(length, at.end)) {
    periods.push(at);
    if (periods.length > MONITOR_LIMITS.periodsMax) {
      throw wrong("from", `more than ${MONITOR_LIMITS.periodsMax} periods; ask for fewer`);
    }
  }
  if (periods.length === 0) throw wrong("to", "must not lie before from");
  return periods;
}

/** 2026, 2026-10, 2026-10-03 or 2026-10-03T14, whatever the length that is asked for. */
export function periodNamed(text: string): Period | undefined {
  const parts = /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(\d{2}))?)?)?$/u.exec(text);
  if (parts === null) return undefined;
  const [, year = "", month = "01", day = "01", hour = "00"] = parts;
  const start = dayNamed(`${year}-${month}-${day}`);
  const hours = Number(hour);
  if (start === undefined || hours > 23) return undefined;
  const given = parts.slice(1).filter((part) => part !== undefined).length;
  const length = LENGTHS[LENGTHS.length - given] ?? PeriodLength.YEAR;
  return periodAt(length, start * 24 + hours);
}

function named(field: string, text: string): Period {
  const period = periodNamed(text);
  if (period === undefined) throw wrong(field, "must be such as 2026, 2026-10 or 2026-10-03");
  return period;
}

function dayField(field: string, text: string): number {
  const day = dayNamed(text);
  if (day === undefined) throw wrong(field, "must be a day such as 2026-10-03");
  return day;
}

/** A request with one field that is wrong. */
export function wrong(field: string, rule: string): InvalidRequest {
  return new InvalidRequest([{ field, rule }]);
}
