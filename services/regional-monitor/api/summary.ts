import type { PageAlert } from "#http";
import {
  countOf,
  instantOf,
  type ServiceSummary,
  type ServiceSummaryDeps,
  serviceAttention,
  summarizeService,
} from "#participant";
import type { Database } from "#runtime";
import type { FeedStatus } from "../ingest/feed-status.ts";
import type { MonitorProcedures } from "../store.ts";
import { watchAttention } from "../watch/watch-attention.ts";
import type { MonitorWitness } from "../witness/open-witness.ts";
import { witnessAttention } from "../witness/witness-attention.ts";

/** What a summary is made from. */
export interface SummaryDeps extends ServiceSummaryDeps {
  readonly store: Pick<Database<MonitorProcedures>, "call">;
  readonly witness: Pick<MonitorWitness, "standing">;
}

/** The monitor at a glance. */
export interface Summary extends ServiceSummary {
  /** What needs a person, what is stuck first. */
  readonly attention: readonly PageAlert[];
  readonly feed: {
    readonly number: number;
    readonly newestMadeAt: string | undefined;
    readonly counted: number;
    readonly refused: Readonly<Record<string, number>>;
    readonly daysCompared: number;
    readonly daysDiffering: number;
    readonly releases: number;
    readonly ledgers: number;
  };
  /** As a witness of the log; absent where it is none. */
  readonly witness?: {
    readonly name: string;
    readonly publicKey: string;
    readonly isRegistered: boolean;
    readonly size: number;
    readonly cosignedAt: string | undefined;
    readonly conflicts: number;
  };
}

/** Gathers the summary; costs the same however much was counted. */
export async function summarize(deps: SummaryDeps): Promise<Summary> {
  const [{ summary, glance, nowMs }, status, watched, standing] = await Promise.all([
    summarizeService(deps),
    deps.store.call("feedStatus", undefined),
    deps.store.call("watchGlance", undefined),
    deps.witness.standing(),
  ]);
  const { firstMadeAtMs: _first, newestMadeAtMs, ...counts } = status;
  const feed = { ...counts, newestMadeAt: instantOf(newestMadeAtMs) };
  const own = [...feedAttention(status), ...watchAttention(watched), ...witnessAttention(standing)];
  const attention = serviceAttention(glance, own, nowMs);
  if (standing === undefined) return { ...summary, attention, feed };
  const { cosignedAtMs, origin: _origin, ...rest } = standing;
  const witness = { ...rest, cosignedAt: instantOf(cosignedAtMs) };
  return { ...summary, attention, feed, witness };
}

function feedAttention({ daysDiffering, refused }: FeedStatus): PageAlert[] {
  const alerts: PageAlert[] = [];
  if (daysDiffering > 0) {
    const days = countOf(daysDiffering, "day");
    const remedy = "Publish nothing of them. Their ranges are in the incidents of the post.";
    alerts.push({ level: "look", what: `${days} differ from the counts of the log.`, remedy });
  }
  const total = Object.values(refused).reduce((sum, count) => sum + count, 0);
  if (total > 0) {
    const codes = Object.keys(refused).join(", ");
    const what = `${countOf(total, "event")} could not be counted (${codes}).`;
    alerts.push({ level: "look", what, remedy: "Tell the operator of the exchange." });
  }
  return alerts;
}
