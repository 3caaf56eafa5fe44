import { EXAMPLE_IDS, EXAMPLE_USER } from "#http";

/** What examples of trace cases are about; every person, firearm and case in them is made up. */

/** Body of a trace request that may be sent. */
export const EXAMPLE_TRACE = {
  to: "AT",
  instrumentBasis: ["ITI"],
  status: "EXERCISE",
  request: {
    nationalCaseNumber: "KE/2026/17",
    languageTag: "en",
    illicitGrounds: ["LAW_OF_STATE_OF_FINDING"],
    legalJustification: "Possession without a licence, Firearms Act section 4 (made up).",
    intendedUse: "CRIMINAL_INVESTIGATION",
    confidentiality: { canGuarantee: true },
    subjectKind: "FIREARM",
    quantity: 1,
    firearm: {
      type: "PISTOL_SELF_LOADING",
      make: "GLOCK",
      model: "17",
      calibre: "9 mm Luger",
      serialStatus: "PRESENT",
      serialRaw: "MADE-UP 0815",
      serialLocation: "FRAME_RECEIVER",
      countryOfManufacture: "AT",
      markings: [{ kind: "SERIAL", text: "MADE-UP 0815" }],
    },
    recovery: { date: "2026-01-31", method: "SEIZED", country: "KE", place: "KE-30" },
    priorChecks: { nationalRegistry: "NO_HIT", lostStolen: "NO_HIT", iarms: "NO_HIT" },
    questionsAsked: ["LAST_LEGAL_HOLDER"],
    respondBy: "2099-01-01T00:00:00Z",
    officerRef: "desk-7",
  },
} as const;

/** Personal data that may be sent: a made-up person, and why the trace cannot do without. */
export const EXAMPLE_PERSONS = {
  necessity: "The licence was issued in this name; without it the record cannot be told apart.",
  legalBasis: "Police Act section 12 (made up)",
  persons: [
    {
      personRef: "P1",
      role: "PURCHASER",
      accuracy: "FACT",
      name: "Made Up Person",
      documentKind: "FIREARM_LICENCE",
      documentNumber: "MADE-UP 1",
    },
  ],
} as const;

const TONIGHT = "The vessel leaves tonight (made up)";

/** A request with personal data beside it, so urgent that one person sends it alone. */
export const EXAMPLE_TRACE_WITH_PERSONS = {
  ...EXAMPLE_TRACE,
  priority: "URGENT",
  breakGlass: { reason: TONIGHT },
  request: { ...EXAMPLE_TRACE.request, urgencyJustification: TONIGHT },
  persons: EXAMPLE_PERSONS,
} as const;

/** Under it the case of {@link EXAMPLE_CASE_LINE} was opened. */
export const EXAMPLE_KEY = "KE/2026/17-first";

/** The same with two fields left empty that a request must have. */
export const EXAMPLE_INCOMPLETE_TRACE = {
  ...EXAMPLE_TRACE,
  request: { ...EXAMPLE_TRACE.request, legalJustification: "", officerRef: "" },
} as const;

/** A line of the list of cases. */
export const EXAMPLE_CASE_LINE = {
  caseId: EXAMPLE_IDS.sentCase,
  role: "requesting",
  peer: "AT",
  state: "ANSWERED",
  outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
  next: {
    turn: "nobody",
    own: ["OUTCOME_FEEDBACK", "CASE_CLOSED", "CASE_REOPENED"],
    other: ["CORRECTION"],
  },
  nationalCaseNumber: "KE/2026/17",
  messageId: EXAMPLE_IDS.sentMessage,
  replyMessageId: "019b0f6e-9d02-7b1e-8a44-51c7e0d3f6b8",
  openedAt: "2026-02-02T09:12:04.113Z",
  updatedAt: "2026-02-02T09:12:05.870Z",
} as const;

/** What was answered. */
const EXAMPLE_REPLY = {
  languageTag: "en",
  sourceNote: "Made up for an exercise",
  final: {
    outcome: "LAST_LEGAL_HOLDER_IDENTIFIED",
    custodyEvents: [],
    remarks: "Sold to Made-up Dealer",
    answers: [{ question: "LAST_LEGAL_HOLDER", answer: "Made-up Dealer" }],
  },
} as const;

/** The whole case. */
export const EXAMPLE_CASE = {
  ...EXAMPLE_CASE_LINE,
  request: {
    requestingState: "KE",
    requestedState: "AT",
    createdAt: "2026-02-02T09:12:04.113Z",
    ...EXAMPLE_TRACE.request,
  },
  reply: EXAMPLE_REPLY,
  moves: [
    {
      messageId: "019b0f6e-9d02-7b1e-8a44-51c7e0d3f6b8",
      by: "requested",
      move: "FINAL",
      sentAt: "2026-02-02T09:12:05.610Z",
      effect: "moved",
      actor: "exchange",
      reply: EXAMPLE_REPLY,
    },
  ],
  events: [
    {
      at: "2026-02-02T09:12:04.113Z",
      event: "opened",
      state: "SUBMITTED",
      messageId: EXAMPLE_IDS.sentMessage,
      actor: EXAMPLE_USER,
    },
    {
      at: "2026-02-02T09:12:05.870Z",
      event: "reply received",
      state: "ANSWERED",
      detail: "LAST_LEGAL_HOLDER_IDENTIFIED",
      actor: "exchange",
    },
  ],
  attachments: [],
  messages: [
    {
      messageId: EXAMPLE_IDS.sentMessage,
      state: "delivered",
      attempts: 1,
      logIndex: 41,
      headerDigest: "n4bQgYhMfWWaL+qgxVrQFaO/TxsrC4Is0V1sFbDwCgg=",
      receipts: [
        {
          type: "ACCEPTED",
          by: "GATEWAY",
          receiptId: "019b0f6e-5d80-7c11-9f20-7a6b5c4d3e2f",
          receivedAt: "2026-02-02T09:12:04.420Z",
        },
      ],
    },
  ],
} as const;
