import { Type } from "typebox";
import { EXAMPLE_IDS, problemOf, RepeatHeaders } from "#http";
import { CASEWORK_LIMITS } from "#runtime";
import { DispatchedLetter, EnteredLetter, Language, LetterNoted } from "./letter-schema.ts";

/** Contracts of the routes about States off the exchange. */

const CaseParams = Type.Object({
  caseId: Type.String({ maxLength: CASEWORK_LIMITS.caseNumberCharsMax }),
});
const LetterQuery = Type.Object(
  {
    language: Type.Optional({
      ...Language,
      description: "Default: that of the State written to",
    }),
  },
  { additionalProperties: false },
);
const file = (type: string, description: string) => ({
  description,
  content: { [type]: { schema: Type.String() } },
});
const about =
  "Closed texts in English, French, Spanish, Portuguese, Arabic and Russian; what was marked or " +
  "written by an officer stands as it is. Made anew at each call; nothing is kept of it.";
const notThere = {
  unknown: {
    summary: "A case that is not there",
    parameters: { caseId: "none" },
    status: 404,
    answer: problemOf("NOT_FOUND"),
  },
} as const;

/** `GET /v1/traces/:caseId/letter.html`. */
export const SHOW_LETTER = {
  schema: {
    operationId: "showLetter",
    summary: "The official letter of a request, as a page to be printed",
    description: about,
    tags: ["traces"],
    params: CaseParams,
    querystring: LetterQuery,
    response: { 200: file("text/html", "The letter") },
  },
  config: {
    permission: "traces:read",
    problems: ["NOT_FOUND", "NOT_BY_LETTER"],
    examples: {
      french: {
        summary: "In French",
        parameters: { caseId: EXAMPLE_IDS.letterCase, language: "fr" },
        status: 200,
        answer: '<!doctype html>\n<html lang="fr" dir="ltr">',
      },
      ...notThere,
    },
  },
} as const;

/** `GET /v1/traces/:caseId/letter.pdf`. */
export const PRINT_LETTER = {
  schema: {
    operationId: "printLetter",
    summary: "The official letter of a request, as PDF on A4",
    description:
      `${about} The font covers Latin, Greek, Cyrillic, Arabic, Hebrew, Armenian and Georgian; ` +
      "any other character is given by its Unicode number in square brackets, and the letter says so.",
    tags: ["traces"],
    params: CaseParams,
    querystring: LetterQuery,
    response: { 200: file("application/pdf", "The letter") },
  },
  config: {
    permission: "traces:read",
    problems: ["NOT_FOUND", "NOT_BY_LETTER"],
    examples: {
      arabic: {
        summary: "In Arabic",
        parameters: { caseId: EXAMPLE_IDS.letterCase, language: "ar" },
        status: 200,
        answer: "%PDF-1.3",
      },
      onExchange: {
        summary: "A case with a State that is on the exchange",
        parameters: { caseId: EXAMPLE_IDS.sentCase },
        status: 409,
        answer: problemOf("NOT_BY_LETTER"),
      },
    },
  },
} as const;

/** `POST /v1/traces/:caseId/dispatched`. */
export const NOTE_DISPATCHED = {
  schema: {
    operationId: "noteDispatched",
    summary: "Notes by which channel the letter of a request left",
    description:
      "The first time the case counts as delivered, because nobody off the exchange gives " +
      "receipts: the clock begins. A reminder by letter is noted in the same way.",
    tags: ["traces"],
    params: CaseParams,
    headers: RepeatHeaders,
    body: DispatchedLetter,
    response: {
      200: { ...LetterNoted, description: "What this idempotency key stands for" },
      201: { ...LetterNoted, description: "It is noted" },
    },
  },
  config: {
    permission: "traces:send",
    problems: ["NOT_FOUND", "NOT_BY_LETTER", "IDEMPOTENCY_MISMATCH"],
    examples: {
      interpol: {
        summary: "By the network of INTERPOL",
        parameters: { caseId: EXAMPLE_IDS.letterCase },
        body: {
          channel: "I-24/7",
          reference: "NCB-NBO/2026/118",
          dispatchedOn: "2026-02-03",
          language: "fr",
        },
        status: 201,
        answer: { state: "DELIVERED" },
      },
    },
  },
} as const;

/** `POST /v1/traces/:caseId/entered-answer`. */
export const ENTER_ANSWER = {
  schema: {
    operationId: "enterAnswer",
    summary: "Enters an answer that came by another channel",
    description:
      "`reply` is what `POST /v1/traces/{caseId}/reply` takes. The case moves as it would by a " +
      "message, and is marked as answered off the exchange.",
    tags: ["traces"],
    params: CaseParams,
    headers: RepeatHeaders,
    body: EnteredLetter,
    response: {
      200: { ...LetterNoted, description: "What this idempotency key stands for" },
      201: { ...LetterNoted, description: "It is entered" },
    },
  },
  config: {
    permission: "traces:send",
    problems: [
      "NOT_FOUND",
      "NOT_BY_LETTER",
      "ILLEGAL_MOVE",
      "BODY_INVALID",
      "IDEMPOTENCY_MISMATCH",
    ],
    examples: {
      byPost: {
        summary: "It was exported to Italy",
        parameters: { caseId: EXAMPLE_IDS.letterCase },
        body: {
          channel: "POST",
          reference: "ML/DGPN/77",
          receivedOn: "2026-03-01",
          reply: {
            languageTag: "fr",
            sourceNote: "Registre national (made up)",
            final: {
              outcome: "EXPORTED_ONWARD",
              nextState: "IT",
              custodyEvents: [
                { kind: "EXPORTED", date: "2009-05", fromState: "ML", toState: "IT" },
              ],
            },
          },
        },
        status: 201,
        answer: { state: "ANSWERED" },
      },
    },
  },
} as const;
