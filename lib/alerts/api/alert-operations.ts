import { Type } from "typebox";
import { EXAMPLE_IDS, pageLimit, problemOf, RepeatHeaders } from "#http";
import {
  EXAMPLE_ALERT,
  EXAMPLE_ALERT_LINE,
  EXAMPLE_ALERT_UPDATE,
  EXAMPLE_SENT,
} from "./alert-examples.ts";
import { AlertCancel, AlertUpdate, NewAlert } from "./alert-schema.ts";
import { NOTICE } from "./check-view.ts";
import { AlertDetail, AlertList, SentAlert, SIDES } from "./view-schema.ts";

/** Contracts of the routes by which alerts are looked at, sent, updated and cancelled. */

/** Path of an alert. */
export const AlertParams = Type.Object({ alertId: Type.String({ maxLength: 64 }) });

const PROBLEMS = [
  "IDEMPOTENCY_MISMATCH",
  "BODY_INVALID",
  "RECIPIENT_UNKNOWN",
  "TOO_LARGE",
  "PUBLIC_SCOPE_FORBIDDEN",
] as const;

const sent = {
  200: { ...SentAlert, description: "What this idempotency key stands for" },
  201: { ...SentAlert, description: "The alert is on its way" },
};

/** `GET /v1/alerts`. */
export const LIST_ALERTS = {
  schema: {
    operationId: "listAlerts",
    summary: "Alerts of this participant and of others, the newest first",
    tags: ["alerts"],
    querystring: Type.Object(
      {
        side: Type.Optional(Type.Enum([...SIDES], { description: "Only this side" })),
        inForce: Type.Optional(Type.Boolean({ description: "Only what is in force now" })),
        after: Type.Optional(Type.String({ maxLength: 128, description: "`next` of a page" })),
        limit: pageLimit,
      },
      { additionalProperties: false },
    ),
    response: { 200: AlertList },
  },
  config: {
    permission: "alerts:read",
    examples: {
      inForce: {
        summary: "What this participant has sent and is in force",
        parameters: { side: "sent", inForce: true },
        status: 200,
        answer: { alerts: [EXAMPLE_ALERT_LINE] },
      },
    },
  },
} as const;

