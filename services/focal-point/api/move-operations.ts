import { Type } from "typebox";
import { TRACE_TRANSITIONS, type TraceState } from "#casework";
import { EXAMPLE_IDS, problemOf, RepeatHeaders } from "#http";
import { FollowUpToSend } from "./follow-up-schema.ts";
import { HeldView } from "./release-schema.ts";
import { ReplyToSend } from "./reply-schema.ts";
import { CaseParams } from "./trace-operations.ts";
import { NextView } from "./trace-view-schema.ts";

/** Contracts of the routes by which a State says something in a case. */

const SentMove = Type.Object({
  messageId: Type.String({ description: "Id of the message (UUIDv7)" }),
  state: Type.Enum(Object.keys(TRACE_TRANSITIONS) as TraceState[], {
    description: "State of the case after it",
  }),
  turn: NextView.properties.turn,
});

/** Answers of every route that says something in a case. */
export const MOVE_RESPONSES = {
  200: { ...SentMove, description: "The message that this idempotency key stands for" },
  201: { ...SentMove, description: "The message is on its way" },
  202: { ...HeldView, description: "It waits for a second person; nothing was sent" },
};

/** Why it may not be said. */
export const MOVE_PROBLEMS = [
  "NOT_FOUND",
  "ILLEGAL_MOVE",
  "NOT_YOUR_MOVE",
  "BODY_INVALID",
  "HANDLING_VIOLATION",
  "IDEMPOTENCY_MISMATCH",
  "RELEASE_PENDING",
  "NOT_ALONE",
] as const;

const MESSAGE = "019b0f7a-2b6c-7d9e-8f01-a2b3c4d5e6f7";
const received = { caseId: EXAMPLE_IDS.receivedCase };
const other = { caseId: EXAMPLE_IDS.otherReceivedCase };
const sent = { caseId: EXAMPLE_IDS.sentCase };

const HOLDER = {
  outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
  custodyEvents: [
    { kind: "MANUFACTURED", date: "2009", datePrecision: "YEAR", evidenceKind: "REGISTER" },
    {
      kind: "SOLD",
      date: "2010-03-14",
      toParty: "Made-up Dealer",
      toRole: "DEALER",
      toState: "KE",
      certainty: "CONFIRMED",
    },
  ],
  remarks: "Sold to Made-up Dealer",
  answers: [{ question: "LAST_LEGAL_HOLDER", answer: "Made-up Dealer", status: "ANSWERED" }],
} as const;

/** `POST /v1/traces/:caseId/reply`. */
export const REPLY_TO_TRACE = {
  schema: {
    operationId: "replyToTrace",
    summary: "Says something about a request received: from the acknowledgement to a correction",
    description:
      "The body holds exactly one of the replies. A refusal, a clarification and a restricted " +
      "answer need the permission `traces:refuse` too, personal data in `persons` the permission " +
      "`persons:send`. Which replies are open now is in `next` of " +
      "the case; another one is refused and nothing is sent.",
    tags: ["traces"],
    params: CaseParams,
    headers: RepeatHeaders,
    body: ReplyToSend,
    response: MOVE_RESPONSES,
  },
  config: {
    permission: "traces:answer",
    problems: MOVE_PROBLEMS,
    examples: {
      acknowledgement: {
        summary: "It is being worked on",
        parameters: received,
        body: {
          acknowledgement: { nationalReference: "KE/IN/3", expectedBy: "2099-01-01T00:00:00Z" },
        },
        status: 201,
        answer: { messageId: MESSAGE, state: "ACKNOWLEDGED", turn: "requested" },
      },
      interim: {
        summary: "A partial result; more is to come",
        parameters: received,
        body: { interim: { remarks: "Made here; the dealer's books are being looked for." } },
        status: 201,
        answer: { messageId: MESSAGE, state: "INTERIM", turn: "requested" },
      },
      unanswered: {
        summary: "A final reply that leaves a question open",
        parameters: received,
        body: { final: { outcome: "NO_RECORD", remarks: "Not in the register" } },
        status: 422,
        answer: problemOf("BODY_INVALID", {
          detail: "1 rule(s) of this message are broken",
          problems: [
            {
              field: "final.answers",
              rule: "notAnswered",
              remedy: "Answer each question of the request, if only with the status NOT_KNOWN.",
            },
          ],
        }),
      },
      final: {
        summary: "The last legal holder is known",
        parameters: received,
        body: { sourceNote: "Made up for an exercise", final: HOLDER },
        status: 201,
        answer: { messageId: MESSAGE, state: "ANSWERED", turn: "nobody" },
      },
      correction: {
        summary: "The answer given was wrong",
        parameters: received,
        body: {
          correction: {
            reason: "The register was corrected: it was stolen from the dealer.",
            corrected: { ...HOLDER, outcome: "REPORTED_LOST_OR_STOLEN" },
          },
        },
        status: 201,
        answer: { messageId: MESSAGE, state: "CORRECTED", turn: "nobody" },
      },
      refusal: {
        summary: "This State may not tell; that needs a second person",
        parameters: other,
        body: { refusal: { ground: "NATIONAL_SECURITY", explanation: "made up" } },
        status: 202,
        answer: { releaseId: EXAMPLE_IDS.release, state: "PENDING", reasons: ["REFUSAL"] },
      },
      refusedTwice: {
        summary: "A refusal of this case waits already",
        parameters: other,
        body: { refusal: { ground: "NATIONAL_SECURITY", explanation: "made up" } },
        status: 409,
        answer: problemOf("RELEASE_PENDING"),
      },
    },
  },
} as const;

