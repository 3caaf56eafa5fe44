import { problemOf, RepeatHeaders } from "#http";
import {
  ActBody,
  HoldActed,
  HoldDetail,
  HoldList,
  HoldPage,
  HoldParams,
  HoldView,
  NewHold,
  ReviewBody,
} from "./hold-schema.ts";

/** Contracts of the routes of legal holds. */

const WISH = {
  party: "KE-CUSTOMS",
  reason: "Preservation request in a criminal case (made up)",
  authority: "High Court at Nairobi, Misc. Criminal Application 12 of 2026 (made up)",
  reviewAt: "2099-01-01T00:00:00.000Z",
} as const;

const ASKED = {
  id: 1,
  state: "asked",
  covers: true,
  ...WISH,
  askedBy: "amina",
  askedAt: "2026-02-02T10:02:00.000Z",
  waitingFor: "amina",
} as const;

/** `GET /v1/holds`. */
export const LIST_HOLDS = {
  schema: {
    operationId: "listHolds",
    summary: "Legal holds, the newest first",
    tags: ["records"],
    querystring: HoldPage,
    response: { 200: HoldList },
  },
  config: {
    permission: "records:read",
    examples: {
      waiting: {
        summary: "What waits for a second person",
        parameters: { state: "asked", limit: 20 },
        status: 200,
        answer: { holds: [ASKED] },
      },
    },
  },
} as const;

/** `POST /v1/holds`. */
export const ASK_HOLD = {
  schema: {
    operationId: "askHold",
    summary: "Holds messages, a conversation, a party or what a query finds",
    description: "It stops disposal from the answer on; a second person is to confirm it.",
    tags: ["records"],
    headers: RepeatHeaders,
    body: NewHold,
    response: {
      200: { ...HoldView, description: "The one that this idempotency key stands for" },
      201: { ...HoldView, description: "It covers from now on" },
    },
  },
  config: {
    permission: "records:hold",
    problems: ["IDEMPOTENCY_MISMATCH", "NOTHING_TO_HOLD", "TOO_MANY_HOLDS"],
    examples: {
      party: { summary: "All traffic of a participant", body: WISH, status: 201, answer: ASKED },
      nothing: {
        summary: "A conversation that is not recorded",
        body: {
          conversationId: "019b0f6e-0000-7000-8000-000000000000",
          reason: WISH.reason,
          authority: WISH.authority,
        },
        status: 409,
        answer: problemOf("NOTHING_TO_HOLD", { field: "conversationId" }),
      },
    },
  },
} as const;

/** `GET /v1/holds/:id`. */
export const SHOW_HOLD = {
  schema: {
    operationId: "showHold",
    summary: "One hold with what was done about it, each act with the opening of its log entry",
    tags: ["records"],
    params: HoldParams,
    response: { 200: HoldDetail },
  },
  config: {
    permission: "records:read",
    problems: ["NOT_FOUND"],
    examples: {
      party: {
        summary: "The one asked for",
        parameters: { id: 1 },
        status: 200,
        answer: {
          ...ASKED,
          acts: [
            {
              act: "asked",
              actor: "amina",
              at: ASKED.askedAt,
              reason: WISH.reason,
              logIndex: 46,
              opening: "ChC9n2q1",
            },
          ],
        },
      },
    },
  },
} as const;

/** Verb of a route → operation, what it does, and what its example shows. */
const VERBS = {
  confirm: {
    operationId: "confirmHold",
    summary: "Confirms a hold that another person has asked for",
    example: { id: 1, state: "confirmed", covers: true },
  },
  decline: {
    operationId: "declineHold",
    summary: "Ends a hold that another person has asked for and nobody has confirmed",
    example: { id: 2, state: "declined", covers: false },
  },
  release: {
    operationId: "askHoldRelease",
    summary: "Asks for the end of a hold, which covers until another person agrees",
    example: { id: 3, state: "release-asked", covers: true, waitingFor: "amina" },
  },
  "confirm-release": {
    operationId: "releaseHold",
    summary: "Ends a hold whose end another person has asked for",
    example: { id: 4, state: "released", covers: false },
  },
  keep: {
    operationId: "keepHold",
    summary: "Keeps a hold whose end was asked for",
    example: { id: 5, state: "confirmed", covers: true },
  },
} as const;

/** A verb of {@link actOnHold}. */
export type HoldVerb = keyof typeof VERBS;

const { waitingFor: _, ...DECIDED } = ASKED;

/** `POST /v1/holds/:id/<verb>`. */
export function actOnHold(verb: HoldVerb) {
  const { example, operationId, summary } = VERBS[verb];
  return {
    schema: {
      operationId,
      summary,
      tags: ["records"],
      params: HoldParams,
      body: ActBody,
      response: { 200: HoldActed },
    },
    config: {
      permission: "records:hold",
      problems: ["NOT_FOUND", "HOLD_OTHERWISE", "HOLD_SECOND_PERSON"],
      examples: {
        done: {
          summary: "By a person other than the one who asked",
          parameters: { id: example.id },
          body: { reason: "The order was read (made up)" },
          status: 200,
          answer: { ...DECIDED, ...example, repeated: false },
        },
      },
    },
  } as const;
}

/** `POST /v1/holds/:id/review`. */
export const REVIEW_HOLD = {
  schema: {
    operationId: "reviewHold",
    summary: "Says that a hold was looked at again and is kept, and when to look next",
    tags: ["records"],
    params: HoldParams,
    body: ReviewBody,
    response: { 200: HoldActed },
  },
  config: {
    permission: "records:hold",
    problems: ["NOT_FOUND", "HOLD_OTHERWISE"],
    examples: {
      kept: {
        summary: "The case is still pending",
        parameters: { id: 6 },
        body: { reason: "The case is still pending (made up)", reviewAt: WISH.reviewAt },
        status: 200,
        answer: { ...DECIDED, id: 6, state: "confirmed", repeated: false },
      },
    },
  },
} as const;
