import { hash } from "node:crypto";
import {
  actorOf,
  BAD_MARK,
  type HttpRoutes,
  pageMark,
  positionOf,
  problemOf,
  sendProblem,
} from "#http";
import { CHECK_LIMITS, type Clock, type Database, HTTP_LIMITS } from "#runtime";
import type { CheckAnswer } from "../copy/check-answer.ts";
import type { ALERT_COPY_PROCEDURES } from "../copy/procedures.ts";
import { checkCsv } from "./check-answers-csv.ts";
import { parseCheckCsv } from "./check-csv.ts";
import { CHECK, CHECK_CSV, LIST_CHECKS } from "./check-operations.ts";
import type { CheckReport, Question } from "./check-schema.ts";
import { checkReport } from "./check-view.ts";

/** What the routes of checks work with. */
export interface CheckDeps {
  readonly store: Pick<Database<typeof ALERT_COPY_PROCEDURES>, "call">;
  readonly clock: Clock;
  /** When the copy counts as stale. Default: CHECK_LIMITS. */
  readonly config: { readonly alertsStaleAfterHours?: number | undefined };
}

const HOUR_MS = 3_600_000;

const CSV = "text/csv";
/** Questions that are remembered as they were asked; the digest is over all. */
const ASKED_KEPT = 20;

/** Routes of checks against the alerts in force, the same in every service (TP-CHECK-1). */
export function addCheckRoutes(routes: HttpRoutes, deps: CheckDeps): void {
  if (!routes.hasContentTypeParser(CSV)) {
    const bodyLimit = CHECK_LIMITS.bodyBytesMax;
    routes.addContentTypeParser(CSV, { parseAs: "string", bodyLimit }, (_request, text, done) =>
      done(null, text),
    );
  }
  const bodyLimit = CHECK_LIMITS.bodyBytesMax;
  routes.post("/checks", { ...CHECK, bodyLimit }, async (request) =>
    runChecks(deps, request.body.questions, actorOf(request).userId),
  );
  routes.post("/checks/csv", { ...CHECK_CSV, bodyLimit }, async (request, reply) => {
    const read = parseCheckCsv(request.body);
    if (!read.ok) {
      return sendProblem(reply, problemOf("INPUT_INVALID", { problems: read.problems }));
    }
    const report = await runChecks(deps, read.questions, actorOf(request).userId);
    if (!wantsCsv(request.headers.accept)) return reply.send(report);
    return await reply.type(`${CSV}; charset=utf-8`).send(checkCsv(report));
  });
  routes.get("/checks", LIST_CHECKS, async (request, reply) => {
    const { after, limit = HTTP_LIMITS.pageRowsMax } = request.query;
    const before = positionOf(after);
    if (before === undefined) return sendProblem(reply, problemOf("INPUT_INVALID", BAD_MARK));
    const records = await deps.store.call("listChecks", { before, limit });
    const last = records.length < limit ? undefined : records.at(-1);
    return {
      checks: records.map(({ asked, atMs, digest, found, possible, ...rest }) => ({
        at: new Date(atMs).toISOString(),
        actor: rest.actor,
        questions: rest.questions,
        possibleMatches: possible,
        digest: Buffer.from(digest).toString("base64"),
        asked: JSON.parse(asked) as unknown[],
        found: JSON.parse(found) as { index: number; alerts: string[] }[],
      })),
      ...(last === undefined ? {} : { next: pageMark(last.checkId) }),
    };
  });
}

/** Whether a caller asks for CSV before JSON. */
function wantsCsv(accept = ""): boolean {
  const [first = ""] = accept.split(",");
  return first.split(";")[0]?.trim().toLowerCase() === CSV;
}

/**
 * Answers questions in portions, so that a long list holds up nobody, and remembers who asked. It
 * is remembered before it is answered (TP-CHECK-8).
 */
async function runChecks(
  { clock, config, store }: CheckDeps,
  questions: readonly Question[],
  actor: string,
): Promise<CheckReport> {
  const nowMs = clock.now();
  const answers: CheckAnswer[] = [];
  for (let from = 0; from < questions.length; from += CHECK_LIMITS.portionQuestions) {
    const portion = questions.slice(from, from + CHECK_LIMITS.portionQuestions);
    answers.push(...(await store.call("checkQuestions", { questions: portion, nowMs })));
  }
  const found = answers.flatMap(({ matches }, index) =>
    matches.length === 0 ? [] : [{ index, alerts: matches.map(({ messageId }) => messageId) }],
  );
  await store.call("noteCheck", {
    atMs: nowMs,
    actor,
    questions: questions.length,
    possible: found.length,
    digest: hash("sha256", JSON.stringify(questions), "buffer"),
    asked: JSON.stringify(questions.slice(0, ASKED_KEPT)),
    found: JSON.stringify(found),
  });
  const { alertsStaleAfterHours: hours } = config;
  const staleAfterMs = hours === undefined ? CHECK_LIMITS.staleAfterMs : hours * HOUR_MS;
  const state = await store.call("alertCopyState", undefined);
  return checkReport(questions, answers, { state, nowMs, staleAfterMs });
}
