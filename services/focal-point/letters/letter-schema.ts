import { type Static, Type } from "typebox";
import { TRACE_TRANSITIONS } from "#casework";
import { LETTER_LANGUAGE_NAMES, type LetterLanguage } from "#reference";
import { CASEWORK_LIMITS } from "#runtime";
import { NewReply } from "../api/reply-schema.ts";
import { CHANNELS } from "./letter-record.ts";

const closed = { additionalProperties: false } as const;
const languages = Object.keys(LETTER_LANGUAGE_NAMES) as LetterLanguage[];

/** Language of a letter. */
export const Language = Type.Enum(languages);

const Day = Type.String({ pattern: "^\\d{4}-\\d{2}-\\d{2}$", description: "YYYY-MM-DD" });
const Reference = Type.String({
  minLength: 1,
  maxLength: CASEWORK_LIMITS.caseNumberCharsMax,
  description: "What the channel knows it by, such as the number of the message",
});
const Note = Type.Optional(Type.String({ maxLength: CASEWORK_LIMITS.freeTextCharsMax }));
const ChannelName = Type.Enum([...CHANNELS], { description: "How it went or came" });

const SENT = {
  channel: ChannelName,
  reference: Reference,
  dispatchedOn: Day,
  language: Type.Optional(Language),
  note: Note,
};

/** Body of `POST /v1/traces/:caseId/dispatched`. */
export const DispatchedLetter = Type.Object(SENT, closed);

/** How a follow-up left whose addressee is not on the exchange (TP-OFF-8). */
export const ByLetter = Type.Object(SENT, {
  ...closed,
  description: "By which letter it went, to a State that is not on the exchange",
});

/** Body of `POST /v1/traces/:caseId/entered-answer`. */
export const EnteredLetter = Type.Object(
  {
    channel: ChannelName,
    reference: Reference,
    receivedOn: Day,
    note: Note,
    reply: NewReply,
  },
  closed,
);

/** The type of {@link DispatchedLetter}. */
export type DispatchedLetter = Static<typeof DispatchedLetter>;
/** The type of {@link EnteredLetter}. */
export type EnteredLetter = Static<typeof EnteredLetter>;

/** What both routes answer. */
export const LetterNoted = Type.Object({
  state: Type.Enum(Object.keys(TRACE_TRANSITIONS), { description: "State of the case" }),
});

/** A letter as answers tell it. */
export const LetterView = Type.Object({
  direction: Type.Enum(["out", "in"]),
  channel: ChannelName,
  reference: Type.String(),
  on: Day,
  language: Type.Optional(Type.String()),
  note: Type.Optional(Type.String()),
  by: Type.String({ description: "User id of who noted it" }),
  at: Type.String({ format: "date-time" }),
});
