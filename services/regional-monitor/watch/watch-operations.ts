import { problemOf } from "#http";
import {
  MailList,
  MailTested,
  NoticeList,
  RecountQuery,
  RecountView,
  ThresholdList,
  WatchPage,
} from "./watch-schema.ts";

/** Contracts of the routes about thresholds, notices and mails (TP-WATCH-10). */

const tags = ["watch"] as const;
const permission = "overview:read";

const OLD = {
  name: "old-requests",
  rule: "BACKLOG",
  about: "ALL",
  value: 27,
  threshold: 25,
  unit: "PERCENT",
  since: "2026-10-03",
  detail: "older than 30 days",
  firstSeenAt: "2026-10-04T00:01:00.000Z",
} as const;

/** `GET /v1/watch/thresholds`. */
export const LIST_THRESHOLDS = {
  schema: {
    operationId: "listThresholds",
    summary: "The rules that are watched, with what stands beyond each",
    tags,
    response: { 200: ThresholdList },
  },
  config: {
    permission,
    examples: {
      old: {
        summary: "Too many requests wait for too long",
        status: 200,
        answer: {
          rules: [
            {
              name: OLD.name,
              rule: OLD.rule,
              settings: { of: "ALL", olderThanDays: 30, count: 20, percent: 25 },
              standing: [{ ...OLD, toldAt: "2026-10-11T00:01:00.000Z" }],
            },
          ],
          reminderDays: 7,
          lookedAt: "2026-10-12T09:00:00.000Z",
          mail: {
            host: "mail.body.example",
            security: "starttls",
            addresses: ["duty@body.example"],
            isQuiet: false,
          },
        },
      },
    },
  },
} as const;

/** `GET /v1/watch/notices`. */
export const LIST_NOTICES = {
  schema: {
    operationId: "listNotices",
    summary: "What somebody was told, the newest first",
    description: "A State is named only while it consents; what was told of it goes with that.",
    tags,
    querystring: WatchPage,
    response: { 200: NoticeList },
  },
  config: {
    permission,
    examples: {
      old: {
        summary: "One that began and was reminded of",
        parameters: { limit: 20 },
        status: 200,
        answer: {
          notices: [
            { number: 13, at: "2026-10-11T00:01:00.000Z", kind: "REMINDER", ...OLD },
            { number: 12, at: "2026-10-04T00:01:00.000Z", kind: "BEGAN", ...OLD },
          ],
        },
      },
    },
  },
} as const;

/** `GET /v1/watch/recount`. */
export const RECOUNT_DAY = {
  schema: {
    operationId: "recountDay",
    summary: "Counts a day again: its events against the counts of the log, its sums against them",
    description:
      "Reads alone. Each day that was compared is looked at like this by itself, once a day at most.",
    tags,
    querystring: RecountQuery,
    response: { 200: RecountView },
  },
  config: {
    permission,
    examples: {
      never: {
        summary: "A day of which nothing was told",
        parameters: { day: "2001-01-01" },
        status: 200,
        answer: {
          ...{ day: "2001-01-01", isKept: false, events: 0 },
          ...{ altered: [], differences: [], sumsDiffering: 0 },
        },
      },
      future: {
        summary: "What is no day",
        parameters: { day: "2026-02-30" },
        status: 422,
        answer: problemOf("INPUT_INVALID", {
          problems: [{ field: "day", rule: "must be a day such as 2026-03-31" }],
        }),
      },
    },
  },
} as const;

/** `GET /v1/watch/mails`. */
export const LIST_MAILS = {
  schema: {
    operationId: "listMails",
    summary: "Mails with the notices they tell, the newest first, with what failed and what to do",
    tags,
    querystring: WatchPage,
    response: { 200: MailList },
  },
  config: {
    permission,
    examples: {
      away: {
        summary: "One whose mail server is away",
        parameters: { limit: 20 },
        status: 200,
        answer: {
          mails: [
            {
              mail: 4,
              address: "duty@body.example",
              firstNotice: 12,
              lastNotice: 12,
              madeAt: "2026-10-04T00:01:00.000Z",
              state: "WAITING",
              attempts: 3,
              nextAttemptAt: "2026-10-04T00:08:00.000Z",
              failure: "NO_ANSWER",
              detail: "ECONNREFUSED",
              remedy:
                "Look whether the mail server runs, and whether host and port can be reached " +
                "from here.",
            },
          ],
        },
      },
    },
  },
} as const;

/** `POST /v1/watch/test-mail`. */
export const TEST_MAIL = {
  schema: {
    operationId: "testMail",
    summary: "Sends each address a mail that tells nothing, now",
    tags,
    response: { 200: MailTested },
  },
  config: {
    permission: "webhooks:write",
    examples: {
      none: {
        summary: "No mail server is configured",
        status: 200,
        answer: { mails: [] },
      },
    },
  },
} as const;
