import { Type } from "typebox";
import { nameSchema, TRACE_TRANSITIONS, TraceRequestFacts } from "#casework";
import { nextMark } from "#http";
import { FlaggedView } from "#participant";
import { FindingLevel, ReceiptType, TraceMove } from "#proto";
import { SameCaseView } from "../chain/same-case-schema.ts";
import { LetterView } from "../letters/letter-schema.ts";
import { CaseAttachmentView } from "./attachment-schema.ts";
import { NewFollowUp } from "./follow-up-schema.ts";
import { NewReply } from "./reply-schema.ts";

/** What routes about trace cases answer. */

const instant = Type.String({ format: "date-time" });
const messageId = Type.String({ description: "Id of a message (UUIDv7)" });
const State = Type.Enum(Object.keys(TRACE_TRANSITIONS), { description: "State of the case" });

/** What was found about a request. */
export const FindingView = Type.Object({
  field: Type.String({ description: "Path of the field in `request`" }),
  rule: Type.String(),
  level: nameSchema(FindingLevel),
});

/** The answer of `POST /v1/traces`. */
export const OpenedTrace = Type.Object({
  caseId: Type.String(),
  messageId,
  state: State,
  findings: Type.Array(FindingView, { description: "Warnings and advice; an error sends nothing" }),
});

const Refusal = Type.Object(
  {
    code: Type.String(),
    title: Type.String(),
    field: Type.Optional(Type.String()),
    detail: Type.Optional(Type.String()),
    remedy: Type.Optional(Type.String()),
  },
  { description: "Why the exchange would not carry it" },
);

/** The answer of `POST /v1/traces/check`. */
export const CheckedTraceView = Type.Object({
  sendable: Type.Boolean({ description: "Sending it now would open a case" }),
  refusal: Type.Optional(Refusal),
  findings: Type.Array(
    Type.Object({
      field: Type.String({ description: "Path of the field in the body" }),
      rule: Type.String(),
      level: nameSchema(FindingLevel),
      remedy: Type.Optional(Type.String({ description: "What to do about it" })),
    }),
    { description: "An ERROR must not be sent, a WARNING may be refused for, ADVICE helps" },
  ),
  sameFirearm: Type.Array(SameCaseView, {
    description:
      "Cases about the same firearm or ammunition; one that asked keeps a second from going out",
  }),
  completeness: Type.Object(
    {
      points: Type.Integer({ minimum: 0 }),
      of: Type.Integer({ minimum: 0, description: "What a request of its kind can have" }),
      lacking: Type.Array(Type.Object({ field: Type.String(), points: Type.Integer() })),
    },
    { description: "How much of what answers are found by it holds (TP-CASE-6)" },
  ),
});

/** Who is to act, and what each side may send now. */
export const NextView = Type.Object(
  {
    turn: Type.Enum(["requesting", "requested", "exchange", "nobody"]),
    own: Type.Array(nameSchema(TraceMove), { description: "Moves open to this State" }),
    other: Type.Array(nameSchema(TraceMove), { description: "Moves open to the other State" }),
  },
  { description: "What is next, and by whom (TP-MOVE-7)" },
);

const CaseMove = Type.Object({
  messageId,
  by: Type.Enum(["requesting", "requested"]),
  move: nameSchema(TraceMove),
  sentAt: instant,
  effect: Type.Enum(["moved", "stood", "crossed", "takenBack"], {
    description:
      "What it did: moved the case, was taken and left it as it is, crossed a move of the other " +
      "State and has no effect, or was not taken and counts no more",
  }),
  fate: Type.Optional(
    Type.Enum(["accepted", "delivered", "refused", "rejected", "expired"], {
      description: "How far a message of this State has come",
    }),
  ),
  code: Type.Optional(Type.String({ description: "Why it was not taken" })),
  actor: Type.Optional(Type.String()),
  byLetter: Type.Optional(
    Type.Boolean({
      description: "It came or went by letter, to be found in `letters`; its id is no message's",
    }),
  ),
  reply: Type.Optional(Type.Object(NewReply.properties)),
  followUp: Type.Optional(
    Type.Object({
      ...NewFollowUp.properties,
      reminder: Type.Optional(
        Type.Object({ number: Type.Integer(), text: Type.Optional(Type.String()) }),
      ),
    }),
  ),
});