/** `GET /v1/alerts/:alertId`. */
export const SHOW_ALERT = {
  schema: {
    operationId: "showAlert",
    summary: "An alert with its versions, who has it, acknowledgements and hits",
    description:
      "Who has not yet acknowledged is shown to who sent it, and to a focal point of the agencies " +
      "it passed the alert on to.",
    tags: ["alerts"],
    params: AlertParams,
    response: { 200: AlertDetail },
  },
  config: {
    permission: "alerts:read",
    problems: ["NOT_FOUND"],
    examples: {
      sent: {
        summary: "An alert of this participant",
        parameters: { alertId: EXAMPLE_IDS.sentAlert },
        status: 200,
        answer: {
          ...EXAMPLE_ALERT_LINE,
          notice: NOTICE,
          alert: { move: "ALERT", ...EXAMPLE_ALERT.alert },
          versions: [
            {
              messageId: EXAMPLE_SENT.messageId,
              move: "ALERT",
              sender: "KE",
              state: "sent",
              sentAt: "2026-02-02T09:12:04.113Z",
              to: { states: ["AT"] },
            },
          ],
          recipients: [
            {
              participant: "AT",
              messageId: EXAMPLE_SENT.messageId,
              isCurrent: true,
              delivery: "delivered",
              level: "RECEIVED",
            },
          ],
          acknowledgements: [],
          hits: [],
        },
      },
      unknown: {
        summary: "An alert that is not there",
        parameters: { alertId: "none" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;

/** `GET /v1/alerts/checklist`. */
export const SHOW_CHECKLIST = {
  schema: {
    operationId: "showAlertChecklist",
    summary: "Kinds of alerts with what each needs, and the checklist of a modus operandi",
    description:
      "An alert about a modus operandi tells what gives it away, never how it is done: a second " +
      "person answers every point of the checklist before it leaves.",
    tags: ["alerts"],
    response: {
      200: Type.Object({
        kinds: Type.Array(
          Type.Object({
            kind: Type.String(),
            about: Type.String(),
            lifeDaysMax: Type.Optional(Type.Integer({ description: "Longest life" })),
            needs: Type.Array(Type.String()),
          }),
        ),
        template: Type.Array(Type.Object({ heading: Type.String(), prompt: Type.String() })),
        checklist: Type.Array(Type.Object({ code: Type.String(), question: Type.String() })),
      }),
    },
  },
  config: {
    permission: "alerts:read",
    examples: {
      all: {
        summary: "Some of it",
        status: 200,
        answer: {
          kinds: [],
          template: [],
          checklist: [{ code: "NO_PERSONS", question: "Is no natural person named or shown?" }],
        },
      },
    },
  },
} as const;

/** `POST /v1/alerts`. */
export const SEND_ALERT = {
  schema: {
    operationId: "sendAlert",
    summary: "Sends an alert to named States, a group, or the parties of an instrument",
    description:
      "One receiving unit for each State, at most 256. An alert of an agency whose State approves " +
      "its alerts goes to the focal point of that State first.",
    tags: ["alerts"],
    headers: RepeatHeaders,
    body: NewAlert,
    response: sent,
  },
  config: {
    permission: "alerts:send",
    problems: PROBLEMS,
    examples: {
      stolen: {
        summary: "A stolen pistol",
        parameters: { "idempotency-key": "KE/2026/alert-1" },
        body: EXAMPLE_ALERT,
        status: 201,
        answer: EXAMPLE_SENT,
      },
      public: {
        summary: "An alert to everybody is refused",
        body: { ...EXAMPLE_ALERT, alert: { ...EXAMPLE_ALERT.alert, scope: "PUBLIC" } },
        status: 422,
        answer: problemOf("PUBLIC_SCOPE_FORBIDDEN", { field: "alert.scope" }),
      },
      nobodyToCall: {
        summary: "Without a duty contact it is refused",
        body: {
          ...EXAMPLE_ALERT,
          alert: { ...EXAMPLE_ALERT.alert, dutyContact: { unit: "Duty officer" } },
        },
        status: 422,
        answer: problemOf("BODY_INVALID", {
          problems: [
            { field: "alert.dutyContact.telephone", rule: "missing", remedy: "Fill it in." },
          ],
        }),
      },
    },
  },
} as const;

/** `POST /v1/alerts/:alertId/update`. */
export const UPDATE_ALERT = {
  schema: {
    operationId: "updateAlert",
    summary: "Replaces an alert of this participant by what is known now",
    description: "Everybody who has an earlier version gets it, whoever is addressed besides.",
    tags: ["alerts"],
    params: AlertParams,
    headers: RepeatHeaders,
    body: AlertUpdate,
    response: sent,
  },
  config: {
    permission: "alerts:send",
    problems: [...PROBLEMS, "NOT_FOUND", "ILLEGAL_MOVE"],
    examples: {
      newer: {
        summary: "It is thought to be somewhere else",
        parameters: { alertId: EXAMPLE_IDS.sentAlert },
        body: EXAMPLE_ALERT_UPDATE,
        status: 201,
        answer: EXAMPLE_SENT,
      },
      ofAnother: {
        summary: "An alert of another participant",
        parameters: { alertId: EXAMPLE_IDS.receivedAlert },
        body: EXAMPLE_ALERT_UPDATE,
        status: 409,
        answer: problemOf("ILLEGAL_MOVE"),
      },
    },
  },
} as const;

/** `POST /v1/alerts/:alertId/cancel`. */
export const CANCEL_ALERT = {
  schema: {
    operationId: "cancelAlert",
    summary: "Takes an alert of this participant back, everywhere",
    tags: ["alerts"],
    params: AlertParams,
    headers: RepeatHeaders,
    body: AlertCancel,
    response: sent,
  },
  config: {
    permission: "alerts:send",
    problems: [...PROBLEMS, "NOT_FOUND", "ILLEGAL_MOVE"],
    examples: {
      found: {
        summary: "The pistol was found",
        parameters: { alertId: EXAMPLE_IDS.sentAlert },
        body: { reason: "The pistol was found at the dealer's own premises." },
        status: 201,
        answer: EXAMPLE_SENT,
      },
    },
  },
} as const;
