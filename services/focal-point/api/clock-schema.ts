import { Type } from "typebox";
import { PRIORITIES, TARGET_UNITS, TRACE_TRANSITIONS, WEEKDAYS } from "#casework";
import { nextMark } from "#http";
import { CLOCK_LIMITS } from "#runtime";

/** What routes about clocks take and answer. */

const closed = { additionalProperties: false } as const;
const instant = Type.String({ format: "date-time" });
const count = Type.Integer({ minimum: 0 });
const days = Type.Number({ minimum: 0 });

/** A State, ISO 3166-1 alpha-2. */
export const StateCode = Type.String({ pattern: "^[A-Z]{2}$" });
const Side = Type.Enum(["requesting", "requested"], {
  description: "Who asked: this State, or the other one",
});

const TargetFacts = Type.Object(
  {
    count: Type.Integer({ minimum: 1, maximum: CLOCK_LIMITS.targetCountMax }),
    unit: Type.Enum([...TARGET_UNITS], {
      description: "HOURS run day and night; days are those of the requested State's calendar",
    }),
  },
  closed,
);

const targets = { acknowledge: TargetFacts, final: TargetFacts };

/** Body of `PUT /v1/clocks/calendars/:state`. */
export const CalendarFacts = Type.Object(
  {
    timeZone: Type.String({ maxLength: 64, description: "IANA name, such as Europe/Vienna" }),
    weekend: Type.Array(Type.Enum([...WEEKDAYS]), { maxItems: 7, uniqueItems: true }),
    holidays: Type.Array(Type.String(), {
      maxItems: CLOCK_LIMITS.holidaysMax,
      uniqueItems: true,
      description: "ISO 8601 dates",
    }),
  },
  closed,
);

const key = {
  requestingState: Type.Optional({ ...StateCode, description: "Absent: every one" }),
  requestedState: Type.Optional({ ...StateCode, description: "Absent: every one" }),
  priority: Type.Enum([...PRIORITIES]),
};

/** Of whom targets are taken away. */
export const TargetKeyFacts = Type.Object(key, closed);

/** Body of `PUT /v1/clocks/targets`. */
export const TargetsFacts = Type.Object({ ...key, ...targets }, closed);

const changed = {
  changedBy: Type.String({ description: "User id" }),
  changedAt: instant,
};

/** The answer of every route of settings: all of them. */
export const ClocksView = Type.Object({
  defaults: Type.Record(Type.Enum([...PRIORITIES]), Type.Object(targets), {
    description: "Targets where nothing else is set",
  }),
  targets: Type.Array(Type.Object({ ...key, ...targets, ...changed })),
  calendars: Type.Array(
    Type.Object({ state: Type.String(), ...CalendarFacts.properties, ...changed }),
  ),
});

/** The answer of `GET /v1/traces/overdue`. */
export const OverdueView = Type.Object({
  traces: Type.Array(
    Type.Object({
      caseId: Type.String(),
      role: Side,
      peer: Type.String({ description: "Participant id of the other State" }),
      state: Type.Enum(Object.keys(TRACE_TRANSITIONS)),
      nationalCaseNumber: Type.String(),
      priority: Type.Enum([...PRIORITIES]),
      owed: Type.Enum(["ACKNOWLEDGEMENT", "ANSWER"], { description: "What is owed first" }),
      dueAt: instant,
      overdueDays: days,
      reminders: Type.Integer({ minimum: 0, description: "Sent, or passed over" }),
    }),
    { description: "The longest overdue first" },
  ),
  next: nextMark,
});

const ages = Type.Object({
  median: Type.Optional(days),
  p90: Type.Optional(days),
  oldest: Type.Optional(days),
});

/** The answer of `GET /v1/traces/ageing`. */
export const AgeingView = Type.Object({
  at: instant,
  groups: Type.Array(
    Type.Object({
      peer: Type.String(),
      role: Side,
      open: count,
      overdue: count,
      ageDays: { ...ages, description: "Of open cases, since the delivery" },
      answered: Type.Integer({ minimum: 0, description: "In the last year" }),
      takenDays: {
        ...Type.Object({ median: Type.Optional(days), p90: Type.Optional(days) }),
        description: "How long answers took, less the time the clock stood still",
      },
    }),
  ),
});
