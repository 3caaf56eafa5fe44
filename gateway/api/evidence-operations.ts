import { Type } from "typebox";
import { EXAMPLE_IDS, problemOf } from "#http";

/** Contracts of the routes of evidence files (TP-EVID-2). */

const EVIDENCE_FILE = {
  description: "A BagIt bag in a ZIP file",
  content: { "application/zip": { schema: Type.String({ contentEncoding: "binary" }) } },
} as const;
const ABOUT =
  "Envelopes, receipts, log entries with proofs under one signed checkpoint, registers and " +
  "policies, in one file that anybody verifies offline: `tracepost evidence verify`.";
const Id = Type.String({ pattern: "^[A-Za-z0-9-]{1,64}$" });
const BYTES = "(bytes of a ZIP file)";

/** `GET /v1/evidence/messages/:sender/:messageId`. */
export const EXPORT_MESSAGE = {
  schema: {
    operationId: "exportMessageEvidence",
    summary: "Evidence about one message",
    description: ABOUT,
    tags: ["evidence"],
    params: Type.Object({ sender: Id, messageId: Id }),
    response: { 200: EVIDENCE_FILE },
  },
  config: {
    permission: "evidence:export",
    problems: ["NOT_FOUND", "NOT_YET_LOGGED", "TOO_LARGE"],
    examples: {
      request: {
        summary: "A trace request and what became of it",
        parameters: { sender: "KE", messageId: EXAMPLE_IDS.recordedMessage },
        status: 200,
        answer: BYTES,
      },
      unknown: {
        summary: "A message that was never recorded",
        parameters: { sender: "KE", messageId: "none" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;

/** `GET /v1/evidence/conversations/:conversationId`. */
export const EXPORT_CONVERSATION = {
  schema: {
    operationId: "exportConversationEvidence",
    summary: "Evidence about all that was recorded of a conversation",
    description: ABOUT,
    tags: ["evidence"],
    params: Type.Object({ conversationId: Id }),
    response: { 200: EVIDENCE_FILE },
  },
  config: {
    permission: "evidence:export",
    problems: ["NOT_FOUND", "NOT_YET_LOGGED", "SEARCH_NOT_READY", "TOO_LARGE"],
    examples: {
      case: {
        summary: "A trace request with its answers",
        parameters: { conversationId: EXAMPLE_IDS.recordedCase },
        status: 200,
        answer: BYTES,
      },
      unknown: {
        summary: "A conversation that there was none of",
        parameters: { conversationId: "none" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;
