import { type Static, Type } from "typebox";
import { DEFAULT_TARGETS } from "#casework";
import { EXAMPLE_USER, pageLimit, problemOf } from "#http";
import {
  AgeingView,
  CalendarFacts,
  ClocksView,
  OverdueView,
  StateCode,
  TargetKeyFacts,
  TargetsFacts,
} from "./clock-schema.ts";

/** Contracts of the routes about clocks. */

const closed = { additionalProperties: false } as const;
const StateParams = Type.Object({ state: StateCode }, closed);
const changed = { changedBy: EXAMPLE_USER, changedAt: "2026-02-02T09:12:04.113Z" };
const EXAMPLE_CALENDAR = {
  timeZone: "Europe/Vienna",
  weekend: ["SATURDAY", "SUNDAY"],
  holidays: ["2026-04-06", "2026-12-25"],
} as const;
const EXAMPLE_TARGETS = {
  requestingState: "KE",
  requestedState: "AT",
  priority: "PRIORITY",
  acknowledge: { count: 24, unit: "HOURS" },
  final: { count: 5, unit: "WORKING_DAYS" },
} as const;
const WITH_CALENDAR = {
  defaults: DEFAULT_TARGETS,
  targets: [],
  calendars: [{ state: "AT", ...EXAMPLE_CALENDAR, ...changed }],
};

/** `GET /v1/clocks`. */
export const SHOW_CLOCKS = {
  schema: {
    operationId: "showClocks",
    summary: "Targets and working calendars that clocks are reckoned with",
    tags: ["clocks"],
    response: { 200: ClocksView },
  },
  config: {
    permission: "traces:read",
    examples: {
      untouched: {
        summary: "Nothing was set yet",
        status: 200,
        answer: { defaults: DEFAULT_TARGETS, targets: [], calendars: [] },
      },
    },
  },
} as const;

/** `PUT /v1/clocks/calendars/:state`. */
export const SET_CALENDAR = {
  schema: {
    operationId: "setCalendar",
    summary: "Sets the working calendar of a State; open cases are reckoned again",
    tags: ["clocks"],
    params: StateParams,
    body: CalendarFacts,
    response: { 200: ClocksView },
  },
  config: {
    permission: "clocks:write",
    examples: {
      austria: {
        summary: "What the focal point of Austria has told",
        parameters: { state: "AT" },
        body: EXAMPLE_CALENDAR,
        status: 200,
        answer: WITH_CALENDAR,
      },
      nowhere: {
        summary: "A time zone that is none",
        parameters: { state: "AT" },
        body: { ...EXAMPLE_CALENDAR, timeZone: "Mars/Olympus" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [
            {
              field: "timeZone",
              rule: "is no time zone of the IANA database",
              remedy: "Give a name such as Europe/Vienna.",
            },
          ],
        }),
      },
    },
  },
} as const;

/** `DELETE /v1/clocks/calendars/:state`. */
export const REMOVE_CALENDAR = {
  schema: {
    operationId: "removeCalendar",
    summary: "Takes a State's working calendar away: days are twenty-four hours again",
    tags: ["clocks"],
    params: StateParams,
    response: { 200: ClocksView },
  },
  config: {
    permission: "clocks:write",
    examples: {
      austria: {
        summary: "It may be said again",
        parameters: { state: "AT" },
        status: 200,
        answer: { defaults: DEFAULT_TARGETS, targets: [], calendars: [] },
      },
    },
  },
} as const;

/** `PUT /v1/clocks/targets`. */
export const SET_TARGETS = {
  schema: {
    operationId: "setTargets",
    summary: "Sets what two States agreed on, or what holds for one or all",
    tags: ["clocks"],
    body: TargetsFacts,
    response: { 200: ClocksView },
  },
  config: {
    permission: "clocks:write",
    examples: {
      agreed: {
        summary: "Kenya and Austria agreed on five working days",
        body: EXAMPLE_TARGETS,
        status: 200,
        answer: {
          defaults: DEFAULT_TARGETS,
          targets: [{ ...EXAMPLE_TARGETS, ...changed }],
          calendars: [],
        },
      },
    },
  },
} as const;

/** `DELETE /v1/clocks/targets`. */
export const REMOVE_TARGETS = {
  schema: {
    operationId: "removeTargets",
    summary: "Takes targets away: the next closest hold",
    tags: ["clocks"],
    querystring: TargetKeyFacts,
    response: { 200: ClocksView },
  },
  config: {
    permission: "clocks:write",
    examples: {
      agreed: {
        summary: "The agreement is over",
        parameters: { requestingState: "KE", requestedState: "AT", priority: "PRIORITY" },
        status: 200,
        answer: { defaults: DEFAULT_TARGETS, targets: [], calendars: [] },
      },
    },
  },
} as const;

const OverdueQuery = Type.Object(
  {
    role: Type.Optional(Type.Enum(["requesting", "requested"])),
    peer: Type.Optional(Type.String({ maxLength: 32, description: "Only with this participant" })),
    after: Type.Optional(
      Type.String({ maxLength: 128, description: "`next` of the page before, of this same list" }),
    ),
    limit: pageLimit,
  },
  closed,
);

/** What the list of overdue cases is asked for. */
export type OverdueQuery = Static<typeof OverdueQuery>;

/** `GET /v1/traces/overdue`. */
export const LIST_OVERDUE = {
  schema: {
    operationId: "listOverdue",
    summary: "Cases of which an acknowledgement or an answer is overdue, the longest first",
    tags: ["clocks"],
    querystring: OverdueQuery,
    response: { 200: OverdueView },
  },
  config: {
    permission: "traces:read",
    examples: {
      none: {
        summary: "Nothing is overdue",
        parameters: { role: "requested", limit: 20 },
        status: 200,
        answer: { traces: [] },
      },
      otherList: {
        summary: "The mark of another list",
        parameters: { after: "aDEuYWJj" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "after", rule: "is not the `next` of a page of this list" }],
        }),
      },
    },
  },
} as const;

/** `GET /v1/traces/ageing`. */
export const SHOW_AGEING = {
  schema: {
    operationId: "showAgeing",
    summary: "How old open cases are and how long answers took, by quantile, State and side",
    tags: ["clocks"],
    response: { 200: AgeingView },
  },
  config: {
    permission: "traces:read",
    examples: {
      one: {
        summary: "One State was asked and has answered",
        status: 200,
        answer: {
          at: "2026-02-02T09:20:00.000Z",
          groups: [
            {
              peer: "AT",
              role: "requesting",
              open: 1,
              overdue: 0,
              ageDays: { median: 2.5, p90: 2.5, oldest: 2.5 },
              answered: 3,
              takenDays: { median: 1, p90: 4 },
            },
          ],
        },
      },
    },
  },
} as const;
