import { Type } from "typebox";
import {
  EXAMPLE_IDS,
  EXAMPLE_USER,
  nextMark,
  pageAfter,
  pageLimit,
  problemOf,
  RepeatHeaders,
} from "#http";
import { CASEWORK_LIMITS } from "#runtime";
import { HeldView } from "../api/release-schema.ts";
import {
  ConfirmationFacts,
  DecisionFacts,
  NewNoticeFacts,
  NoticeDetail,
  NoticeView,
  ToldByLetter,
} from "./notice-schema.ts";

/** Contracts of the routes about notices. */

const closed = { additionalProperties: false } as const;
const NoticeParams = Type.Object({ noticeId: Type.String({ maxLength: 64 }) });
const NOTICE_ID = "019b0f75-1a2b-7c3d-8e4f-5a6b7c8d9e0f";
const ABOUT = { sender: "KE", messageId: EXAMPLE_IDS.personsMessage, part: "persons" } as const;
const LINE = {
  noticeId: NOTICE_ID,
  direction: "sent",
  peer: "AT",
  kind: "ERASURE",
  state: "OPEN",
  caseId: EXAMPLE_IDS.personsCase,
  subject: ABOUT,
  actor: EXAMPLE_USER,
  notedAt: "2026-03-02T09:00:00.000Z",
  updatedAt: "2026-03-02T09:00:00.000Z",
} as const;

const SentNoticesView = Type.Object({
  notices: Type.Array(
    Type.Object({
      noticeId: Type.String(),
      to: Type.String(),
      byLetter: Type.Optional(
        Type.Boolean({ description: "That State is off the exchange: write it, and note it" }),
      ),
    }),
    { description: "One for each participant it concerns" },
  ),
});
const AnsweredView = Type.Object({ answerId: Type.String({ description: "Id of the answer" }) });

