import { Type } from "typebox";
import { nextMark, pageAfter, pageLimit } from "#http";
import { MAIL_FAILURES } from "#mail";

/** Shapes of the routes about thresholds, notices and mails. */

const instant = Type.String({ format: "date-time" });
const day = Type.String({ description: "Day in UTC, such as 2026-10-03" });
const number = Type.Integer({ minimum: 1 });

const FOUND = {
  name: Type.String({ description: "Name of the rule" }),
  rule: Type.Enum(["SILENCE", "BACKLOG", "REFUSALS", "DISCREPANCY"]),
  about: Type.Enum(["STATE", "ALL", "OTHERS", "FEED", "CODE", "DAY"], {
    description: "What it is about: a State named by consent, all, those not named, the feed …",
  }),
  subject: Type.Optional(Type.String({ description: "The State, code or day" })),
  value: Type.Optional(
    Type.Integer({ description: "Absent where it has none, or is too small to be said" }),
  ),
  threshold: Type.Optional(Type.Integer()),
  unit: Type.Enum(["DAYS", "PIECES", "PERCENT", "NONE"]),
  since: day,
  detail: Type.Optional(Type.String()),
  firstSeenAt: instant,
} as const;

/** What stands. */
const StandingView = Type.Object({ ...FOUND, toldAt: instant });

/** The day that is counted again. */
export const RecountQuery = Type.Object(
  { day: Type.String({ maxLength: 10, description: "Day in UTC, such as 2026-10-03" }) },
  { additionalProperties: false },
);

/** The answer of `GET /v1/watch/recount`. */
export const RecountView = Type.Object({
  day,
  isKept: Type.Boolean({ description: "false: of this day no counts of the log are kept" }),
  events: Type.Integer({ minimum: 0 }),
  altered: Type.Array(Type.Integer({ description: "Place in the log" }), {
    description: "Events that are not what they were when the day was compared; the first of them",
  }),
  differences: Type.Array(
    Type.Object({
      what: Type.String({ description: "EVENTS, DIGEST, or kind, status and code of records" }),
      told: Type.Integer({ description: "By the counts of the log" }),
      fed: Type.Integer({ description: "By the events that are kept" }),
    }),
  ),
  sumsDiffering: Type.Integer({
    minimum: 0,
    description: "Sums that are not what the events come to; the first of them",
  }),
});

/** Page of a list. */
export const WatchPage = Type.Object(
  { limit: pageLimit, after: pageAfter },
  { additionalProperties: false },
);

/** The answer of `GET /v1/watch/thresholds`. */
export const ThresholdList = Type.Object({
  rules: Type.Array(
    Type.Object({
      name: Type.String(),
      rule: FOUND.rule,
      settings: Type.Record(Type.String(), Type.Union([Type.String(), Type.Number()])),
      standing: Type.Array(StandingView),
    }),
  ),
  reminderDays: Type.Integer({ minimum: 1 }),
  lookedAt: Type.Optional(instant),
  mail: Type.Optional(
    Type.Object({
      host: Type.String(),
      security: Type.Enum(["tls", "starttls", "none"]),
      addresses: Type.Array(Type.String()),
      isQuiet: Type.Boolean({ description: "Whether mails wait because of quiet hours" }),
    }),
  ),
});

/** The answer of `GET /v1/watch/notices`. */
export const NoticeList = Type.Object({
  notices: Type.Array(
    Type.Object({ number, at: instant, kind: Type.Enum(["BEGAN", "REMINDER", "ENDED"]), ...FOUND }),
  ),
  next: nextMark,
});

const Failure = {
  failure: Type.Optional(Type.Enum(Object.keys(MAIL_FAILURES) as (keyof typeof MAIL_FAILURES)[])),
  detail: Type.Optional(Type.String({ description: "Status of SMTP or code of the system" })),
  remedy: Type.Optional(Type.String()),
} as const;

/** The answer of `GET /v1/watch/mails`. */
export const MailList = Type.Object({
  mails: Type.Array(
    Type.Object({
      mail: number,
      address: Type.String(),
      firstNotice: Type.Integer(),
      lastNotice: Type.Integer(),
      madeAt: instant,
      state: Type.Enum(["WAITING", "SENT", "FAILED", "DROPPED"]),
      attempts: Type.Integer({ minimum: 0 }),
      nextAttemptAt: Type.Optional(instant),
      endedAt: Type.Optional(instant),
      ...Failure,
    }),
  ),
  next: nextMark,
});

/** The answer of `POST /v1/watch/test-mail`. */
export const MailTested = Type.Object({
  mails: Type.Array(Type.Object({ address: Type.String(), sent: Type.Boolean(), ...Failure }), {
    description: "One for each address; none where the configuration names no mail server",
  }),
});
