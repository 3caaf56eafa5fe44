import { Type } from "typebox";
import { nextMark, pageAfter, pageLimit } from "#http";
import { GATEWAY_LIMITS, HTTP_LIMITS } from "#runtime";
import { EVENT_KIND_NAMES, REPORTED_KINDS } from "../store/event-kinds.ts";

const closed = { additionalProperties: false } as const;
const participant = Type.Optional(
  Type.String({ minLength: 2, maxLength: HTTP_LIMITS.nameCharsMax }),
);

/** Query of the list of operator events. */
export const EventPage = Type.Object(
  {
    participant,
    kind: Type.Optional(Type.Enum(EVENT_KIND_NAMES)),
    state: Type.Optional(Type.Enum(["open", "acknowledged"], { description: "Default: both" })),
    after: pageAfter,
    limit: pageLimit,
  },
  closed,
);

/** Path of an event. */
export const EventParams = Type.Object(
  { id: Type.Integer({ minimum: 1, maximum: Number.MAX_SAFE_INTEGER }) },
  closed,
);

/** Body of an acknowledgement. */
export const Acknowledgement = Type.Object(
  {
    note: Type.Optional(
      Type.String({
        maxLength: GATEWAY_LIMITS.decisionReasonCharsMax,
        description: "What was found out or done",
      }),
    ),
  },
  closed,
);

const place = (description: string) =>
  Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER, description });

/** Body of a report: what was read from one source between two places in it (TP-OPS-15). */
export const EventReport = Type.Object(
  {
    source: Type.String({
      pattern: "^[\\x21-\\x7e]{1,128}$",
      description: "Names what it was read from, such as one log file",
    }),
    from: place("Where reading began"),
    to: place("Where it ended"),
    occurrences: Type.Array(
      Type.Object(
        {
          kind: Type.Enum(REPORTED_KINDS),
          participant,
          subject: Type.String({ maxLength: GATEWAY_LIMITS.eventSubjectCharsMax }),
          detail: Type.Optional(Type.String({ maxLength: GATEWAY_LIMITS.eventDetailCharsMax })),
          count: Type.Optional(
            Type.Integer({ minimum: 1, maximum: 2 ** 31 - 1, description: "Default: 1" }),
          ),
        },
        closed,
      ),
      { maxItems: GATEWAY_LIMITS.eventReportMax },
    ),
  },
  closed,
);

const instant = Type.String({ format: "date-time" });

const EventView = Type.Object({
  id: Type.Integer({ minimum: 1 }),
  kind: Type.Enum(EVENT_KIND_NAMES),
  state: Type.Enum(["open", "acknowledged"]),
  participant: Type.Optional(Type.String()),
  subject: Type.Optional(Type.String({ description: "What it is about" })),
  detail: Type.Optional(Type.String({ description: "What was seen last" })),
  count: Type.Integer({ minimum: 1, description: "How often, while it was open" }),
  firstAt: instant,
  lastAt: instant,
  acknowledged: Type.Optional(
    Type.Object({
      at: instant,
      by: Type.String({ description: "User id" }),
      note: Type.Optional(Type.String()),
    }),
  ),
});

/** The answer of `GET /v1/events`. */
export const EventList = Type.Object({ events: Type.Array(EventView), next: nextMark });

/** The answer of an acknowledgement. */
export const Acknowledged = Type.Object({
  ...EventView.properties,
  repeated: Type.Boolean({ description: "It had been acknowledged before, as shown" }),
});

/** The answer of a report. */
export const Reported = Type.Object({
  counted: Type.Boolean({ description: "False: it begins before `place`, and changed nothing" }),
  place: Type.Integer({ minimum: 0, description: "Up to where the source is counted now" }),
});
