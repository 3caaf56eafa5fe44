import { Type } from "typebox";
import { EXAMPLE_USER, nextMark, pageAfter, pageLimit, problemOf } from "#http";
import { CHECK_LIMITS } from "#runtime";
import { CheckReport, NewChecks } from "./check-schema.ts";
import { NOTICE } from "./check-view.ts";

/** Contracts of checks against the alerts in force. */

const DESCRIPTION =
  "From the local copy of the alerts in force: it answers while the exchange cannot be reached, and " +
  "says as of when. Nothing leaves this service; who asked is remembered.";

const REPORT = {
  checkedAt: "2026-02-02T09:12:04.113Z",
  asOf: "2026-02-02T09:11:50.000Z",
  stale: false,
  staleAfterHours: 24,
  alertsInForce: 0,
  questions: 1,
  possibleMatches: 0,
  notChecked: 0,
  notice: NOTICE,
} as const;

/** `POST /v1/checks`. */
export const CHECK = {
  schema: {
    operationId: "check",
    summary: "Is this firearm, part, ammunition lot, document or consignment wanted?",
    description: DESCRIPTION,
    tags: ["checks"],
    body: NewChecks,
    response: { 200: CheckReport },
  },
  config: {
    permission: "checks:ask",
    examples: {
      serial: {
        summary: "A serial number that nobody looks for",
        body: { questions: [{ ref: "lane 3", serial: "MADE-UP 4711", make: "TAURUS" }] },
        status: 200,
        answer: { ...REPORT, answers: [{ index: 0, ref: "lane 3", result: "NO_MATCH" }] },
      },
      container: {
        summary: "A container with a digit misread, told beside what could be checked",
        body: {
          questions: [
            { consignment: { kind: "CONTAINER", value: "CSQU 305438 3" } },
            { consignment: { kind: "PARCEL", value: "R 4711" } },
          ],
        },
        status: 200,
        answer: {
          ...REPORT,
          questions: 2,
          notChecked: 1,
          answers: [
            { index: 0, result: "NO_MATCH" },
            {
              index: 1,
              result: "NOT_CHECKED",
              field: "consignment.value",
              rule: "wrongShape",
              advice: "Give two letters, nine digits and the State: RA473124829NE.",
            },
          ],
        },
      },
    },
  },
} as const;

/** `POST /v1/checks/csv`. */
export const CHECK_CSV = {
  schema: {
    operationId: "checkCsv",
    summary: "The same questions as CSV, one to a line",
    description:
      `${DESCRIPTION} The first line names the columns: ref, serial, make, model, lot, document, ` +
      "consignmentKind, consignment, country, company, in any order; those without content may be " +
      "left out. With `Accept: text/csv` the answers are CSV, too, safe to open in a spreadsheet.",
    tags: ["checks"],
    consumes: ["text/csv"],
    body: Type.String({ maxLength: CHECK_LIMITS.bodyBytesMax }),
    response: { 200: CheckReport },
  },
  config: {
    permission: "checks:ask",
    examples: {
      two: {
        summary: "A firearm and a container",
        body: "ref,serial,consignmentKind,consignment\nA,MADE-UP 4711,,\nB,,CONTAINER,CSQU3054383\n",
        status: 200,
        answer: {
          ...REPORT,
          questions: 2,
          answers: [
            { index: 0, ref: "A", result: "NO_MATCH" },
            { index: 1, ref: "B", result: "NO_MATCH" },
          ],
        },
      },
      badColumn: {
        summary: "A column that is none",
        body: "number\n4711\n",
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "line 1", rule: "number is no column of a list of questions" }],
        }),
      },
    },
  },
} as const;

/** `GET /v1/checks`. */
export const LIST_CHECKS = {
  schema: {
    operationId: "listChecks",
    summary: "Who asked what, the newest first",
    tags: ["checks"],
    querystring: Type.Object(
      { after: pageAfter, limit: pageLimit },
      { additionalProperties: false },
    ),
    response: {
      200: Type.Object({
        checks: Type.Array(
          Type.Object({
            at: Type.String({ format: "date-time" }),
            actor: Type.String({ description: "User id" }),
            questions: Type.Integer({ minimum: 1 }),
            possibleMatches: Type.Integer({ minimum: 0 }),
            digest: Type.String({ description: "SHA-256 over the questions, base64" }),
            asked: Type.Array(Type.Unknown({ description: "The first questions" })),
            found: Type.Array(
              Type.Object({
                index: Type.Integer({ minimum: 0 }),
                alerts: Type.Array(Type.String({ description: "Message ids" })),
              }),
            ),
          }),
        ),
        next: nextMark,
      }),
    },
  },
  config: {
    permission: "checks:read",
    examples: {
      newest: {
        summary: "The newest",
        parameters: { limit: 1 },
        status: 200,
        answer: {
          checks: [
            {
              at: "2026-02-02T09:12:04.113Z",
              actor: EXAMPLE_USER,
              questions: 1,
              possibleMatches: 0,
              digest: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
              asked: [{ serial: "MADE-UP 4711" }],
              found: [],
            },
          ],
        },
      },
    },
  },
} as const;
