import { Type } from "typebox";
import { BASES, LENGTH_NAMES, MEMBERS_CHOICES, STATUS_NAMES } from "../figures/figure-question.ts";

/** Forms of what a monitor is asked and tells. */

const closed = { additionalProperties: false } as const;
const count = Type.Integer({ minimum: 0 });
const day = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$" });
const period = Type.String({
  pattern: "^\\d{4}(-\\d{2}(-\\d{2}(T\\d{2})?)?)?$",
  description: "2026, 2026-10, 2026-10-03 or 2026-10-03T14, in UTC",
});
const StateCode = Type.String({ pattern: "^[A-Z]{2}$", description: "ISO 3166-1 alpha-2" });

/** Which body is asked about. */
export const BodyChoice = Type.Optional(
  Type.String({
    pattern: "^[A-Z][A-Z0-9_-]{0,31}$",
    description: "Code of the body; default: the first one that the monitor stands for",
  }),
);

const Range = {
  length: Type.Optional(Type.Enum([...LENGTH_NAMES], { description: "Default: MONTH" })),
  from: Type.Optional(period),
  to: Type.Optional(period),
  status: Type.Optional(Type.Enum([...STATUS_NAMES], { description: "Default: ACTUAL" })),
};

const Members = {
  members: Type.Optional(
    Type.Enum([...MEMBERS_CHOICES], {
      description:
        "ALL: whoever was fed; CURRENT: members in each period, breaks marked B; FIXED: members on " +
        "membersOn in all periods. Default: ALL",
    }),
  ),
  membersOn: Type.Optional(day),
  body: BodyChoice,
};

/** What figures are asked for. */
export const FigureQuery = Type.Object(
  {
    measure: Type.String({ pattern: "^[A-Z0-9_]{1,64}$" }),
    by: Type.Optional(
      Type.String({
        pattern: "^[A-Z0-9_]+(,[A-Z0-9_]+)*$",
        description: "Dimensions with commas between, such as STATE,PRIORITY; none: totals",
      }),
    ),
    ...Range,
    ...Members,
    state: Type.Optional(StateCode),
    asOf: Type.Optional(day),
    overdueDays: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_650 })),
    basis: Type.Optional(
      Type.Enum([...BASES], { description: "Events counted here, or releases of the gateway" }),
    ),
  },
  closed,
);

/** What coverage and releases are asked for. */
export const RangeQuery = Type.Object(Range, closed);
/** The same with a choice of members. */
export const CoverageQuery = Type.Object({ ...Range, ...Members }, closed);

/** What ledgers are asked for. */
export const LedgerQuery = Type.Object(
  {
    fromYear: Type.Optional(Type.Integer({ minimum: 2001, maximum: 9999 })),
    toYear: Type.Optional(Type.Integer({ minimum: 2001, maximum: 9999 })),
    state: Type.Optional(StateCode),
    status: Range.status,
    vintages: Type.Optional(
      Type.Enum(["NEWEST", "ALL"], { description: "Default: NEWEST of each State and year" }),
    ),
  },
  closed,
);

/** Which days are asked for. */
export const DaysQuery = Type.Object(
  { days: Type.Optional(Type.Enum(["ALL", "DIFFERING"], { description: "Default: ALL" })) },
  closed,
);

/** How much of what should have been counted was. */
export const CoverageView = Type.Object({
  statesExpected: count,
  statesReporting: count,
  monthsExpected: count,
  monthsReporting: count,
});

/** One figure. */
export const FigureView = Type.Object({
  measure: Type.String(),
  by: Type.Record(Type.String(), Type.String()),
  period: Type.String(),
  value: Type.Union([Type.Number(), Type.Null()], { description: "Null: missing or withheld" }),
  unit: Type.Enum(["PIECES", "MESSAGES", "CASES", "HOURS", "PERCENT"]),
  status: Type.Enum(["A", "B", "E", "M", "P"], {
    description: "SDMX CL_OBS_STATUS: A normal, B break, E estimated, M missing, P provisional",
  }),
  confidentiality: Type.Enum(["F", "N", "C", "D"], {
    description: "SDMX CL_CONF_STATUS: F free, N not for publication, C and D withheld",
  }),
  coverage: CoverageView,
  vintage: Type.String({ description: "Day on which it became known, or was released" }),
});

/** One release. */
export const ReleaseView = Type.Object({
  body: Type.String(),
  length: Type.Enum([...LENGTH_NAMES]),
  period: Type.String(),
  vintage: count,
  releasedOn: day,
  threshold: count,
  statesExpected: count,
  statesReporting: count,
  tables: Type.Array(Type.String()),
});

/** One ledger. */
export const LedgerView = Type.Object({
  state: StateCode,
  year: Type.Integer(),
  vintage: count,
  asOf: day,
  signedAt: Type.String({ format: "date-time" }),
  takenAt: Type.String({ format: "date-time" }),
  arms: count,
  established: count,
  offExchangeTraces: count,
  monthsReported: count,
  methodNote: Type.String(),
});

/** Coverage of one period. */
export const CoveredPeriod = Type.Object({ period: Type.String(), ...CoverageView.properties });

/** One day that was compared. */
export const ComparedDayView = Type.Object({
  day,
  logIndex: Type.Integer({ description: "Entry of the log that the counts are bound to" }),
  eventsTold: count,
  eventsFed: count,
  firstIndex: Type.Optional(count),
  lastIndex: Type.Optional(count),
  comparedAt: Type.String({ format: "date-time" }),
  differences: Type.Array(Type.Object({ what: Type.String(), told: count, fed: count })),
});
