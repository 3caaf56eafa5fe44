import type { PageAlert } from "#http";
import type { PostStatus } from "#post";
import { Kind, ReceiptType } from "#proto";
import type { Clock, Database } from "#runtime";
import { laneToken } from "#wire";
import type { CaseCounts } from "../cases/case-procedures.ts";
import type { FocalPointProcedures } from "../store.ts";
import { attentionOf, remedyOf } from "./attention.ts";
import type { Glance } from "./glance.ts";

/** What a summary is made from. */
export interface SummaryDeps {
  readonly participant: string;
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
  readonly connected: () => boolean;
  readonly consuming: () => boolean;
  readonly answering: "officer" | "register";
}

/** The focal point at a glance: counts, ages, States, codes; no case, no message, no person. */
export interface Summary {
  readonly participant: string;
  readonly at: string;
  /** What needs a person, what is stuck first (TP-FP-7). */
  readonly attention: readonly PageAlert[];
  readonly connection: { readonly connected: boolean; readonly consuming: boolean };
  /** Cases by state, on either side. */
  readonly cases: Pick<CaseCounts, "requesting" | "requested">;
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
  readonly outbox: { readonly pending: number; readonly byState: Readonly<Record<string, number>> };
  readonly inbox: {
    readonly byState: Readonly<Record<string, number>>;
    readonly receiptsOwed: number;
  };
  /** Messages of ours on their way, by recipient and lane. */
  readonly waiting: readonly {
    readonly participant: string;
    readonly lane: string;
    readonly messages: number;
    /** Without a receipt of the exchange. */
    readonly unconfirmed: number;
    readonly since: string;
  }[];
  readonly gaps: { readonly missingNumbers: number; readonly since: string | undefined };
  /** Requests to this State that nobody has answered, and since when the oldest waits. */
  readonly unanswered: { readonly count: number; readonly since: string | undefined };
  /** Since when the oldest request of this State waits for its final answer. */
  readonly askedSince: string | undefined;
  /** Requests and answers of ours that were not taken, by code. */
  readonly notTaken: readonly {
    readonly what: "request" | "answer";
    readonly code: string;
    readonly count: number;
    readonly lastAt: string;
    readonly remedy: string;
  }[];
  readonly incidents: Readonly<Record<string, number>>;
  readonly log: { readonly newestCheckpointSize: number };
  readonly firearms: { readonly records: number };
  readonly webhooks: readonly {
    readonly webhookId: string;
    readonly state: string;
    readonly reason: string | undefined;
    readonly failure: string | undefined;
    /** Changes it has not been told. */
    readonly behind: number;
  }[];
}

/** Gathers the summary; costs the same however long the history is. */
export async function summarize(deps: SummaryDeps): Promise<Summary> {
  const { store } = deps;
  const [post, cases, records, open, caseGlance, webhooks, newestChange] = await Promise.all([
    store.call("postStatus", undefined),
    store.call("caseCounts", undefined),
    store.call("countFirearms", undefined),
    store.call("postOpen", undefined),
    store.call("caseGlance", undefined),
    store.call("webhookList", undefined),
    store.call("feedNewest", undefined),
  ]);
  const nowMs = deps.clock.now();
  const connection = { connected: deps.connected(), consuming: deps.consuming() };
  const glance: Glance = {
    ...connection,
    answering: deps.answering,
    post: open,
    cases: caseGlance,
    incidents: post.incidents,
    webhooks,
    newestChange,
  };
  const receipts = (type: ReceiptType): number =>
    sumOf(post.receipts.filter((row) => row.type === type && row.kind === Kind.TRACE_REQUEST));
  const { missingSinceMs } = post;
  return {
    participant: deps.participant,
    at: instant(nowMs),
    attention: attentionOf(glance, nowMs),
    connection,
    cases: { requesting: cases.requesting, requested: cases.requested },
    receipts: {
      accepted: receipts(ReceiptType.ACCEPTED),
      refused: receipts(ReceiptType.REFUSED),
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
    outbox: { pending: post.pending, byState: byState(post.outbox) },
    inbox: { byState: byState(post.inbox), receiptsOwed: post.receiptsOwed },
    gaps: { missingNumbers: post.missingNumbers, since: instantOf(missingSinceMs) },
    ...waitingOf(glance),
    incidents: post.incidents,
    log: { newestCheckpointSize: post.checkpointSize },
    firearms: { records },
    webhooks: webhooks.map(({ webhookId, state, reason, failure, position }) => ({
      webhookId,
      state,
      reason: reason || undefined,
      failure: failure || undefined,
      behind: newestChange - position,
    })),
  };
}

/** What waits, and for whom. */
function waitingOf({ post, cases }: Glance) {
  return {
    waiting: post.waiting.map(({ recipient, lane, messages, unconfirmed, sinceMs }) => ({
      participant: recipient,
      lane: laneToken(lane),
      messages,
      unconfirmed,
      since: instant(sinceMs),
    })),
    unanswered: { count: cases.unanswered.count, since: instantOf(cases.unanswered.sinceMs) },
    askedSince: instantOf(cases.oldestAskedMs),
    notTaken: cases.notTaken.map(({ role, code, count, lastAtMs }) => ({
      what: role === "requesting" ? ("request" as const) : ("answer" as const),
      code,
      count,
      lastAt: instant(lastAtMs),
      remedy: remedyOf(code),
    })),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function instantOf(ms: number | null): string | undefined {
  return ms === null ? undefined : instant(ms);
}

function byState(rows: PostStatus["outbox"]): Record<string, number> {
  const states: Record<string, number> = {};
  for (const { state, count } of rows) states[state] = (states[state] ?? 0) + count;
  return states;
}

function total(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((sum, count) => sum + count, 0);
}

function sumOf(rows: readonly { readonly count: number }[]): number {
  return rows.reduce((sum, row) => sum + row.count, 0);
}