/** `POST /v1/traces/:caseId/follow-up`. */
export const FOLLOW_UP_TRACE = {
  schema: {
    operationId: "followUpTrace",
    summary: "Says something after a request of this State: from what was lacking to the close",
    description:
      "The body holds exactly one of the follow-ups. Which are open now is in `next` of the case; " +
      "another one is refused and nothing is sent. To a State off the exchange it goes by letter: " +
      "`byLetter` says which, noted before it leaves, since it may need a second person like a " +
      "message; the closing of a case alone may do without.",
    tags: ["traces"],
    params: CaseParams,
    headers: RepeatHeaders,
    body: FollowUpToSend,
    response: MOVE_RESPONSES,
  },
  config: {
    permission: "traces:send",
    problems: [...MOVE_PROBLEMS, "NOT_BY_LETTER"],
    examples: {
      byLetterOnly: {
        summary: "A reminder by letter to a State that is on the exchange",
        parameters: sent,
        body: {
          reminder: {},
          byLetter: { channel: "POST", reference: "KE/OUT/9", dispatchedOn: "2026-02-03" },
        },
        status: 409,
        answer: problemOf("NOT_BY_LETTER"),
      },
      feedback: {
        summary: "The answer was of use",
        parameters: sent,
        body: { outcomeFeedback: { usefulness: "USEFUL" } },
        status: 201,
        answer: { messageId: MESSAGE, state: "ANSWERED", turn: "nobody" },
      },
      undecided: {
        summary: "A close that does not say by what the origin was established",
        parameters: sent,
        body: { caseClosed: { established: true, reason: "The dealer was found." } },
        status: 422,
        answer: problemOf("BODY_INVALID", {
          problems: [{ field: "caseClosed.establishedBy", rule: "missing", remedy: "Fill it in." }],
        }),
      },
      closed: {
        summary: "The case is closed; its retention period begins",
        parameters: sent,
        body: {
          caseClosed: {
            established: true,
            establishedBy: "TRACE",
            reason: "The dealer was found, and the point of diversion with him.",
          },
        },
        status: 201,
        answer: { messageId: MESSAGE, state: "CLOSED", turn: "nobody" },
      },
      tooLate: {
        summary: "A withdrawal after the close",
        parameters: sent,
        body: { withdrawal: { reason: "NO_LONGER_NEEDED" } },
        status: 409,
        answer: problemOf("ILLEGAL_MOVE", { detail: "the case is CLOSED" }),
      },
      notOurs: {
        summary: "A case that another State opened",
        parameters: received,
        body: { reminder: {} },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;
