import { EXAMPLE_IDS, problemOf } from "#http";
import {
  RecordDetail,
  RecordList,
  RecordParams,
  RecordQuery,
  RecordReason,
} from "./record-schema.ts";

/** Contracts of the routes of records (TP-FIND-2, TP-FIND-6). */

/** A record as examples show it. */
export const EXAMPLE_RECORD = {
  logIndex: Number(EXAMPLE_IDS.record),
  recordedAt: "2026-02-02T09:20:00.000Z",
  messageId: "019b0f6e-5a11-7a44-9b0c-2f6e8d1a7b3c",
  sender: "KE",
  recipients: ["AT"],
  kind: "TRACE_REQUEST",
  lane: "NORMAL",
  sizeBytes: 5_190,
  decision: "accepted",
} as const;

/** `GET /v1/records`. */
export const LIST_RECORDS = {
  schema: {
    operationId: "listRecords",
    summary: "Records that meet every criterion, the newest first",
    description:
      "Each look is kept in the audit trail before it is answered. A page may be short, or empty, " +
      "and still have a next one. What headers say beside who, when, what kind and what was " +
      "decided is for who may read records.",
    tags: ["records"],
    querystring: RecordQuery,
    response: { 200: RecordList },
  },
  config: {
    permission: "records:metadata",
    problems: ["SEARCH_NOT_READY", "DUE_NOT_RECKONED"],
    examples: {
      requests: {
        summary: "Trace requests that KE has sent or received",
        parameters: { party: "KE", kind: "TRACE_REQUEST", limit: 20 },
        status: 200,
        answer: { records: [EXAMPLE_RECORD] },
      },
      nobody: {
        summary: "A party of no record",
        parameters: { party: "ZZ", refused: true },
        status: 200,
        answer: { records: [] },
      },
    },
  },
} as const;

/** `GET /v1/records/:logIndex`. */
export const SHOW_RECORD = {
  schema: {
    operationId: "showRecord",
    summary: "One record: what was decided, where it was delivered, what its header says",
    description: "Kept in the audit trail before it is answered. No content: the gateway has none.",
    tags: ["records"],
    params: RecordParams,
    querystring: RecordReason,
    response: { 200: RecordDetail },
  },
  config: {
    permission: "records:metadata",
    problems: ["NOT_FOUND"],
    examples: {
      request: {
        summary: "A trace request that was delivered",
        parameters: {
          logIndex: EXAMPLE_RECORD.logIndex,
          reason: "Complaint of the sender (made up)",
        },
        status: 200,
        answer: {
          ...EXAMPLE_RECORD,
          headerSha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
          registerVersion: 1,
          policyVersion: 0,
          deliveries: [
            {
              recipient: "AT",
              state: "delivered",
              attempts: 1,
              expiresAt: "2026-05-03T09:20:00.000Z",
              receiptIndex: 471_112,
            },
          ],
        },
      },
      none: {
        summary: "A place that the log has not",
        parameters: { logIndex: 9_000_000_000 },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;
