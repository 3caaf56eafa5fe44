import { type Static, Type } from "typebox";
import { CONVERSATION_STATES } from "#casework";
import { REFUSALS, type RefusalCodeName } from "#errors";
import { Instant, nextMark, pageAfter, pageLimit } from "#http";
import {
  AlertMove,
  ExchangeStatus,
  Instrument,
  Kind,
  Lane,
  OutcomeClass,
  Priority,
  Tlp,
  TraceMove,
  UseRestriction,
} from "#proto";
import { HTTP_LIMITS, SEARCH_LIMITS } from "#runtime";

const closed = { additionalProperties: false } as const;
const uuid = (description: string) =>
  Type.Optional(
    Type.String({
      pattern: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
      description,
    }),
  );
/** The names of an enum of the contract, but for the one that says nothing. */
const named = <T extends Readonly<Record<string, number>>>(list: T) =>
  Object.keys(list).filter((name) => list[name] !== 0) as (keyof T & string)[];

/** Why somebody looks; kept with the look. */
export const reasonGiven = Type.String({
  pattern: "\\S",
  minLength: 1,
  maxLength: SEARCH_LIMITS.reasonCharsMax,
  description: "Why; kept in the audit trail",
});

/** What records are looked for by. */
export const RECORD_CRITERIA = {
  id: uuid("Id of the message"),
  conversation: uuid("Id of the conversation; for who may read records"),
  party: Type.Optional(
    Type.String({
      minLength: 2,
      maxLength: HTTP_LIMITS.nameCharsMax,
      description: "Sender or recipient, such as KE; a State with its agencies",
    }),
  ),
  kind: Type.Optional(Type.Enum(named(Kind))),
  state: Type.Optional(
    Type.Enum(CONVERSATION_STATES, {
      description: "Of the conversation that the record opened; for who may read records",
    }),
  ),
  handling: Type.Optional(
    Type.Enum(named(Tlp), { description: "Traffic Light Protocol; for who may read records" }),
  ),
  use: Type.Optional(
    Type.Enum(named(UseRestriction), {
      description: "What recipients may do with it; for who may read records",
    }),
  ),
  code: Type.Optional(
    Type.Enum(Object.keys(REFUSALS) as RefusalCodeName[], {
      description: "What it was refused for",
    }),
  ),
  refused: Type.Optional(
    Type.Boolean({ description: "true: only what was refused, whatever for" }),
  ),
  hold: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: Number.MAX_SAFE_INTEGER,
      description: "What the legal hold of this number names; for who may read records",
    }),
  ),
  from: Type.Optional(Instant),
  until: Type.Optional(Instant),
  size: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER - 1,
      description: "As of a log of so many entries",
    }),
  ),
} as const;

const DUE = { description: "When the first of its parts is due; for who may read records" };

/** Query of the list of records. */
export const RecordQuery = Type.Object(
  {
    ...RECORD_CRITERIA,
    dueFrom: Type.Optional(Type.Unsafe<string>({ ...Instant, ...DUE })),
    dueBefore: Type.Optional(Type.Unsafe<string>({ ...Instant, ...DUE })),
    reason: Type.Optional(reasonGiven),
    after: pageAfter,
    limit: pageLimit,
  },
  closed,
);

/** The type of {@link RecordQuery}. */
export type RecordQuery = Static<typeof RecordQuery>;

/** Path of a record. */
export const RecordParams = Type.Object(
  {
    logIndex: Type.Integer({
      minimum: 0,
      maximum: Number.MAX_SAFE_INTEGER - 1,
      description: "Its place in the log",
    }),
  },
  closed,
);

/** Query of one record. */
export const RecordReason = Type.Object({ reason: Type.Optional(reasonGiven) }, closed);

const instant = Type.String({ format: "date-time" });
const optional = { text: Type.Optional(Type.String()), instant: Type.Optional(instant) };

/** What only who may read records is shown (TP-FIND-5). */
const HeaderFacts = Type.Object(
  {
    conversationId: optional.text,
    state: Type.Optional(
      Type.Enum(CONVERSATION_STATES, {
        description: "Of the conversation it opened, as its messages left it",
      }),
    ),
    sentAt: optional.instant,
    expiresAt: optional.instant,
    status: Type.Enum(Object.keys(ExchangeStatus)),
    priority: Type.Enum(Object.keys(Priority)),
    instruments: Type.Array(Type.Enum(Object.keys(Instrument))),
    handling: Type.Optional(
      Type.Object({
        tlp: Type.Enum(Object.keys(Tlp)),
        use: Type.Array(Type.Enum(Object.keys(UseRestriction))),
        releasableTo: Type.Array(Type.String()),
        originatorState: optional.text,
      }),
    ),
    move: Type.Optional(Type.Enum(Object.keys(TraceMove))),
    outcome: Type.Optional(Type.Enum(Object.keys(OutcomeClass))),
    alertMove: Type.Optional(Type.Enum(Object.keys(AlertMove))),
    inReplyTo: Type.Optional(Type.Object({ sender: Type.String(), messageId: Type.String() })),
    supersedes: optional.text,
  },
  { description: "What the signed header says; for who may read records" },
);

const Record = Type.Object({
  logIndex: Type.Integer({ minimum: 0, description: "Its place in the log" }),
  recordedAt: instant,
  messageId: Type.String(),
  sender: Type.String(),
  recipients: Type.Array(Type.String()),
  kind: Type.Enum(Object.keys(Kind)),
  lane: Type.Enum(Object.keys(Lane)),
  sizeBytes: Type.Integer({ minimum: 0, description: "Of header and parts" }),
  decision: Type.Enum(["accepted", "refused"]),
  code: Type.Optional(Type.Enum(Object.keys(REFUSALS))),
  field: Type.Optional(Type.String({ description: "What it was refused for" })),
  header: Type.Optional(HeaderFacts),
  dueAt: Type.Optional(
    Type.String({
      format: "date-time",
      description:
        "When the schedule lets the first of its parts go, as reckoned last, whether or not a hold " +
        "covers it; for who may read records",
    }),
  ),
});

/** The answer of `GET /v1/records`. */
export const RecordList = Type.Object({ records: Type.Array(Record), next: nextMark });

/** The answer of `GET /v1/records/:logIndex`. */
export const RecordDetail = Type.Object({
  ...Record.properties,
  headerSha256: Type.String({ description: "SHA-256 of the header bytes, in hexadecimal" }),
  registerVersion: Type.Integer({ minimum: 0 }),
  policyVersion: Type.Integer({ minimum: 0, description: "0: the default policy" }),
  deliveries: Type.Array(
    Type.Object({
      recipient: Type.String(),
      state: Type.Enum(["waiting", "dispatched", "delivered", "rejected", "expired", "returned"]),
      attempts: Type.Integer({ minimum: 0 }),
      expiresAt: instant,
      receiptIndex: Type.Optional(
        Type.Integer({ minimum: 0, description: "Place of the receipt that ended it" }),
      ),
      endedAt: optional.instant,
    }),
  ),
  parts: Type.Optional(
    Type.Array(
      Type.Object({
        name: Type.String(),
        onlyFor: optional.text,
        sizeBytes: Type.Integer({ minimum: 0 }),
        sha256: Type.String(),
        isKept: Type.Boolean({ description: "Whether its bytes are here" }),
      }),
      { description: "As the header names them; for who may read records" },
    ),
  ),
});
