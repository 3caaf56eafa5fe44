import { type Static, Type } from "typebox";
import { PersonsFacts } from "#casework";
import { Instant } from "#http";
import {
  AnswerStatus,
  Certainty,
  ClarificationDecision,
  CustodyEventKind,
  DatePrecision,
  EvidenceKind,
  MilitaryCivil,
  PartyRole,
  Question,
  ReferralMode,
  RefusalGround,
  TraceOutcome,
} from "#proto";
import { CASEWORK_LIMITS, MOVE_LIMITS } from "#runtime";
import { AttachedFacts } from "../attachments/attached-schema.ts";
import { BreakGlass } from "./break-glass.ts";
import { nameSchema } from "./names.ts";

/**
 * What `POST /v1/traces/:caseId/reply` takes. Shapes and closed lists are checked here; what a
 * reply must hold is decided by `checkReply` (TP-MOVE-10), which names field and rule.
 */

const closed = { additionalProperties: false } as const;
const text = (maxLength: number = CASEWORK_LIMITS.freeTextCharsMax) =>
  Type.Optional(Type.String({ maxLength }));
const party = text(MOVE_LIMITS.partyCharsMax);
const state = Type.Optional(Type.String({ pattern: "^[A-Z]{2}([A-Z]{2})?$" }));
const instant = Type.Optional(Instant);
const flag = Type.Optional(Type.Boolean());

const CustodyEventFacts = Type.Object(
  {
    kind: nameSchema(CustodyEventKind),
    date: Type.Optional(
      Type.String({ maxLength: 10, description: "ISO 8601, to the day, month or year known" }),
    ),
    datePrecision: Type.Optional(nameSchema(DatePrecision)),
    dateUntil: Type.Optional(Type.String({ maxLength: 10, description: "End of an interval" })),
    fromParty: party,
    fromRole: Type.Optional(nameSchema(PartyRole)),
    fromState: state,
    toParty: party,
    toRole: Type.Optional(nameSchema(PartyRole)),
    toState: state,
    authorizationRef: party,
    quantity: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_000_000_000 })),
    evidenceKind: Type.Optional(nameSchema(EvidenceKind)),
    certainty: Type.Optional(nameSchema(Certainty)),
    commercialConfidential: flag,
  },
  closed,
);

const custodyEvents = Type.Optional(
  Type.Array(CustodyEventFacts, { maxItems: MOVE_LIMITS.custodyEventsMax }),
);
const answers = Type.Optional(
  Type.Array(
    Type.Object(
      {
        question: nameSchema(Question),
        answer: Type.String({ maxLength: CASEWORK_LIMITS.freeTextCharsMax }),
        status: Type.Optional(nameSchema(AnswerStatus)),
      },
      closed,
    ),
    { maxItems: 16 },
  ),
);

const FinalFacts = Type.Object(
  {
    outcome: nameSchema(TraceOutcome),
    custodyEvents,
    nextState: Type.Optional(
      Type.String({
        pattern: "^[A-Z]{2}$",
        description: "With EXPORTED_ONWARD: the State the trail leads to",
      }),
    ),
    remarks: text(),
    answers,
    restricted: flag,
    restrictionGround: Type.Optional(nameSchema(RefusalGround)),
    recordHolder: Type.Optional(nameSchema(MilitaryCivil)),
    judicialUseConsent: flag,
  },
  closed,
);

/** Every kind of reply, by the name of its content. */
export const REPLY_CONTENTS = {
  acknowledgement: Type.Object(
    { nationalReference: Type.String({ maxLength: 64 }), expectedBy: instant },
    { ...closed, description: "It is worked on; without `expectedBy` the usual time is told" },
  ),
  requestForInformation: Type.Object(
    {
      fields: Type.Optional(
        Type.Array(Type.String({ maxLength: 100 }), { maxItems: MOVE_LIMITS.askedFieldsMax }),
      ),
      question: Type.String({ maxLength: CASEWORK_LIMITS.freeTextCharsMax }),
      respondBy: instant,
    },
    { ...closed, description: "What is lacking; the clock stops until it comes" },
  ),
  interim: Type.Object(
    { custodyEvents, answers, remarks: text(), nextExpectedAt: instant },
    { ...closed, description: "A partial result; more is to come" },
  ),
  final: FinalFacts,
  referral: Type.Object(
    {
      mode: nameSchema(ReferralMode),
      nextStates: Type.Array(Type.String({ pattern: "^[A-Z]{2}$" }), {
        maxItems: MOVE_LIMITS.nextStatesMax,
      }),
      custodyEvents,
      remarks: text(),
      forwardedMessageId: text(36),
    },
    { ...closed, description: "The trail leads on; FORWARD needs the consent of the request" },
  ),
  delay: Type.Object(
    {
      ground: nameSchema(RefusalGround),
      explanation: text(),
      reviewOn: Type.String({ maxLength: 10, description: "Day it is looked at again" }),
    },
    closed,
  ),
  refusal: Type.Object(
    { ground: nameSchema(RefusalGround), explanation: text(), legalReference: text() },
    closed,
  ),
  clarification: Type.Object(
    { decision: nameSchema(ClarificationDecision), explanation: text() },
    { ...closed, description: "The reasons of a refusal, asked for by the other State" },
  ),
  correction: Type.Object(
    { correctedMessageId: text(36), reason: text(), corrected: FinalFacts },
    { ...closed, description: "Without `correctedMessageId` the answer in force is corrected" },
  ),
} as const;

const Contents = Type.Partial(Type.Object(REPLY_CONTENTS));

/** What is answered, by whatever channel: exactly one of the moves. */
export const NewReply = Type.Object(
  {
    languageTag: text(35),
    sourceNote: text(),
    handlingText: text(),
    officerRef: text(64),
    breakGlass: BreakGlass,
    attachments: AttachedFacts,
    ...Contents.properties,
  },
  closed,
);

/** The type of {@link NewReply}. */
export type NewReply = Static<typeof NewReply>;

/** Body of `POST /v1/traces/:caseId/reply` over the exchange. */
export const ReplyToSend = Type.Object(
  {
    ...NewReply.properties,
    /** Personal data; none unless the answer cannot do without it. */
    persons: Type.Optional(PersonsFacts),
  },
  closed,
);

/** The type of {@link ReplyToSend}. */
export type ReplyToSend = Static<typeof ReplyToSend>;
