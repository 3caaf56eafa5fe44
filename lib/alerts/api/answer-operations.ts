import { Type } from "typebox";
import { EXAMPLE_IDS, problemOf, RepeatHeaders } from "#http";
import { EXAMPLE_HIT } from "./alert-examples.ts";
import { AlertParams } from "./alert-operations.ts";
import { NewAck, NewDecision, NewHit, RetractedHit } from "./alert-schema.ts";
import { Decided, SentAnswer } from "./view-schema.ts";

/** Contracts of the routes by which alerts are answered, and those of agencies approved. */

const HitParams = Type.Object({
  ...AlertParams.properties,
  hitId: Type.String({ maxLength: 64 }),
});
const answered = {
  200: { ...SentAnswer, description: "What this idempotency key stands for" },
  201: { ...SentAnswer, description: "The answer is on its way" },
};
const MESSAGE = "019b0f85-6f70-7b8c-9d9e-0f1a2b3c4d5e";

/** `POST /v1/alerts/:alertId/acknowledge`. */
export const ACKNOWLEDGE_ALERT = {
  schema: {
    operationId: "acknowledgeAlert",
    summary: "Says how far an alert was taken up: received, read, or acted upon",
    description: "Goes to whom the alert came from. A level once reached is not lost.",
    tags: ["alerts"],
    params: AlertParams,
    headers: RepeatHeaders,
    body: NewAck,
    response: answered,
  },
  config: {
    permission: "alerts:answer",
    problems: ["NOT_FOUND", "ILLEGAL_MOVE", "IDEMPOTENCY_MISMATCH"],
    examples: {
      read: {
        summary: "The night shift of a post has read it",
        parameters: { alertId: EXAMPLE_IDS.receivedAlert },
        body: { level: "READ", unit: "Port of Mombasa" },
        status: 201,
        answer: { messageId: MESSAGE },
      },
      ours: {
        summary: "An alert of this participant is not acknowledged by it",
        parameters: { alertId: EXAMPLE_IDS.sentAlert },
        body: { level: "READ" },
        status: 409,
        answer: problemOf("ILLEGAL_MOVE"),
      },
    },
  },
} as const;

/** `POST /v1/alerts/:alertId/hits`. */
export const REPORT_HIT = {
  schema: {
    operationId: "reportHit",
    summary: "Reports a possible match, to the originator and the own focal point alone",
    description:
      "Refused for an alert that is not in force, and for an exercise or a test. A hit is to be " +
      "verified; it is never an order to detain.",
    tags: ["alerts"],
    params: AlertParams,
    headers: RepeatHeaders,
    body: NewHit,
    response: answered,
  },
  config: {
    permission: "alerts:answer",
    problems: ["NOT_FOUND", "ILLEGAL_MOVE", "BODY_INVALID", "IDEMPOTENCY_MISMATCH"],
    examples: {
      found: {
        summary: "A pistol with this number",
        parameters: { alertId: EXAMPLE_IDS.receivedAlert },
        body: EXAMPLE_HIT,
        status: 201,
        answer: { messageId: MESSAGE, hitId: EXAMPLE_IDS.hit },
      },
      nobodyToCall: {
        summary: "A hit names whom to call",
        parameters: { alertId: EXAMPLE_IDS.receivedAlert },
        body: { ...EXAMPLE_HIT, dutyContact: { unit: "Customs, Mombasa" } },
        status: 422,
        answer: problemOf("BODY_INVALID", { field: "hit.duty_contact.telephone" }),
      },
    },
  },
} as const;

/** `GET /v1/alerts/:alertId/hits/:hitId/trace`. */
export const PREFILL_TRACE = {
  schema: {
    operationId: "prefillTrace",
    summary: "What a hit of this State already says of a trace request; sends nothing",
    description: "The body of `POST /v1/traces` at the focal point, for an officer to complete.",
    tags: ["alerts"],
    params: HitParams,
    response: {
      200: Type.Object({
        to: Type.String({ description: "Participant proposed; empty: an officer chooses" }),
        priority: Type.String(),
        instrumentBasis: Type.Array(Type.String()),
        status: Type.String(),
        request: Type.Object({}, { additionalProperties: true }),
      }),
    },
  },
  config: {
    permission: "alerts:read",
    problems: ["NOT_FOUND", "ILLEGAL_MOVE"],
    examples: {
      found: {
        summary: "The pistol of a hit",
        parameters: { alertId: EXAMPLE_IDS.receivedAlert, hitId: EXAMPLE_IDS.hit },
        status: 200,
        answer: {
          to: "AT",
          priority: "ROUTINE",
          instrumentBasis: ["ITI"],
          status: "ACTUAL",
          request: { subjectKind: "FIREARM", quantity: 1 },
        },
      },
    },
  },
} as const;

/** `POST /v1/alerts/:alertId/hits/:hitId/retract`. */
export const RETRACT_HIT = {
  schema: {
    operationId: "retractHit",
    summary: "Takes a hit that was reported from here back",
    tags: ["alerts"],
    params: HitParams,
    headers: RepeatHeaders,
    body: RetractedHit,
    response: answered,
  },
  config: {
    permission: "alerts:answer",
    problems: ["NOT_FOUND", "ILLEGAL_MOVE", "IDEMPOTENCY_MISMATCH"],
    examples: {
      misread: {
        summary: "The number was misread",
        parameters: { alertId: EXAMPLE_IDS.receivedAlert, hitId: EXAMPLE_IDS.hit },
        body: { reason: "The number was misread: the last digit is another." },
        status: 201,
        answer: { messageId: MESSAGE, hitId: EXAMPLE_IDS.hit },
      },
    },
  },
} as const;

/** `POST /v1/alerts/:alertId/approve`. */
export const DECIDE_ALERT = {
  schema: {
    operationId: "decideAlert",
    summary: "Lets an alert of an agency of this State leave, or declines it with a reason",
    description:
      "What leaves is the agency's alert in the name of the State; its hits are reported to the " +
      "agency, too.",
    tags: ["alerts"],
    params: AlertParams,
    headers: RepeatHeaders,
    body: NewDecision,
    response: {
      200: { ...Decided, description: "The decision that this idempotency key stands for" },
      201: { ...Decided, description: "It is decided, and the agency is told" },
    },
  },
  config: {
    permission: "alerts:approve",
    problems: [
      "NOT_FOUND",
      "DECIDED_OTHERWISE",
      "RECIPIENT_UNKNOWN",
      "BODY_INVALID",
      "TOO_LARGE",
      "IDEMPOTENCY_MISMATCH",
    ],
    examples: {
      approved: {
        summary: "It leaves",
        parameters: { alertId: EXAMPLE_IDS.askedAlert },
        body: { messageId: EXAMPLE_IDS.askedVersion, approved: true },
        status: 201,
        answer: {
          alertId: EXAMPLE_IDS.askedAlert,
          messageId: EXAMPLE_IDS.askedVersion,
          approved: true,
          leftAs: MESSAGE,
        },
      },
    },
  },
} as const;
