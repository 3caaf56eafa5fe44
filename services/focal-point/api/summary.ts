import type { AlertCounts } from "#alerts";
import { countAlerts } from "#alerts-api";
import type { PageAlert } from "#http";
import {
  instantOf,
  instantText,
  remedyOf,
  type ServiceSummary,
  type ServiceSummaryDeps,
  summarizeService,
} from "#participant";
import { Kind, ReceiptType } from "#proto";
import type { Database } from "#runtime";
import type { CaseCounts } from "../cases/case-procedures.ts";
import type { FocalPointProcedures } from "../store.ts";
import { attentionOf } from "./attention.ts";
import type { Glance } from "./glance.ts";

/** What a summary is made from. */
export interface SummaryDeps extends ServiceSummaryDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly answering: "officer" | "register";
}

/** The focal point at a glance: counts, ages, States, codes; no case, no message, no person. */
export interface Summary extends ServiceSummary {
  /** What needs a person, what is stuck first (TP-FP-7). */
  readonly attention: readonly PageAlert[];
  /** Cases by state, on either side. */
  readonly cases: Pick<CaseCounts, "requesting" | "requested" | "offExchange">;
  /** Receipts of own trace requests; each request counts once for each. */
  readonly receipts: Readonly<
    Record<"accepted" | "refused" | "delivered" | "rejected" | "expired", number>
  >;
  /** Final replies and refusal notices to own requests. */
  readonly replies: {
    readonly received: number;
    readonly byOutcome: Readonly<Record<string, number>>;
    readonly sent: number;
  };
  /** Messages that had an effect on a case, and effects beyond one for each. */
  readonly effects: { readonly messages: number; readonly duplicates: number };
  /** Requests to this State that nobody has answered, and since when the oldest waits. */
  readonly unanswered: { readonly count: number; readonly since: string | undefined };
  /** Since when the oldest request of this State waits for its final answer. */
  readonly askedSince: string | undefined;
  /** Cases of which something is overdue: owed to this State, and by it. */
  readonly overdue: Glance["overdue"];
  /** What waits for a second person, and what one sent alone and nobody has reviewed. */
  readonly releases: {
    readonly pending: number;
    /** Since when the oldest of them waits. */
    readonly since: string | undefined;
    readonly reviewsDue: number;
    /** Of the reviews due, those not done in time. */
    readonly reviewsOverdue: number;
  };
  /** Requests and answers of ours that were not taken, by code. */
  readonly notTaken: readonly {
    readonly what: "request" | "answer";
    readonly code: string;
    readonly count: number;
    readonly lastAt: string;
    readonly remedy: string;
  }[];
  readonly firearms: { readonly records: number };
  /** Alerts in force, and what waits (TP-ALERT-45). */
  readonly alerts: AlertCounts;
}

/** Gathers the summary; costs the same however long the history is. */
export async function summarize(deps: SummaryDeps): Promise<Summary> {
  const { store } = deps;
  const nowMs = deps.clock.now();
  const [service, cases, firearms, caseGlance, overdue, releases, lettersDue, alerts, persons] =
    await Promise.all([
      summarizeService(deps),
      store.call("caseCounts", undefined),
      store.call("countFirearms", undefined),
      store.call("caseGlance", undefined),
      store.call("countOverdue", { nowMs }),
      store.call("countReleases", { nowMs }),
      store.call("reminderLettersDue", { nowMs }),
      countAlerts(deps),
      store.call("personsToReview", { nowMs }),
    ]);
  const { post } = service;
  const { answering } = deps;
  const glance: Glance = {
    ...service.glance,
    answering,
    cases: caseGlance,
    overdue,
    releases,
    lettersDue,
    alerts,
    records: { ...service.glance.records, personsToReview: persons },
  };
  const receipts = (type: ReceiptType): number =>
    sumOf(post.receipts.filter((row) => row.type === type && row.kind === Kind.TRACE_REQUEST));
  return {
    ...service.summary,
    attention: attentionOf(glance, service.nowMs),
    cases: {
      requesting: cases.requesting,
      requested: cases.requested,
      offExchange: cases.offExchange,
    },
    receipts: {
      accepted: receipts(ReceiptType.ACCEPTED),
      // What is returned ends as refused for its recipient.
      refused: receipts(ReceiptType.REFUSED) + receipts(ReceiptType.RETURNED),
      delivered: receipts(ReceiptType.DELIVERED),
      rejected: receipts(ReceiptType.REJECTED),
      expired: receipts(ReceiptType.EXPIRED),
    },
    replies: {
      received: total(cases.repliesReceived),
      byOutcome: cases.repliesReceived,
      sent: total(cases.repliesSent),
    },
    effects: cases.effects,
    ...waitingOf(glance),
    firearms: { records: firearms },
    alerts,
  };
}

/** What waits, and for whom. */
function waitingOf({ cases, overdue, releases }: Glance) {
  const { oldestPendingMs, ...counted } = releases;
  return {
    overdue,
    releases: { ...counted, since: instantOf(oldestPendingMs) },
    unanswered: { count: cases.unanswered.count, since: instantOf(cases.unanswered.sinceMs) },
    askedSince: instantOf(cases.oldestAskedMs),
    notTaken: cases.notTaken.map(({ role, code, count, lastAtMs }) => ({
      what: role === "requesting" ? ("request" as const) : ("answer" as const),
      code,
      count,
      lastAt: instantText(lastAtMs),
      remedy: remedyOf(code),
    })),
  };
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function sumOf(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, row) => sum + row.count, 0);
}
