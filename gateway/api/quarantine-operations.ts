import type { DecisionKind } from "../store/quarantine-decision.ts";
import {
  Decided,
  DecisionBody,
  ItemDetail,
  ItemList,
  ItemPage,
  ItemParams,
} from "./quarantine-schema.ts";

/** Contracts of the routes of quarantine. */

const JUNK = {
  id: 1,
  state: "held",
  participant: "KE",
  subject: "tp.out.KE.normal.trace-request",
  sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
  sizeBytes: 17,
  code: "MALFORMED",
  field: "envelope",
  firstAt: "2026-02-02T09:20:00.000Z",
  lastAt: "2026-02-02T09:20:00.000Z",
  count: 1,
  logIndex: 45,
} as const;

/** `GET /v1/quarantine`. */
export const LIST_ITEMS = {
  schema: {
    operationId: "listQuarantine",
    summary: "What the gateway could not verify, the newest first",
    tags: ["quarantine"],
    querystring: ItemPage,
    response: { 200: ItemList },
  },
  config: {
    permission: "quarantine:read",
    examples: {
      held: {
        summary: "What waits for a decision",
        parameters: { state: "held", limit: 20 },
        status: 200,
        answer: { items: [JUNK] },
      },
    },
  },
} as const;

/** `GET /v1/quarantine/:id`. */
export const SHOW_ITEM = {
  schema: {
    operationId: "showQuarantineItem",
    summary: "One item with what its header claims and what was decided about it",
    tags: ["quarantine"],
    params: ItemParams,
    response: { 200: ItemDetail },
  },
  config: {
    permission: "quarantine:read",
    problems: ["NOT_FOUND"],
    examples: {
      junk: {
        summary: "Bytes that are no message",
        parameters: { id: 1 },
        status: 200,
        answer: { ...JUNK, decisions: [] },
      },
    },
  },
} as const;

/** `POST /v1/quarantine/:id/release` and `…/reject`. */
export function decideItem(verb: "release" | "reject", decision: DecisionKind) {
  const id = verb === "release" ? 1 : 2;
  const reason = verb === "release" ? "A test that was announced" : "Nobody there knows of it";
  return {
    schema: {
      operationId: `${verb}QuarantineItem`,
      summary:
        verb === "release"
          ? "Lets a message go its way once it can be verified"
          : "Refuses a message for good",
      description: "A decision is made once; the same one again answers the first.",
      tags: ["quarantine"],
      params: ItemParams,
      body: DecisionBody,
      response: { 200: Decided },
    },
    config: {
      permission: "quarantine:decide",
      problems: ["NOT_FOUND", "DECIDED_OTHERWISE", "NOTHING_TO_DECIDE", "TOO_MANY_REJECTED"],
      examples: {
        junk: {
          summary: "Bytes that are no message",
          parameters: { id },
          body: { reason },
          status: 200,
          answer: {
            id,
            decision,
            actor: "amina",
            reason,
            decidedAt: "2026-02-02T10:02:00.000Z",
            ...(verb === "reject" ? { code: "REFUSED_BY_OPERATOR" } : {}),
            logIndex: 46,
            repeated: false,
          },
        },
      },
    },
  } as const;
}
