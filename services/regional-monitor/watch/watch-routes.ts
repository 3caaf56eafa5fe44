import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  pageMark,
  positionOf,
  problemOf,
  sendProblem,
} from "#http";
import { MAIL_FAILURES, type MailFailure } from "#mail";
import { type Clock, type Database, HTTP_LIMITS } from "#runtime";
import { dayNamed } from "../periods.ts";
import { type RecountedDay, SUM } from "../recount/recount-day.ts";
import type { Finding } from "./evaluate.ts";
import type { MailRecord } from "./mail-procedures.ts";
import type { NumberedNotice } from "./notice-text.ts";
import { isQuiet } from "./quiet-hours.ts";
import type { Standing } from "./standing.ts";
import type { Watch } from "./watch.ts";
import {
  LIST_MAILS,
  LIST_NOTICES,
  LIST_THRESHOLDS,
  RECOUNT_DAY,
  TEST_MAIL,
} from "./watch-operations.ts";
import type { WATCH_PROCEDURES } from "./watch-procedures.ts";

/** What the routes are built from. */
export interface WatchRouteDeps {
  readonly store: Pick<Database<typeof WATCH_PROCEDURES>, "call">;
  readonly watch: Watch;
  readonly clock: Clock;
}

/** Adds the routes about thresholds, notices and mails (TP-WATCH-10). */
export function addWatchRoutes(routes: HttpRoutes, deps: WatchRouteDeps): void {
  const { clock, store, watch } = deps;
  routes.get("/watch/thresholds", LIST_THRESHOLDS, async () => {
    const [standing, { lookedAtMs }] = await Promise.all([
      store.call("watchStanding", undefined),
      store.call("watchGlance", undefined),
    ]);
    const { mail, quiet = [] } = watch.settings;
    return {
      rules: watch.rules.map(({ name, rule, ...settings }) => ({
        ...{ name, rule, settings },
        standing: standing.filter((one) => one.name === name).map(standingView),
      })),
      reminderDays: watch.reminderDays,
      lookedAt: lookedAtMs === undefined ? undefined : instant(lookedAtMs),
      ...(mail === undefined
        ? {}
        : {
            mail: {
              ...{ host: mail.host, security: mail.security, addresses: mail.to },
              isQuiet: isQuiet(quiet, clock.now()),
            },
          }),
    };
  });
  routes.get("/watch/notices", LIST_NOTICES, async (request, reply) => {
    const { limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const before = positionOf(request.query.after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const notices = await store.call("watchNotices", { before: before || null, limit });
    const last = notices.length === limit ? notices.at(-1) : undefined;
    const next = last === undefined ? undefined : pageMark(last.number);
    return reply.send({ notices: notices.map(noticeView), next });
  });
  routes.get("/watch/recount", RECOUNT_DAY, async (request, reply) => {
    const day = dayNamed(request.query.day);
    if (day === undefined) {
      const problems = [{ field: "day", rule: "must be a day such as 2026-03-31" }];
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems }));
    }
    return reply.send(recountView(request.query.day, await store.call("recountDay", { day })));
  });
  routes.get("/watch/mails", LIST_MAILS, async (request, reply) => {
    const { limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const before = positionOf(request.query.after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const mails = await store.call("watchMails", { before: before || null, limit });
    const last = mails.length === limit ? mails.at(-1) : undefined;
    const next = last === undefined ? undefined : pageMark(last.mail);
    return reply.send({ mails: mails.map(mailView), next });
  });
  routes.post("/watch/test-mail", TEST_MAIL, async (request) => {
    const tried = await watch.test(actorOf(request).userId);
    const mails = tried.map(({ address, outcome }) =>
      outcome.type === "sent"
        ? { address, sent: true }
        : { address, sent: false, ...failureView(outcome) },
    );
    return { mails };
  });
}

/** Sums name States, whose counts are for who may see figures: of them it is told how many. */
function recountView(day: string, found: RecountedDay | undefined) {
  const { altered = [], differences = [], events = 0 } = found ?? {};
  const sums = differences.filter(({ what }) => what.startsWith(SUM));
  return {
    ...{ day, isKept: found !== undefined, events, altered: [...altered] },
    differences: differences.filter((one) => !sums.includes(one)),
    sumsDiffering: sums.length,
  };
}

function foundView(one: Omit<Finding, "side"> & { readonly firstSeenMs: number }) {
  const { about, detail, firstSeenMs, name, rule, since, subject, threshold, unit, value } = one;
  return {
    ...{ name, rule, about, unit },
    subject: subject || undefined,
    value: value ?? undefined,
    threshold: threshold ?? undefined,
    since: instant(since * 86_400_000).slice(0, 10),
    detail: detail || undefined,
    firstSeenAt: instant(firstSeenMs),
  };
}

function standingView(one: Standing) {
  return { ...foundView(one), toldAt: instant(one.toldMs) };
}

function noticeView(notice: NumberedNotice) {
  const { atMs, kind, number } = notice;
  return { number, at: instant(atMs), kind, ...foundView(notice) };
}

function mailView(one: MailRecord) {
  const { address, after, attempts, endedAtMs, failure, mail, madeAtMs, state, upto } = one;
  return {
    ...{ mail, address, firstNotice: after + 1, lastNotice: upto, state, attempts },
    madeAt: instant(madeAtMs),
    nextAttemptAt: state === "WAITING" ? instant(one.nextAttemptAtMs) : undefined,
    endedAt: endedAtMs === undefined ? undefined : instant(endedAtMs),
    ...(failure === "" ? {} : failureView({ failure, detail: one.detail })),
  };
}

function failureView({
  detail,
  failure,
}: {
  readonly failure: MailFailure;
  readonly detail: string;
}) {
  return { failure, detail: detail || undefined, remedy: MAIL_FAILURES[failure] };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
