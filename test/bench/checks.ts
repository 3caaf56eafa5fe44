import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Alert, ExchangeStatus } from "#proto";
import { CHECK_LIMITS, type Database } from "#runtime";
import { openSqliteStore } from "#store";
import type { AlertTestProcedures } from "../support/alert-store.ts";
import { DAY, wantedAlert, wantedItem } from "../support/wanted-alerts.ts";
import { timed } from "./machine.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const ALERTS = 100_000;
const IN_FLIGHT = 500;
const CHECKS = 2_000;

/** How fast it is said whether something is wanted, beside a point read of the same store. */
export const checksBench: Bench = {
  name: "checks",
  about: `checks against ${ALERTS} alerts in force, beside an indexed point read`,
  run: measureChecks,
};

type Store = Database<AlertTestProcedures>;

async function measureChecks({ progress }: BenchOptions): Promise<Section> {
  const folder = await mkdtemp(join(tmpdir(), "tracepost-bench-"));
  const module = new URL("../support/alert-store.ts", import.meta.url);
  const store = await openSqliteStore<AlertTestProcedures>({
    file: join(folder, "alerts.sqlite"),
    module,
  });
  try {
    const nowMs = Date.now();
    const filling = await timed(() => fill(store, nowMs));
    progress(`${ALERTS} alerts noted`);
    const ask = (serial: string) =>
      store.call("checkQuestions", { questions: [{ serial }], nowMs });
    const point = await latencies((at) => store.call("findPost", { postId: `POST-${at}` }));
    const miss = await latencies((at) => ask(`MISSING ${at}`));
    const hit = await latencies((at) => ask(serialOf(at * 17)));
    const partial = await latencies((at) => ask(`${serialOf(at * 17).slice(0, 6)}?`));
    const questions = Array.from({ length: CHECK_LIMITS.portionQuestions }, (_, at) => ({
      serial: at % 10 === 0 ? serialOf(at) : `MISSING ${at}`,
    }));
    const rounds = CHECK_LIMITS.questionsMax / questions.length;
    const batchMs = await timed(async () => {
      for (let round = 0; round < rounds; round += 1) {
        await store.call("checkQuestions", { questions, nowMs });
      }
    });
    const row = (name: string, { p50, p99 }: Latency) => [
      name,
      `${p50.toFixed(2)} ms`,
      `${p99.toFixed(2)} ms`,
      (p50 / point.p50).toFixed(1),
      (p99 / point.p99).toFixed(1),
    ];
    const perSecond = Math.round((CHECK_LIMITS.questionsMax / batchMs) * 1_000);
    const title = `Checks with ${ALERTS} alerts in force; ten thousand at once: ${perSecond} a second`;
    return {
      title,
      columns: ["check", "p50", "p99", "p50 : point read", "p99 : point read"],
      rows: [
        row("floor: indexed point read", point),
        row("nothing wanted", miss),
        row("a match", hit),
        row("a number read in part", partial),
      ],
      data: { alerts: ALERTS, fillMs: filling, point, miss, hit, partial, batchMs, perSecond },
    };
  } finally {
    await store.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function serialOf(at: number): string {
  return `W${(at * 7_919 + 1_000_003).toString(36).toUpperCase()}`;
}

async function fill(store: Store, nowMs: number): Promise<void> {
  const expiresAt = new Date(nowMs + 90 * DAY).toISOString();
  for (let from = 0; from < ALERTS; from += IN_FLIGHT) {
    const batch = Array.from({ length: IN_FLIGHT }, (_, at) => from + at);
    await Promise.all(
      batch.map((at) => {
        const items = [wantedItem(at % 20 === 0 ? `${serialOf(at).slice(0, 4)}?9` : serialOf(at))];
        const body = Alert.encode(wantedAlert({ expiresAt, items })).finish();
        const [messageId, conversationId] = [`m${at}`, `alert-${at}`];
        const own = { messageId, conversationId, sender: "NE", sentAtMs: nowMs, body, nowMs };
        return store.call("noteAlertOf", { ...own, status: ExchangeStatus.ACTUAL });
      }),
    );
  }
}

interface Latency {
  readonly p50: number;
  readonly p99: number;
}

async function latencies(act: (at: number) => Promise<unknown>): Promise<Latency> {
  const took: number[] = [];
  for (let at = 0; at < CHECKS; at += 1) took.push(await timed(() => act(at)));
  took.sort((one, other) => one - other);
  const quantile = (share: number): number => took[Math.floor(share * (took.length - 1))] ?? 0;
  return { p50: quantile(0.5), p99: quantile(0.99) };
}
