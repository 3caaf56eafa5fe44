import { Type } from "typebox";
import {
  checkCalendar,
  checkChain,
  judgeMove,
  proposeAddressees,
  replyClock,
  TARGET_DAYS,
  TRACE_TRANSITIONS,
  type TraceState,
  WEEKDAYS,
} from "#casework";
import { TraceMove } from "#proto";
import { CASEWORK_LIMITS, CLOCK_LIMITS, isCalendarDate } from "#runtime";
import { camelPath } from "./camel-path.ts";
import { createRule, type WrongInput } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const DAY_MS = 86_400_000;

const StateCode = Type.String({ pattern: "^[A-Z]{2}$" });
const Year = Type.Integer({ minimum: CASEWORK_LIMITS.manufactureYearMin, maximum: 9_999 });
const StateName = Type.Enum(Object.keys(TRACE_TRANSITIONS) as TraceState[]);
const SideName = Type.Enum(["requesting", "requested"]);

/** Whom to ask about a firearm. */
export const addresseesRule = createRule({
  name: "addressees",
  about: "States to ask, from import mark and State of manufacture, successors included",
  input: Type.Object(
    {
      countryOfManufacture: Type.Optional(Type.String({ pattern: "^[A-Z]{2}([A-Z]{2})?$" })),
      yearOfManufacture: Type.Optional(Year),
      importMark: Type.Optional(
        Type.Object({ country: StateCode, year: Type.Optional(Year) }, closed),
      ),
      recoveryCountry: StateCode,
    },
    closed,
  ),
  decide: (marks) => {
    const proposal = proposeAddressees(marks);
    if (proposal.ok) return proposal;
    const { field, detail } = proposal.refusal;
    return { ok: false, wrong: [{ field: camelPath(field), rule: detail }] };
  },
});

/** When an answer is due. */
export const clockRule = createRule({
  name: "clock",
  about: "when an answer is due, with the time the clock stood still for information asked for",
  input: Type.Object(
    {
      priority: Type.Enum(["ROUTINE", "PRIORITY", "URGENT"]),
      /** Default: 30, 7 or 3 days by priority. */
      targetDays: Type.Optional(Type.Number({ minimum: 0, maximum: 3_660 })),
      events: Type.Array(
        Type.Object(
          {
            state: StateName,
            at: Type.String(),
            /** Of a delay: the day it names for the review. */
            reviewOn: Type.Optional(Type.String({ maxLength: 10 })),
          },
          closed,
        ),
        { maxItems: 10_000 },
      ),
      /** Of the requested State. Default: days of twenty-four hours, all of them working days. */
      calendar: Type.Optional(
        Type.Object(
          {
            timeZone: Type.String({ maxLength: 64 }),
            weekend: Type.Optional(Type.Array(Type.Enum([...WEEKDAYS]), { maxItems: 7 })),
            holidays: Type.Optional(
              Type.Array(Type.String(), { maxItems: CLOCK_LIMITS.holidaysMax }),
            ),
          },
          closed,
        ),
      ),
    },
    closed,
  ),
  decide: ({ priority, targetDays = TARGET_DAYS[priority], events, calendar: given }) => {
    const calendar = given && { weekend: [], holidays: [], ...given };
    const problems = calendar === undefined ? [] : checkCalendar(calendar);
    if (problems.length > 0) {
      const wrong = problems.map(({ field, rule }) => ({ field: `calendar.${field}`, rule }));
      return { ok: false, wrong };
    }
    const changes = events.map(({ at, ...event }) => ({ ...event, atMs: instantMs(at) }));
    const wrong = changes.flatMap(({ atMs, reviewOn, state }, index): WrongInput[] => {
      const rule = "must be an RFC 3339 date and time with offset";
      if (Number.isNaN(atMs)) return [{ field: `events.${index}.at`, rule }];
      const isDay = reviewOn === undefined || isCalendarDate(reviewOn);
      const ofDelay = reviewOn === undefined || state === "DELAYED";
      const field = `events.${index}.reviewOn`;
      if (!isDay) return [{ field, rule: "must be a day of the calendar, YYYY-MM-DD" }];
      return ofDelay ? [] : [{ field, rule: "belongs to the state DELAYED" }];
    });
    if (wrong.length > 0) return { ok: false, wrong };
    const { dueAtMs, stoppedMs } = replyClock(changes, targetDays, calendar);
    const dueAt = dueAtMs === undefined ? null : new Date(dueAtMs).toISOString();
    return { ok: true, value: { dueAt, stoppedDays: stoppedMs / DAY_MS } };
  },
});

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:\d{2})$/u;

function instantMs(text: string): number {
  return INSTANT.test(text) ? Date.parse(text) : Number.NaN;
}

/** Names of messages as the instruments and the API use them, beside the names of the moves. */
const MESSAGE_NAMES: Readonly<Record<string, keyof typeof TraceMove>> = {
  TraceRequest: "REQUEST",
  TraceAcknowledgement: "ACKNOWLEDGEMENT",
  RequestForInformation: "REQUEST_FOR_INFORMATION",
  SupplementaryInformation: "SUPPLEMENTARY_INFORMATION",
  InterimReply: "INTERIM",
  FinalReply: "FINAL",
  Referral: "REFERRAL",
  DelayNotice: "DELAY",
  RefusalNotice: "REFUSAL",
  ClarificationRequest: "CLARIFICATION_REQUEST",
  Clarification: "CLARIFICATION",
  Withdrawal: "WITHDRAWAL",
  Correction: "CORRECTION",
  Reminder: "REMINDER",
  OutcomeFeedback: "OUTCOME_FEEDBACK",
  CaseClosed: "CASE_CLOSED",
  CaseReopened: "CASE_REOPENED",
};
const MOVES = Object.keys(TraceMove).filter((name) => name !== "UNSPECIFIED");

/** Whose move it is. */
export const moveRule = createRule({
  name: "move",
  about: "whether a message may be sent in a state of a case, by whom, and where it leads",
  input: Type.Object(
    {
      state: StateName,
      message: Type.Enum([...Object.keys(MESSAGE_NAMES), ...MOVES]),
      by: SideName,
    },
    closed,
  ),
  decide: ({ state, message, by }) => {
    const name = MESSAGE_NAMES[message] ?? (message as keyof typeof TraceMove);
    const judged = judgeMove(state, TraceMove[name], by);
    const value = judged.ok
      ? { allowed: true, next: judged.value }
      : { allowed: false, code: judged.refusal.code };
    return { ok: true, value };
  },
});

const CalendarDate = Type.String({ pattern: "^\\d{4}(-\\d{2}(-\\d{2})?)?$" });

/** Whether a chain of requests hangs together. */
export const chainRule = createRule({
  name: "chain",
  about: "gaps, cycles and the order of time in a chain of requests along re-exports",
  input: Type.Object(
    {
      hops: Type.Array(
        Type.Object(
          {
            state: StateCode,
            importedFrom: Type.Optional(StateCode),
            exportedTo: Type.Optional(StateCode),
            exportedOn: Type.Optional(CalendarDate),
          },
          closed,
        ),
        { maxItems: 1_000 },
      ),
    },
    closed,
  ),
  decide: ({ hops }) => ({ ok: true, value: checkChain(hops) }),
});
