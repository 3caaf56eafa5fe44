import { type Static, Type } from "typebox";
import { closed, nameSchema, PersonsFacts, text } from "#casework";
import { DisclosureProceeding, ErasureReason, OnwardStanding } from "#proto";
import { CASEWORK_LIMITS, NOTICE_LIMITS } from "#runtime";
import { ByLetter } from "../letters/letter-schema.ts";
import { LETTER_ANSWERS } from "./notice-letters.ts";

const Subject = Type.Object(
  {
    sender: Type.String({ maxLength: 32, description: "Participant that sent the message" }),
    messageId: Type.String({ maxLength: 64 }),
    part: Type.Optional(
      Type.String({
        maxLength: 80,
        description: "`persons`, `body` (the default), or `attachment/ID`",
      }),
    ),
  },
  closed,
);

const ReleaseTo = Type.Array(Type.String({ maxLength: 32 }), {
  maxItems: NOTICE_LIMITS.releaseToMax,
  description: "Participants or States",
});

/** What a new notice is about; without a sender, a message of this State. */
const NewSubject = Type.Object(
  { ...Subject.properties, sender: Type.Optional(Subject.properties.sender) },
  closed,
);

/** Bodies of the four notices. */
const NoticeBodies = {
  correction: Type.Optional(
    Type.Object(
      {
        reason: text(),
        fields: Type.Optional(
          Type.Array(
            Type.Object({ path: Type.String({ maxLength: 256 }), value: Type.String() }, closed),
            { maxItems: NOTICE_LIMITS.fieldsMax },
          ),
        ),
        persons: Type.Optional(PersonsFacts),
      },
      { ...closed, description: "What was said is to be read otherwise" },
    ),
  ),
  erasure: Type.Optional(
    Type.Object(
      { reason: nameSchema(ErasureReason), explanation: text() },
      { ...closed, description: "What was given is to be erased wherever it went" },
    ),
  ),
  priorDisclosure: Type.Optional(
    Type.Object(
      {
        proceeding: nameSchema(DisclosureProceeding),
        authority: text(),
        disclosureOn: Type.String({ maxLength: 10, description: "YYYY-MM-DD" }),
        what: text(),
        legalBasis: text(),
      },
      { ...closed, description: "It must be disclosed, and the provider is told before" },
    ),
  ),
  onwardReleaseRequest: Type.Optional(
    Type.Object(
      { releaseTo: ReleaseTo, purpose: text() },
      { ...closed, description: "May it be passed on?" },
    ),
  ),
};

/** Body of `POST /v1/notices`: what it is about, and exactly one notice. */
export const NewNoticeFacts = Type.Object(
  {
    subject: NewSubject,
    languageTag: Type.Optional(Type.String({ maxLength: 35 })),
    officerRef: text(CASEWORK_LIMITS.caseNumberCharsMax),
    ...NoticeBodies,
  },
  closed,
);

/** The type of {@link NewNoticeFacts}. */
export type NewNoticeFacts = Static<typeof NewNoticeFacts>;

/** Body of `POST /v1/notices/:noticeId/confirm`. */
export const ConfirmationFacts = Type.Object({ done: Type.Boolean(), explanation: text() }, closed);

const { language: _language, dispatchedOn: on, ...letter } = ByLetter.properties;
const State = Type.String({
  pattern: "^[A-Z]{2}$",
  description: "The State that got the information by letter, ISO 3166-1 alpha-2",
});
const Answer = Type.Optional(
  Type.Enum([...LETTER_ANSWERS], { description: "What that State answered; absent: it was told" }),
);

/** Body of `POST /v1/notices/:noticeId/told-by-letter`. */
export const ToldByLetter = Type.Object({ to: State, ...letter, on, answer: Answer }, closed);

/** Body of `POST /v1/notices/:noticeId/decide`. */
export const DecisionFacts = Type.Object(
  {
    granted: Type.Boolean(),
    releaseTo: Type.Optional(ReleaseTo),
    conditions: text(),
    reason: text(),
  },
  closed,
);

const instant = Type.String({ format: "date-time" });

/** A notice as it is told. */
export const NoticeView = Type.Object({
  noticeId: Type.String({ description: "Id of the message that carried it" }),
  direction: Type.Enum(["sent", "received"]),
  peer: Type.String({ description: "Participant on the other side" }),
  kind: Type.Enum(["CORRECTION", "ERASURE", "PRIOR_DISCLOSURE", "ONWARD_RELEASE_REQUEST"]),
  state: Type.Enum(["OPEN", "WAITING", "DONE", "NOT_DONE", "GRANTED", "REFUSED", "NOT_TAKEN"], {
    description: "What it came to; WAITING: it overtook the message it is about",
  }),
  caseId: Type.String(),
  subject: Subject,
  code: Type.Optional(Type.String({ description: "Why it was not taken" })),
  outstanding: Type.Optional(
    Type.Integer({ description: "How many further on have not done yet what it asks" }),
  ),
  passesOn: Type.Optional(Type.String({ description: "The notice received that it passes on" })),
  actor: Type.String(),
  notedAt: instant,
  updatedAt: instant,
});

const { correction: _taken, ...others } = NoticeBodies;

/** A notice with what it says, and what was answered. */
export const NoticeDetail = Type.Object({
  ...NoticeView.properties,
  correction: Type.Optional(
    Type.Object({
      reason: Type.String(),
      fields: Type.Array(Type.Object({ path: Type.String(), value: Type.String() })),
      personsReplaced: Type.Boolean(),
    }),
  ),
  ...others,
  letters: Type.Optional(
    Type.Array(
      Type.Object({
        ...ToldByLetter.properties,
        by: Type.String({ description: "User id of who noted it" }),
        at: instant,
      }),
      { description: "By which letters States off the exchange were told, and what they answered" },
    ),
  ),
  answer: Type.Optional(
    Type.Object({
      answerId: Type.Optional(Type.String()),
      done: Type.Optional(Type.Boolean()),
      explanation: Type.Optional(Type.String()),
      passedOnTo: Type.Optional(Type.Array(Type.String())),
      onward: Type.Optional(
        Type.Array(
          Type.Object({
            participant: Type.String({ description: "Who received the information" }),
            passedOnBy: Type.String(),
            standing: Type.Optional(nameSchema(OnwardStanding)),
            explanation: Type.Optional(Type.String()),
          }),
          { description: "Everybody further on, until the last, and who has done it" },
        ),
      ),
      granted: Type.Optional(Type.Boolean()),
      releaseTo: Type.Optional(Type.Array(Type.String())),
      conditions: Type.Optional(Type.String()),
      reason: Type.Optional(Type.String()),
    }),
  ),
});
