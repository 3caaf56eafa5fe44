import { Type } from "typebox";
import { DEFAULT_RELEASE_POLICY } from "#casework";
import { EXAMPLE_IDS, EXAMPLE_USER, problemOf, RepeatHeaders } from "#http";
import {
  ConfirmedView,
  ConfirmFacts,
  DeputyView,
  HeldView,
  NewDeputyFacts,
  PolicyFacts,
  PolicyView,
  ReleaseList,
  ReleaseParams,
  ReleaseQuery,
  ReleaseView,
  ReturnFacts,
  ReviewFacts,
} from "./release-schema.ts";

/** Contracts of the routes about what needs a second person. */

const closed = { additionalProperties: false } as const;
const PENDING_LINE = {
  releaseId: EXAMPLE_IDS.release,
  state: "PENDING",
  action: "request",
  caseId: "019b0f73-1a10-7a11-8b22-9c33ad44be55",
  peer: "AT",
  priority: "ROUTINE",
  reasons: ["RESTRICTED_HANDLING"],
  preparedBy: "desk-9",
  preparedAt: "2026-02-02T09:12:04.113Z",
} as const;
const decided = { decidedBy: EXAMPLE_USER, decidedAt: "2026-02-02T10:00:00.000Z" };
const DECISION_PROBLEMS = [
  "NOT_FOUND",
  "RELEASE_DECIDED",
  "SAME_PERSON",
  "NOT_SECOND_PERSON",
] as const;

/** `GET /v1/releases`. */
export const LIST_RELEASES = {
  schema: {
    operationId: "listReleases",
    summary: "What waits for a second person, and what became of it; without content",
    tags: ["releases"],
    querystring: ReleaseQuery,
    response: { 200: ReleaseList },
  },
  config: {
    permission: "releases:read",
    examples: {
      waiting: {
        summary: "A request with restricted handling waits",
        parameters: { state: "PENDING", limit: 20 },
        status: 200,
        answer: { releases: [PENDING_LINE] },
      },
    },
  },
} as const;

/** `GET /v1/releases/:releaseId`. */
export const SHOW_RELEASE = {
  schema: {
    operationId: "showRelease",
    summary: "One of them, with what would leave",
    tags: ["releases"],
    params: ReleaseParams,
    response: { 200: ReleaseView },
  },
  config: {
    permission: "releases:read",
    problems: ["NOT_FOUND"],
    examples: {
      waiting: {
        summary: "What somebody has prepared",
        parameters: { releaseId: EXAMPLE_IDS.release },
        status: 200,
        answer: { ...PENDING_LINE, content: { requestedState: "AT" } },
      },
    },
  },
} as const;

/** `POST /v1/releases/:releaseId/confirm`. */
export const CONFIRM_RELEASE = {
  schema: {
    operationId: "confirmRelease",
    summary: "Confirms what another person has prepared, and sends it",
    description:
      "For somebody with `releases:confirm`, or a deputy of now; never for the person who prepared " +
      "it, who stands behind the program that did, or whose token he issued.",
    tags: ["releases"],
    params: ReleaseParams,
    body: ConfirmFacts,
    response: { 200: ConfirmedView },
  },
  config: {
    permission: "releases:read",
    problems: [...DECISION_PROBLEMS, "RELEASE_STALE"],
    examples: {
      confirmed: {
        summary: "It is right, and goes",
        parameters: { releaseId: EXAMPLE_IDS.release },
        body: { note: "Agreed with the desk" },
        status: 200,
        answer: {
          release: { ...PENDING_LINE, ...decided, state: "RELEASED", note: "Agreed with the desk" },
          messageId: "019b0f73-1a11-7a44-9b0c-2f6e8d1a7b3c",
          state: "SUBMITTED",
        },
      },
      again: {
        summary: "It was decided already",
        parameters: { releaseId: EXAMPLE_IDS.release },
        body: {},
        status: 409,
        answer: problemOf("RELEASE_DECIDED"),
      },
    },
  },
} as const;

/** `POST /v1/releases/:releaseId/return`. */
export const RETURN_RELEASE = {
  schema: {
    operationId: "returnRelease",
    summary: "Sends it back with a reason, or takes one's own back; nothing leaves",
    tags: ["releases"],
    params: ReleaseParams,
    body: ReturnFacts,
    response: { 200: ReleaseView },
  },
  config: {
    permission: "releases:read",
    problems: DECISION_PROBLEMS,
    examples: {
      returned: {
        summary: "The handling is not what was agreed",
        parameters: { releaseId: EXAMPLE_IDS.otherRelease },
        body: { reason: "The handling is stricter than agreed" },
        status: 200,
        answer: {
          ...PENDING_LINE,
          ...decided,
          releaseId: EXAMPLE_IDS.otherRelease,
          state: "RETURNED",
          note: "The handling is stricter than agreed",
          content: { requestedState: "AT" },
        },
      },
    },
  },
} as const;

/** `POST /v1/releases/:releaseId/review`. */
export const REVIEW_RELEASE = {
  schema: {
    operationId: "reviewRelease",
    summary: "Says whether it was right that one person sent it alone",
    tags: ["releases"],
    params: ReleaseParams,
    body: ReviewFacts,
    response: { 200: ReleaseView },
  },
  config: {
    permission: "releases:read",
    problems: DECISION_PROBLEMS,
    examples: {
      approved: {
        summary: "It could not wait",
        parameters: { releaseId: EXAMPLE_IDS.sentAlone },
        body: { verdict: "APPROVED", note: "The vessel left the same night" },
        status: 200,
        answer: {
          ...PENDING_LINE,
          ...decided,
          releaseId: EXAMPLE_IDS.sentAlone,
          priority: "URGENT",
          state: "REVIEWED",
          breakGlass: "The vessel leaves tonight (made up)",
          reviewDueAt: "2026-02-05T09:12:04.113Z",
          verdict: "APPROVED",
          note: "The vessel left the same night",
        },
      },
    },
  },
} as const;