const CaseLine = Type.Object({
  caseId: Type.String(),
  role: Type.Enum(["requesting", "requested"], {
    description: "Who asked: this State, or another",
  }),
  peer: Type.String({ description: "Participant id of the other State" }),
  state: State,
  outcome: Type.Optional(Type.String({ description: "What the case was concluded with" })),
  refusal: Type.Optional(
    Type.Object(
      { code: Type.String(), field: Type.String() },
      { description: "Why a message of this State was not taken" },
    ),
  ),
  needs: Type.Optional(
    Type.Enum(["answer", "information", "correction", "dispatch"], {
      description:
        "What waits for somebody here: a request unanswered, information asked for, a message " +
        "not taken, or a letter not sent",
    }),
  ),
  next: NextView,
  offExchange: Type.Optional(
    Type.Boolean({ description: "The other State is asked by letter; `peer` is its ISO code" }),
  ),
  nationalCaseNumber: Type.String(),
  messageId,
  replyMessageId: Type.Optional(messageId),
  openedAt: instant,
  updatedAt: instant,
  acknowledgeBy: Type.Optional({
    ...instant,
    description: "When the requested State should have acknowledged (TP-CLOCK-8)",
  }),
  answerBy: Type.Optional({ ...instant, description: "When it should have answered" }),
});

/** The answer of `GET /v1/traces`. */
export const TraceList = Type.Object({ traces: Type.Array(CaseLine), next: nextMark });

const CaseMessage = Type.Object({
  messageId,
  state: Type.String({ description: "Where the message is on its way" }),
  attempts: Type.Integer(),
  logIndex: Type.Optional(Type.Integer({ description: "Its place in the log of the exchange" })),
  headerDigest: Type.Optional(Type.String({ description: "SHA-256 of its header, base64" })),
  receipts: Type.Array(
    Type.Object({
      type: nameSchema(ReceiptType),
      by: Type.String({ description: "Who signed it: a participant, or GATEWAY" }),
      recipient: Type.Optional(Type.String()),
      code: Type.Optional(Type.String()),
      receiptId: Type.String(),
      receivedAt: instant,
      keyCompromised: Type.Optional(
        Type.Boolean({ description: "Signed by a key that others may have had by then" }),
      ),
    }),
  ),
});

/** The answer of `GET /v1/traces/:caseId`. */
export const TraceDetail = Type.Object({
  ...CaseLine.properties,
  request: Type.Object({
    requestingState: Type.String(),
    requestedState: Type.String(),
    ...TraceRequestFacts.properties,
  }),
  reply: Type.Optional(
    Type.Object(NewReply.properties, { description: "The answer in force, or what was said last" }),
  ),
  moves: Type.Array(CaseMove, { description: "What was said after the request, both ways" }),
  events: Type.Array(
    Type.Object({
      at: instant,
      event: Type.String(),
      state: State,
      messageId: Type.Optional(messageId),
      detail: Type.Optional(Type.String()),
      actor: Type.Optional(
        Type.String({ description: "User id, `firearm-register` or `exchange` (TP-API-8)" }),
      ),
    }),
    { description: "What happened, the oldest first" },
  ),
  attachments: Type.Array(CaseAttachmentView, { description: "Photographs and documents" }),
  messages: Type.Array(CaseMessage, { description: "Messages of this State and their receipts" }),
  flagged: Type.Optional(FlaggedView),
  letters: Type.Optional(
    Type.Array(LetterView, { description: "What went out and came in by other channels" }),
  ),
});
