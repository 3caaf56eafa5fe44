import type { PostStatus } from "#post";
import { Kind, ReceiptType } from "#proto";
import type { Clock, Database } from "#runtime";
import type { CaseCounts } from "../cases/case-procedures.ts";
import type { FocalPointProcedures } from "../store.ts";

/** What a summary is made from. */
export interface SummaryDeps {
  readonly participant: string;
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
  readonly connected: () => boolean;
  readonly consuming: () => boolean;
}

/** The focal point at a glance; counts alone. */
export interface Summary {
  readonly participant: string;
  readonly at: string;
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
  readonly gaps: { readonly missingNumbers: number; readonly since: string | undefined };
  readonly incidents: Readonly<Record<string, number>>;
  readonly log: { readonly newestCheckpointSize: number };
  readonly firearms: { readonly records: number };
}

/** Gathers the summary; costs the same however long the history is. */
export async function summarize(deps: SummaryDeps): Promise<Summary> {
  const [post, cases, records] = await Promise.all([
    deps.store.call("postStatus", undefined),
    deps.store.call("caseCounts", undefined),
    deps.store.call("countFirearms", undefined),
  ]);
  const receipts = (type: ReceiptType): number =>
    sumOf(post.receipts.filter((row) => row.type === type && row.kind === Kind.TRACE_REQUEST));
  const { missingSinceMs } = post;
  return {
    participant: deps.participant,
    at: new Date(deps.clock.now()).toISOString(),
    connection: { connected: deps.connected(), consuming: deps.consuming() },
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
    gaps: {
      missingNumbers: post.missingNumbers,
      since: missingSinceMs === null ? undefined : new Date(missingSinceMs).toISOString(),
    },
    incidents: post.incidents,
    log: { newestCheckpointSize: post.checkpointSize },
    firearms: { records },
  };
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
