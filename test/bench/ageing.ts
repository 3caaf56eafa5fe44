import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Transaction } from "#runtime";
import { openSqliteReader, openSqliteStore } from "#store";
import { ageingByState, listOverdue } from "../../services/focal-point/clocks/overdue.ts";
import type { FocalPointProcedures } from "../../services/focal-point/store.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";
import { type Asked, type Figure, REPEATS, ratioRows, timesOf } from "./timed-reads.ts";

/** More take longer to write than to measure. */
const CASES_MAX = 100_000;
const STATES = 40;
const PAGE = 50;
const SAMPLES = 100;
const AGEING_SAMPLES = 3;
const PRIME = 7_919;
const NOW_MS = Date.UTC(2026, 0, 1);

/** What the list of overdue cases and the ages by State cost in a store full of cases. */
export const ageingBench: Bench = {
  name: "ageing",
  about: "the list of overdue cases and the ages by State, beside an indexed point read",
  run: measureAgeing,
};

async function measureAgeing({ progress, rows }: BenchOptions): Promise<Section> {
  const cases = Math.min(rows, CASES_MAX);
  const dir = await mkdtemp(join(tmpdir(), "tracepost-ageing-bench-"));
  const file = join(dir, "focal-point.sqlite");
  try {
    const module = new URL("../../services/focal-point/store.ts", import.meta.url);
    const store = await openSqliteStore<FocalPointProcedures>({ file, module });
    await store.close();
    fillCases(file, cases);
    progress(`${cases} cases with ${STATES} States`);
    return sectionOf(cases, await readingTimes(file, cases));
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/**
 * Made-up cases with the clocks they would have: half of them asked of each side, a third answered,
 * a tenth of the open ones overdue, ages of up to a year in no order.
 */
function fillCases(file: string, cases: number): void {
  const db = new DatabaseSync(file);
  try {
    db.exec(`
      BEGIN;
      WITH RECURSIVE number(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM number WHERE n < ${cases})
      INSERT INTO trace_case (position, case_id, role, peer, state, national_case_number, request,
          request_message_id, opened_at, updated_at)
        SELECT n, 'case-' || n, iif(n % 2, 'requested', 'requesting'),
          printf('X%02d', n / 2 % ${STATES}), iif(n % 3, 'DELIVERED', 'ANSWERED'),
          'MADE-UP/' || n, zeroblob(512), 'message-' || n, ${NOW_MS}, ${NOW_MS} FROM number;
      UPDATE trace_clock SET settled = 1, priority = 'ROUTINE',
        started_at = ${NOW_MS} - (position * ${PRIME} % 365) * 86400000,
        phase = iif(position % 3, 'RUNNING', 'ENDED');
      UPDATE trace_clock SET next_due_at = ${NOW_MS}
          + iif(position / 3 % 10, 1, -1) * (1 + position * ${PRIME} % 1000) * 3600000
        WHERE phase = 'RUNNING';
      UPDATE trace_clock SET ended_at = ${NOW_MS} - (position % 300) * 86400000,
        taken_ms = (1 + position * ${PRIME} % 60) * 86400000 WHERE phase = 'ENDED';
      COMMIT;`);
  } finally {
    db.close();
  }
}

async function readingTimes(file: string, cases: number): Promise<Figure[]> {
  const reader = openSqliteReader(file);
  const pick = (sample: number): number => 1 + ((sample * PRIME) % cases);
  const list = (filter: object) => (on: Transaction) =>
    listOverdue(on, { nowMs: NOW_MS, limit: PAGE, ...filter });
  const asked: readonly Asked[] = [
    {
      name: "indexed point read",
      samples: SAMPLES,
      ask: (on, n) => on.get("SELECT * FROM trace_case WHERE case_id = ?", `case-${n}`),
    },
    { name: `overdue, a page of ${PAGE}`, samples: SAMPLES, ask: list({}) },
    {
      name: `overdue with one State, a page of ${PAGE}`,
      samples: SAMPLES,
      ask: list({ role: "requested", peer: "X05" }),
    },
    {
      name: `ages of ${STATES} States, both sides`,
      samples: AGEING_SAMPLES,
      ask: (on) => ageingByState(on, { nowMs: NOW_MS }),
    },
  ];
  try {
    return await reader.read(async (tx) => await timesOf(tx, asked, pick));
  } finally {
    reader.close();
  }
}

function sectionOf(cases: number, figures: readonly Figure[]): Section {
  return {
    title:
      `Store of ${cases.toLocaleString("en-US")} cases: reads one at a time, ` +
      `the quickest of ${REPEATS}`,
    columns: ["read", "p50, µs", "p99, µs", "p50 ratio", "p99 ratio"],
    rows: ratioRows(figures),
    data: { cases, figures },
  };
}
