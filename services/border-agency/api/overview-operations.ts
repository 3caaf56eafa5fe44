import { Type } from "typebox";
import { ALERT_COUNTS, NO_ALERTS } from "#alerts-api";
import { EXAMPLE_GLANCE } from "#http";
import { SERVICE_SUMMARY } from "#participant";

/** Contract of the summary. */

/** `GET /v1/summary`. */
export const SUMMARIZE = {
  schema: {
    operationId: "summarize",
    summary: "The border agency at a glance, with what needs a person; no content",
    tags: ["overview"],
    response: { 200: Type.Object({ ...SERVICE_SUMMARY, alerts: ALERT_COUNTS }) },
  },
  config: {
    permission: "overview:read",
    examples: {
      quiet: {
        summary: "Nothing is stuck",
        status: 200,
        answer: {
          participant: "KE-CUSTOMS",
          at: "2026-02-02T09:20:00.000Z",
          attention: [],
          connection: { connected: true, consuming: true },
          register: EXAMPLE_GLANCE,
          outbox: { pending: 0, byState: { delivered: 1 } },
          inbox: { byState: { delivered: 3 }, receiptsOwed: 0 },
          waiting: [],
          gaps: { missingNumbers: 0 },
          incidents: {},
          log: { newestCheckpointSize: 44 },
          webhooks: [],
          alerts: NO_ALERTS,
        },
      },
    },
  },
} as const;
