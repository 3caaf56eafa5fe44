import { Type } from "typebox";
import { PersonsFacts } from "#casework";
import {
  EXAMPLE_IDS,
  EXAMPLE_USER,
  Instant,
  nextMark,
  pageAfter,
  pageLimit,
  problemOf,
} from "#http";
import { CASEWORK_LIMITS, PERSON_LIMITS } from "#runtime";
import { EXAMPLE_PERSONS } from "../api/trace-examples.ts";
import { PERSON_ACTS } from "./person-record.ts";

/** Contracts of the routes about personal data. */

const closed = { additionalProperties: false } as const;
const instant = Type.String({ format: "date-time" });
const CaseParams = Type.Object({
  caseId: Type.String({ maxLength: CASEWORK_LIMITS.caseNumberCharsMax }),
});
const BlockParams = Type.Object({ blockId: Type.String({ maxLength: 128 }) });
const Reason = (description: string) =>
  Type.String({
    minLength: PERSON_LIMITS.reasonCharsMin,
    maxLength: PERSON_LIMITS.reasonCharsMax,
    description,
  });

const BlockHead = Type.Object({
  blockId: Type.String({ description: "Names the block here" }),
  caseId: Type.String(),
  direction: Type.Enum(["sent", "received"]),
  peer: Type.String({ description: "Participant id of the other State" }),
  sender: Type.String({ description: "Who sent it, and alone may correct or erase it everywhere" }),
  messageId: Type.String({ description: "Message that brought it" }),
  persons: Type.Integer({ description: "How many persons" }),
  keptSince: instant,
  reviewAt: Type.String({ format: "date-time", description: "When keeping it is looked at again" }),
  erased: Type.Optional(
    Type.Object(
      { at: instant, by: Type.String(), because: Type.String() },
      { description: "The data is gone; this tombstone stays" },
    ),
  ),
});

/** A block is named by who sent it and in which message. */
const EXAMPLE_BLOCK = `KE.${EXAMPLE_IDS.personsMessage}`;

const HEAD = {
  blockId: EXAMPLE_BLOCK,
  caseId: EXAMPLE_IDS.personsCase,
  direction: "sent",
  peer: "AT",
  sender: "KE",
  messageId: EXAMPLE_IDS.personsMessage,
  persons: 1,
  keptSince: "2026-02-02T09:12:04.113Z",
  reviewAt: "2027-02-02T09:12:04.113Z",
} as const;

/** `GET /v1/traces/:caseId/persons`. */
export const SHOW_PERSONS = {
  schema: {
    operationId: "showPersons",
    summary: "Reads the personal data of a case; who read it, when and why is logged",
    tags: ["persons"],
    params: CaseParams,
    querystring: Type.Object({ reason: Reason("Why it must be read; goes into the log") }, closed),
    response: {
      200: Type.Object({
        blocks: Type.Array(
          Type.Object({ ...BlockHead.properties, data: Type.Optional(PersonsFacts) }),
        ),
      }),
    },
  },
  config: {
    permission: "persons:read",
    examples: {
      none: {
        summary: "A case without personal data, as nearly all are",
        parameters: { caseId: EXAMPLE_IDS.receivedCase, reason: "Preparing the answer" },
        status: 200,
        answer: { blocks: [] },
      },
      purchaser: {
        summary: "One person, as little as tells who is meant",
        parameters: { caseId: EXAMPLE_IDS.personsCase, reason: "Preparing the hearing" },
        status: 200,
        answer: { blocks: [{ ...HEAD, data: EXAMPLE_PERSONS }] },
      },
    },
  },
} as const;