/** `POST /v1/notices`. */
export const SEND_NOTICE = {
  schema: {
    operationId: "sendNotice",
    summary: "Sends a notice about information that was given, to everybody it concerns",
    description:
      "The body holds exactly one of `correction`, `erasure`, `priorDisclosure` and " +
      "`onwardReleaseRequest`. What this State sent it corrects and erases, at all who received " +
      "it; about what another State sent, that State is told or asked.",
    tags: ["notices"],
    headers: RepeatHeaders,
    body: NewNoticeFacts,
    response: {
      200: { ...SentNoticesView, description: "The notices that this idempotency key stands for" },
      201: { ...SentNoticesView, description: "They are on their way" },
      202: { ...HeldView, description: "It waits for a second person; nothing was sent" },
    },
  },
  config: {
    permission: "notices:send",
    problems: [
      "NOT_FOUND",
      "NOT_PERMITTED",
      "BODY_INVALID",
      "IDEMPOTENCY_MISMATCH",
      "RELEASE_PENDING",
      "NOT_ALONE",
    ],
    examples: {
      erasure: {
        summary: "The purpose of a name has ended: it is erased here and at the other State",
        body: { subject: ABOUT, erasure: { reason: "PURPOSE_ENDED" } },
        status: 201,
        answer: { notices: [{ noticeId: NOTICE_ID, to: "AT" }] },
      },
      unknown: {
        summary: "A message that is not here",
        body: {
          subject: { sender: "KE", messageId: NOTICE_ID },
          erasure: { reason: "INACCURATE" },
        },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
      notYours: {
        summary: "Only who sent the information erases it",
        body: {
          subject: { ...ABOUT, sender: "AT" },
          erasure: { reason: "INACCURATE" },
        },
        status: 422,
        answer: problemOf("NOT_PERMITTED"),
      },
    },
  },
} as const;

/** `GET /v1/notices`. */
export const LIST_NOTICES = {
  schema: {
    operationId: "listNotices",
    summary: "Notices sent and received, the newest first",
    tags: ["notices"],
    querystring: Type.Object(
      {
        caseId: Type.Optional(Type.String({ maxLength: CASEWORK_LIMITS.caseNumberCharsMax })),
        direction: Type.Optional(Type.Enum(["sent", "received"])),
        open: Type.Optional(Type.Boolean({ description: "Only what somebody has yet to answer" })),
        after: pageAfter,
        limit: pageLimit,
      },
      closed,
    ),
    response: { 200: Type.Object({ notices: Type.Array(NoticeView), next: nextMark }) },
  },
  config: {
    permission: "notices:read",
    examples: {
      ofCase: {
        summary: "Those of one case",
        parameters: { caseId: EXAMPLE_IDS.personsCase },
        status: 200,
        answer: { notices: [LINE] },
      },
    },
  },
} as const;

/** `GET /v1/notices/:noticeId`. */
export const SHOW_NOTICE = {
  schema: {
    operationId: "showNotice",
    summary: "A notice with what it says and what was answered",
    tags: ["notices"],
    params: NoticeParams,
    response: { 200: NoticeDetail },
  },
  config: {
    permission: "notices:read",
    problems: ["NOT_FOUND"],
    examples: {
      request: {
        summary: "Another State asks whether it may pass something on",
        parameters: { noticeId: EXAMPLE_IDS.receivedNotice },
        status: 200,
        answer: {
          ...LINE,
          noticeId: EXAMPLE_IDS.receivedNotice,
          direction: "received",
          kind: "ONWARD_RELEASE_REQUEST",
          subject: { sender: "KE", messageId: EXAMPLE_IDS.sentMessage, part: "body" },
          caseId: EXAMPLE_IDS.sentCase,
          actor: "exchange",
          onwardReleaseRequest: {
            releaseTo: ["DE"],
            purpose: "The importer moved to that State; it is asked next.",
          },
        },
      },
      unknown: {
        summary: "A notice that is not there",
        parameters: { noticeId: "none" },
        status: 404,
        answer: problemOf("NOT_FOUND"),
      },
    },
  },
} as const;

/** `POST /v1/notices/:noticeId/decide`. */
export const DECIDE_RELEASE = {
  schema: {
    operationId: "decideRelease",
    summary: "Grants or refuses what another State asked to pass on",
    description:
      "A grant names those it is for, among those asked for, and may have conditions in words; a " +
      "refusal gives its reason.",
    tags: ["notices"],
    params: NoticeParams,
    headers: RepeatHeaders,
    body: DecisionFacts,
    response: {
      200: { ...AnsweredView, description: "The decision that this idempotency key stands for" },
      201: { ...AnsweredView, description: "The decision is on its way" },
      202: { ...HeldView, description: "It waits for a second person; nothing was sent" },
    },
  },
  config: {
    permission: "notices:decide",
    problems: [
      "NOT_FOUND",
      "ILLEGAL_MOVE",
      "BODY_INVALID",
      "IDEMPOTENCY_MISMATCH",
      "RELEASE_PENDING",
      "NOT_ALONE",
    ],
    examples: {
      granted: {
        summary: "It may be passed on, to that State alone, once a second person agrees",
        parameters: { noticeId: EXAMPLE_IDS.receivedNotice },
        body: { granted: true, releaseTo: ["DE"] },
        status: 202,
        answer: { releaseId: NOTICE_ID, state: "PENDING", reasons: ["ONWARD_RELEASE"] },
      },
    },
  },
} as const;

/** `POST /v1/notices/:noticeId/confirm`. */
export const CONFIRM_NOTICE = {
  schema: {
    operationId: "confirmNotice",
    summary: "Confirms a notice received: it was done, or why it cannot be",
    description: "Notices about personal data are carried out and confirmed by the service itself.",
    tags: ["notices"],
    params: NoticeParams,
    headers: RepeatHeaders,
    body: ConfirmationFacts,
    response: {
      200: { ...AnsweredView, description: "The answer that this idempotency key stands for" },
      201: { ...AnsweredView, description: "The answer is on its way" },
    },
  },
  config: {
    permission: "notices:send",
    problems: ["NOT_FOUND", "ILLEGAL_MOVE", "BODY_INVALID", "IDEMPOTENCY_MISMATCH"],
    examples: {
      noted: {
        summary: "The disclosure is noted",
        parameters: { noticeId: EXAMPLE_IDS.otherReceivedNotice },
        body: { done: true, explanation: "Noted; please keep the dealer's name out of it." },
        status: 201,
        answer: { answerId: NOTICE_ID },
      },
    },
  },
} as const;

/** `POST /v1/notices/:noticeId/told-by-letter`. */
export const NOTE_TOLD_BY_LETTER = {
  schema: {
    operationId: "noteToldByLetter",
    summary: "Notes that a State off the exchange was told of a notice by letter, or answered it",
    description:
      "For a correction or an erasure received, of what this State has passed on by letter, and for " +
      "one of this State about a request that went by letter. It stands with the notice, in the case " +
      "the information went out in and in the access log of personal data (`told`); who sent the " +
      "notice hears of it, without the note.",
    tags: ["notices"],
    params: NoticeParams,
    headers: RepeatHeaders,
    body: ToldByLetter,
    response: {
      200: { ...NoticeDetail, description: "What this idempotency key stands for" },
      201: { ...NoticeDetail, description: "It is noted" },
    },
  },
  config: {
    permission: "notices:send",
    problems: ["NOT_FOUND", "ILLEGAL_MOVE", "BODY_INVALID", "IDEMPOTENCY_MISMATCH"],
    examples: {
      noCorrection: {
        summary: "A notice that corrects and erases nothing",
        parameters: { noticeId: EXAMPLE_IDS.receivedNotice },
        body: { to: "ML", channel: "POST", reference: "KE/OUT/12", on: "2026-03-03" },
        status: 409,
        answer: problemOf("ILLEGAL_MOVE"),
      },
      told: {
        summary: "Mali was told by post",
        parameters: { noticeId: EXAMPLE_IDS.onwardNotice },
        body: { to: "ML", channel: "POST", reference: "KE/OUT/12", on: "2026-03-03" },
        status: 201,
        answer: {
          ...LINE,
          noticeId: EXAMPLE_IDS.onwardNotice,
          direction: "received",
          kind: "CORRECTION",
          subject: { sender: "AT", messageId: NOTICE_ID, part: "body" },
          caseId: EXAMPLE_IDS.receivedCase,
          actor: "exchange",
          letters: [
            {
              to: "ML",
              channel: "POST",
              reference: "KE/OUT/12",
              on: "2026-03-03",
              by: EXAMPLE_USER,
              at: "2026-03-03T10:00:00.000Z",
            },
          ],
        },
      },
    },
  },
} as const;
