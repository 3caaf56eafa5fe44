import {
  Acknowledged,
  Acknowledgement,
  EventList,
  EventPage,
  EventParams,
  EventReport,
  Reported,
} from "./event-schema.ts";

/** Contracts of the routes of operator events. */

const MALFORMED = {
  id: 1,
  kind: "MALFORMED",
  state: "open",
  participant: "KE",
  subject: "MALFORMED",
  detail: "envelope",
  count: 2,
  firstAt: "2026-02-02T09:20:00.000Z",
  lastAt: "2026-02-02T09:21:00.000Z",
} as const;

const NOTE = "A test that KE had announced";

/** `GET /v1/events`. */
export const LIST_EVENTS = {
  schema: {
    operationId: "listEvents",
    summary: "Operator events, the newest first",
    tags: ["events"],
    querystring: EventPage,
    response: { 200: EventList },
  },
  config: {
    permission: "events:read",
    examples: {
      open: {
        summary: "What nobody has acknowledged",
        parameters: { state: "open", limit: 20 },
        status: 200,
        answer: { events: [MALFORMED] },
      },
    },
  },
} as const;

/** `POST /v1/events/:id/acknowledge`. */
export const ACKNOWLEDGE_EVENT = {
  schema: {
    operationId: "acknowledgeEvent",
    summary: "Closes an event; what comes later opens a new one",
    description: "It is closed once; doing it again answers the first.",
    tags: ["events"],
    params: EventParams,
    body: Acknowledgement,
    response: { 200: Acknowledged },
  },
  config: {
    permission: "events:acknowledge",
    problems: ["NOT_FOUND"],
    examples: {
      noted: {
        summary: "With what was found out",
        parameters: { id: 1 },
        body: { note: NOTE },
        status: 200,
        answer: {
          ...MALFORMED,
          state: "acknowledged",
          acknowledged: { at: "2026-02-02T10:02:00.000Z", by: "amina", note: NOTE },
          repeated: false,
        },
      },
    },
  },
} as const;

/** `POST /v1/events/report`. */
export const REPORT_EVENTS = {
  schema: {
    operationId: "reportEvents",
    summary: "Counts what was seen outside the gateway, each occurrence once",
    description:
      "A report that begins before the place up to which its source was counted changes nothing, " +
      "so it may be repeated.",
    tags: ["events"],
    body: EventReport,
    response: { 200: Reported },
  },
  config: {
    permission: "events:report",
    examples: {
      violation: {
        summary: "What the nats-server wrote into its log",
        body: {
          source: "nats.log:5c1f0a9be27d4830",
          from: 1024,
          to: 4096,
          occurrences: [
            {
              kind: "PERMISSION_VIOLATION",
              participant: "KE",
              subject: "publish tp.in.AT.normal.trace-request",
              count: 3,
            },
          ],
        },
        status: 200,
        answer: { counted: true, place: 4096 },
      },
    },
  },
} as const;