/** `GET /v1/traces/:caseId/persons/access`. */
export const LIST_PERSON_ACCESS = {
  schema: {
    operationId: "listPersonAccess",
    summary: "Who did what to the personal data of a case, when and why; no content",
    tags: ["persons"],
    params: CaseParams,
    response: {
      200: Type.Object({
        access: Type.Array(
          Type.Object({
            blockId: Type.String(),
            at: instant,
            act: Type.Enum([...PERSON_ACTS]),
            actor: Type.String({ description: "User id, or `exchange`" }),
            reason: Type.String(),
          }),
        ),
      }),
    },
  },
  config: {
    permission: "persons:audit",
    examples: {
      read: {
        summary: "Sent, and read once",
        parameters: { caseId: EXAMPLE_IDS.personsCase },
        status: 200,
        answer: {
          access: [
            {
              blockId: EXAMPLE_BLOCK,
              at: "2026-02-02T09:12:04.113Z",
              act: "kept",
              actor: EXAMPLE_USER,
              reason: "sent",
            },
            {
              blockId: EXAMPLE_BLOCK,
              at: "2026-02-03T08:01:00.000Z",
              act: "read",
              actor: EXAMPLE_USER,
              reason: "Preparing the hearing",
            },
          ],
        },
      },
    },
  },
} as const;

/** `GET /v1/persons`. */
export const LIST_PERSON_BLOCKS = {
  schema: {
    operationId: "listPersonBlocks",
    summary: "Personal data whose review is due, the longest due first; no content",
    tags: ["persons"],
    querystring: Type.Object(
      {
        dueUntil: Type.Optional({ ...Instant, description: "Due then or before; default: now" }),
        after: pageAfter,
        limit: pageLimit,
      },
      closed,
    ),
    response: { 200: Type.Object({ blocks: Type.Array(BlockHead), next: nextMark }) },
  },
  config: {
    permission: "persons:audit",
    examples: {
      due: {
        summary: "Everything that is due within ten years",
        parameters: { dueUntil: "2036-01-01T00:00:00Z" },
        status: 200,
        answer: { blocks: [HEAD] },
      },
    },
  },
} as const;

/** `POST /v1/persons/:blockId/review`. */
export const REVIEW_PERSONS = {
  schema: {
    operationId: "reviewPersons",
    summary: "Keeps personal data until another day, because somebody says why",
    description: "At most five years from now. What was erased stays erased.",
    tags: ["persons"],
    params: BlockParams,
    body: Type.Object({ keepUntil: Instant, reason: Reason("Why it is still needed") }, closed),
    response: { 200: BlockHead },
  },
  config: {
    permission: "persons:review",
    problems: ["NOT_FOUND"],
    examples: {
      unknown: {
        summary: "A block that is not there",
        parameters: { blockId: "KE.none" },
        body: { keepUntil: "2027-01-01T00:00:00Z", reason: "The trial goes on." },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
      kept: {
        summary: "The trial goes on",
        parameters: { blockId: EXAMPLE_BLOCK },
        body: { keepUntil: "2027-01-01T00:00:00Z", reason: "The trial goes on." },
        status: 200,
        answer: { ...HEAD, reviewAt: "2027-01-01T00:00:00.000Z" },
      },
    },
  },
} as const;

/** `POST /v1/persons/:blockId/erase`. */
export const ERASE_PERSONS = {
  schema: {
    operationId: "erasePersons",
    summary: "Erases personal data here; a tombstone stays",
    description:
      "The copy here, what the outbox or inbox keeps of it, and nothing of the case. What this " +
      "State sent is erased at its recipients by an erasure notice (`POST /v1/notices`).",
    tags: ["persons"],
    params: BlockParams,
    body: Type.Object({ reason: Reason("Why it ends") }, closed),
    response: { 200: BlockHead },
  },
  config: {
    permission: "persons:review",
    problems: ["NOT_FOUND", "RECORD_HELD"],
    examples: {
      erased: {
        summary: "The purpose has ended",
        parameters: { blockId: EXAMPLE_BLOCK },
        body: { reason: "The purpose has ended." },
        status: 200,
        answer: {
          ...HEAD,
          erased: {
            at: "2026-06-01T10:00:00.000Z",
            by: EXAMPLE_USER,
            because: "The purpose has ended.",
          },
        },
      },
    },
  },
} as const;
