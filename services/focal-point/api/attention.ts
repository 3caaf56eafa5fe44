import { alertAttention } from "#alerts-api";
import { ageText, type PageAlert } from "#http";
import { countOf, meaningOf, remedyOf, serviceAttention } from "#participant";
import { STATUS_LIMITS } from "#runtime";
import type { Glance } from "./glance.ts";

/**
 * What needs a person, with why and what to do (TP-FP-7): what is stuck first. Names States, kinds
 * and codes; no case, no message, no person.
 */
export function attentionOf(glance: Glance, nowMs: number): PageAlert[] {
  return serviceAttention(glance, caseAlerts(glance, nowMs), nowMs);
}

function caseAlerts(glance: Glance, nowMs: number): PageAlert[] {
  return [
    ...releaseAlerts(glance, nowMs),
    ...answerAlerts(glance, nowMs),
    ...letterAlerts(glance),
    ...alertAttention(glance.alerts, { decides: true }),
  ];
}

/** What a second person has to look at (TP-ANS-9). */
function releaseAlerts({ releases }: Glance, nowMs: number): PageAlert[] {
  const { oldestPendingMs, pending, reviewsOverdue } = releases;
  const alerts: PageAlert[] = [];
  if (reviewsOverdue > 0) {
    const messages = countOf(reviewsOverdue, "message");
    alerts.push({
      level: "look",
      what: `${messages} sent by one person alone and not reviewed within 72 h.`,
      remedy: "Have a second person review: tracepost release list --overdue names them.",
    });
  }
  const waitMs = nowMs - (oldestPendingMs ?? nowMs);
  if (pending > 0 && waitMs >= STATUS_LIMITS.unreleasedMs) {
    alerts.push({
      level: "look",
      what: `${countOf(pending, "release")} pending; the oldest for ${ageText(waitMs)}.`,
      remedy: "Confirm or send back: tracepost release list --state PENDING; or name a deputy.",
    });
  }
  return alerts;
}

/** Reminders that nothing sends by itself: they go by letter (TP-CLOCK-6). */
function letterAlerts({ lettersDue }: Glance): PageAlert[] {
  if (lettersDue.length === 0) return [];
  const total = lettersDue.reduce((sum, { count }) => sum + count, 0);
  const states = lettersDue.map(({ peer }) => peer).join(", ");
  return [
    {
      level: "look",
      what: `${countOf(total, "reminder")} due by letter: ${states}.`,
      remedy:
        "Write, and note it: tracepost trace follow-up CASE --remind --channel POST " +
        "--reference REFERENCE --on YYYY-MM-DD; trace list shows what was asked by letter.",
    },
  ];
}

function answerAlerts({ cases, answering, overdue }: Glance, nowMs: number): PageAlert[] {
  const alerts: PageAlert[] = [];
  if (overdue.requested > 0) {
    alerts.push({
      level: "look",
      what: `${countOf(overdue.requested, "request")} to this State overdue.`,
      remedy: "Answer them, or acknowledge them: tracepost trace overdue lists them.",
    });
  }
  const { unanswered, notTaken } = cases;
  const waitMs = nowMs - (unanswered.sinceMs ?? nowMs);
  const isLate = answering === "register" ? waitMs >= STATUS_LIMITS.unconfirmedMs : false;
  if (isLate || waitMs >= STATUS_LIMITS.unansweredMs) {
    const requests = countOf(unanswered.count, "request");
    alerts.push({
      level: isLate ? "stuck" : "look",
      what: `${requests} to this State unanswered; the oldest for ${ageText(waitMs)}.`,
      remedy: isLate
        ? "The firearm register answers by itself and does not; look into the log of this service."
        : "Answer, or acknowledge and say when an answer can be expected.",
    });
  }
  for (const { role, code, count: cases, lastAtMs } of notTaken) {
    const sinceMs = nowMs - lastAtMs;
    if (sinceMs >= STATUS_LIMITS.newsMs) continue;
    const what = role === "requesting" ? "request" : "answer";
    const said = `${code}, the newest ${ageText(sinceMs)} ago`;
    alerts.push({
      level: "stuck",
      what: `${countOf(cases, what)} of ours not taken: ${said}. ${meaningOf(code)}`,
      remedy: remedyOf(code),
    });
  }
  return alerts;
}