const DeputyParams = Type.Object({ deputyId: Type.Integer({ minimum: 1 }) }, closed);
const EXAMPLE_DEPUTY = {
  deputyId: 1,
  userId: EXAMPLE_USER,
  validFrom: "2026-02-02T09:12:04.113Z",
  validUntil: "2026-02-20T00:00:00.000Z",
  reason: "Both supervisors travel (made up)",
  namedBy: "supervisor-1",
  namedAt: "2026-02-02T09:12:04.113Z",
  valid: true,
};

/** `GET /v1/deputies`. */
export const LIST_DEPUTIES = {
  schema: {
    operationId: "listDeputies",
    summary: "Who may confirm for a time, whatever his role is",
    tags: ["releases"],
    response: { 200: Type.Object({ deputies: Type.Array(DeputyView) }) },
  },
  config: {
    permission: "releases:read",
    examples: {
      none: { summary: "Nobody", status: 200, answer: { deputies: [] } },
    },
  },
} as const;

/** `POST /v1/deputies`. */
export const NAME_DEPUTY = {
  schema: {
    operationId: "nameDeputy",
    summary: "Names a person who may confirm for a time, from wherever he is",
    tags: ["releases"],
    headers: RepeatHeaders,
    body: NewDeputyFacts,
    response: {
      200: { ...DeputyView, description: "The one that this idempotency key stands for" },
      201: { ...DeputyView, description: "Named" },
    },
  },
  config: {
    permission: "releases:confirm",
    problems: ["IDEMPOTENCY_MISMATCH"],
    examples: {
      travel: {
        summary: "While both supervisors travel",
        body: {
          userId: EXAMPLE_USER,
          validFrom: "2099-02-02T09:12:04.113Z",
          validUntil: "2099-02-20T00:00:00Z",
          reason: "Both supervisors travel (made up)",
        },
        status: 201,
        answer: EXAMPLE_DEPUTY,
      },
      oneself: {
        summary: "A time that ends before it begins",
        body: {
          userId: EXAMPLE_USER,
          validFrom: "2099-03-02T09:12:04.113Z",
          validUntil: "2099-02-20T00:00:00Z",
          reason: "Both supervisors travel (made up)",
        },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "validUntil", rule: "is not after validFrom" }],
        }),
      },
    },
  },
} as const;

/** `DELETE /v1/deputies/:deputyId`. */
export const END_DEPUTY = {
  schema: {
    operationId: "endDeputy",
    summary: "Ends a deputyship before its time; it stays on the list",
    tags: ["releases"],
    params: DeputyParams,
    response: { 200: DeputyView },
  },
  config: {
    permission: "releases:confirm",
    problems: ["NOT_FOUND"],
    examples: {
      back: {
        summary: "The supervisors are back",
        parameters: { deputyId: 1 },
        status: 200,
        answer: {
          ...EXAMPLE_DEPUTY,
          valid: false,
          endedBy: "supervisor-1",
          endedAt: "2026-02-10T00:00:00.000Z",
        },
      },
    },
  },
} as const;

/** `GET /v1/policies/release`. */
export const SHOW_POLICY = {
  schema: {
    operationId: "showReleasePolicy",
    summary: "What needs a second person here",
    tags: ["releases"],
    response: { 200: PolicyView },
  },
  config: {
    permission: "releases:read",
    examples: {
      usual: {
        summary: "That of the product",
        status: 200,
        answer: { ...DEFAULT_RELEASE_POLICY, version: 0 },
      },
    },
  },
} as const;

/** `PUT /v1/policies/release`. */
export const SET_POLICY = {
  schema: {
    operationId: "setReleasePolicy",
    summary: "Sets what needs a second person; a looser policy waits for one itself",
    tags: ["releases"],
    body: PolicyFacts,
    response: {
      200: { ...PolicyView, description: "In force: it is no looser than the one before" },
      202: { ...HeldView, description: "It waits for a second person" },
    },
  },
  config: {
    permission: "releases:policy",
    problems: ["RELEASE_PENDING"],
    examples: {
      stricter: {
        summary: "What may not be passed on needs a second person too",
        body: {
          ...DEFAULT_RELEASE_POLICY,
          restrictedUses: ["INTELLIGENCE_ONLY", "OTHER", "NO_JUDICIAL_USE"],
        },
        status: 200,
        answer: {
          ...DEFAULT_RELEASE_POLICY,
          restrictedUses: ["INTELLIGENCE_ONLY", "OTHER", "NO_JUDICIAL_USE"],
          version: 1,
          setBy: EXAMPLE_USER,
          setAt: "2026-02-02T09:12:04.113Z",
        },
      },
      looser: {
        summary: "Refusals by one person: that needs two",
        body: { ...DEFAULT_RELEASE_POLICY, refusals: false },
        status: 202,
        answer: {
          releaseId: "019b0f76-4d55-7e93-a071-8fb23d4e5f60",
          state: "PENDING",
          reasons: ["LOOSER_POLICY"],
        },
      },
    },
  },
} as const;
