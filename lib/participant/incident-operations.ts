import { Type } from "typebox";
import { pageLimit } from "#http";
import { INCIDENT_KINDS } from "#post";

/** Contract of the list of incidents. */

const instant = Type.String({ format: "date-time" });
const count = Type.Integer({ minimum: 0 });
const Page = Type.Object({ limit: pageLimit }, { additionalProperties: false });

/** `GET /v1/incidents`. */
export const LIST_INCIDENTS = {
  schema: {
    operationId: "listIncidents",
    summary: "What the operator of the focal point should look at, the newest first",
    tags: ["overview"],
    querystring: Page,
    response: {
      200: Type.Object({
        incidents: Type.Array(
          Type.Object({
            kind: Type.Enum([...INCIDENT_KINDS]),
            subject: Type.String({ description: "NATS subject it came on" }),
            sender: Type.String(),
            messageId: Type.String(),
            digest: Type.String({ description: "SHA-256 of the bytes or of the header, base64" }),
            sizeBytes: count,
            detail: Type.String(),
            firstAt: instant,
            lastAt: instant,
            count,
          }),
        ),
      }),
    },
  },
  config: {
    permission: "overview:read",
    examples: {
      junk: {
        summary: "Bytes that are no message",
        parameters: { limit: 20 },
        status: 200,
        answer: {
          incidents: [
            {
              kind: "JUNK",
              subject: "tp.in.KE.routine.trace-request",
              sender: "",
              messageId: "",
              digest: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
              sizeBytes: 17,
              detail: "MALFORMED envelope",
              firstAt: "2026-02-02T09:20:00.000Z",
              lastAt: "2026-02-02T09:20:00.000Z",
              count: 1,
            },
          ],
        },
      },
    },
  },
} as const;
