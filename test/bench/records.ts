import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inclusionPath } from "#message-log";
import { Kind, RefusalCode, Tlp, UseRestriction } from "#proto";
import type { Transaction } from "#runtime";
import { openSqliteReader, openSqliteStore } from "#store";
import type { RecordFilter } from "../../gateway/store/search/criteria.ts";
import { findRecords } from "../../gateway/store/search/find-records.ts";
import type { GatewayProcedures } from "../../gateway/store.ts";
import {
  conversationIdOf,
  madeUpAt,
  madeUpBatch,
  messageIdOf,
  SIDE_BY_SIDE,
  senderOf,
  stateId,
  timeOf,
} from "./made-up-records.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";
import { type Asked, type Figure, REPEATS, timesOf } from "./timed-reads.ts";

const SAMPLES = 500;
const PAGE = 50;
const PRIME = 7_919;
/** Batches on their way to the store's thread. */
const AHEAD = 8;
/** The smaller store, beside which growth is told. */
const GROWTH = 10;

/** Search in a store of records, made by the procedure that records messages. */
export const recordsBench: Bench = {
  name: "records",
  about: "search of records by each criterion, proofs, size and start-up, at two sizes",
  run: measureRecords,
};

interface Measured {
  readonly records: number;
  readonly bytes: number;
  readonly rate: number;
  readonly startMs: number;
  readonly figures: readonly Figure[];
}

async function measureRecords({ progress, rows }: BenchOptions): Promise<Section> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-records-bench-"));
  const file = join(dir, "gateway.sqlite");
  try {
    const measured: Measured[] = [];
    let batch = 0;
    for (const size of [rows / GROWTH, rows]) {
      const batches = Math.ceil(size / SIDE_BY_SIDE);
      const seconds = await loadRecords(file, batch, batches);
      const rate = ((batches - batch) * SIDE_BY_SIDE) / seconds;
      batch = batches;
      const records = batches * SIDE_BY_SIDE;
      progress(`${records} records, ${rate.toFixed(0)} a second`);
      const startMs = await startUp(file);
      const figures = await searches(file, records);
      measured.push({ records, bytes: (await stat(file)).size, rate, startMs, figures });
    }
    return sectionOf(measured);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

function openStore(file: string) {
  const module = new URL("../../gateway/store.ts", import.meta.url);
  return openSqliteStore<GatewayProcedures>({ file, module });
}

/** Records made-up batches as the gateway does; gives the seconds it took. */
export async function loadRecords(file: string, from: number, to: number): Promise<number> {
  const store = await openStore(file);
  const startedAt = performance.now();
  try {
    const underWay: Promise<unknown>[] = [];
    for (let batch = from; batch < to; batch += 1) {
      underWay.push(store.call("recordBatch", madeUpBatch(batch)));
      if (underWay.length >= AHEAD) await underWay.shift();
    }
    await Promise.all(underWay);
    return (performance.now() - startedAt) / 1_000;
  } finally {
    await store.close();
  }
}

/** Milliseconds until a store that lies there answers; the quickest of some. */
async function startUp(file: string): Promise<number> {
  let quickest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < REPEATS; time += 1) {
    const startedAt = performance.now();
    const store = await openStore(file);
    await store.call("logHead", undefined);
    quickest = Math.min(quickest, performance.now() - startedAt);
    await store.close();
  }
  return quickest;
}

async function searches(file: string, records: number): Promise<Figure[]> {
  const reader = openSqliteReader(file);
  const pick = (sample: number): number => (sample * PRIME * 31) % records;
  try {
    return await reader.read(async (tx) => {
      const { size } = (await tx.get<{ size: number }>("SELECT size FROM log_head")) ?? { size: 0 };
      return await timesOf(tx, questions(records, size), pick);
    });
  } finally {
    reader.close();
  }
}

type Criterion = (place: number) => RecordFilter;

/** Each criterion with values that change from one sample to the next. */
function criteria(records: number): [string, Criterion][] {
  const conversation = (place: number) => madeUpAt(place).conversation;
  const early = (place: number) => timeOf(madeUpAt(Math.floor(place / 2)));
  const range = (place: number) => ({ fromMs: early(place), untilMs: early(place) + 60_000 });
  return [
    ["message id", (place) => ({ messageId: messageIdOf(madeUpAt(place)) })],
    ["conversation", (place) => ({ conversationId: conversationIdOf(conversation(place)) })],
    ["party", (place) => ({ party: stateId(place) })],
    ["kind", (place) => ({ kind: place % 2 === 0 ? Kind.ALERT : Kind.TRACE_REPLY })],
    ["state", (place) => ({ state: place % 2 === 0 ? "ANSWERED" : "ACKNOWLEDGED" })],
    ["handling", (place) => ({ tlp: place % 2 === 0 ? Tlp.RED : Tlp.GREEN })],
    ["use", () => ({ use: UseRestriction.NO_ONWARD })],
    ["refusal code", () => ({ code: RefusalCode.NOT_PERMITTED })],
    ["time", range],
    ["party and kind", (place) => ({ party: stateId(place), kind: Kind.TRACE_REQUEST })],
    [
      "party, kind, handling and time",
      (place) => ({
        ...{ party: stateId(place), kind: Kind.TRACE_REQUEST, tlp: Tlp.RED },
        untilMs: timeOf(madeUpAt(records - 1 - Math.floor(place / 2))),
      }),
    ],
  ];
}

function questions(records: number, size: number): Asked[] {
  const search = (filter: Criterion, limit: number) => (tx: Transaction, place: number) =>
    findRecords(tx, { filter: filter(place), before: null, size: null, limit });
  const all = criteria(records);
  return [
    {
      name: "indexed point read",
      samples: SAMPLES,
      ask: (tx, place) =>
        tx.get(
          "SELECT * FROM messages WHERE sender = ? AND message_id = ?",
          senderOf(madeUpAt(place)),
          messageIdOf(madeUpAt(place)),
        ),
    },
    ...all.map(([name, filter]): Asked => {
      return { name: `${name}: the newest`, samples: SAMPLES, ask: search(filter, 1) };
    }),
    ...all.slice(2).map(([name, filter]): Asked => {
      return { name: `${name}: a page of ${PAGE}`, samples: SAMPLES, ask: search(filter, PAGE) };
    }),
    {
      name: "inclusion proof",
      samples: SAMPLES,
      ask: (tx, place) => inclusionPath(tx, place, size),
    },
  ];
}

function sectionOf(measured: readonly Measured[]): Section {
  const [small, large] = measured as [Measured, Measured];
  const floor = large.figures[0]?.p99Us ?? 1;
  const growth = Math.log(large.records / small.records);
  const exponent = (before: number, after: number): string =>
    (Math.log(after / before) / growth).toFixed(2);
  const count = (records: number): string => records.toLocaleString("en-US");
  const perRecord = ({ bytes, records }: Measured): string => (bytes / records).toFixed(0);
  const rows = large.figures.map(({ name, p50Us, p99Us }, place) => {
    const before = small.figures[place];
    const cells = [before?.p50Us ?? 0, before?.p99Us ?? 0, p50Us, p99Us].map((us) => us.toFixed(0));
    return [name, ...cells, (p99Us / floor).toFixed(1), exponent(before?.p50Us ?? 1, p50Us)];
  });
  return {
    title:
      `Store of ${count(large.records)} records (and ${count(small.records)}): ` +
      `${perRecord(large)} bytes each (${perRecord(small)}), recorded at ` +
      `${large.rate.toFixed(0)} a second (${small.rate.toFixed(0)}), opened in ` +
      `${large.startMs.toFixed(0)} ms (${small.startMs.toFixed(0)}); reads one at a time, ` +
      `the quickest of ${REPEATS}`,
    columns: [
      "read",
      ...[small, large].flatMap(({ records }) => [
        `p50 at ${count(records)}, µs`,
        `p99 at ${count(records)}, µs`,
      ]),
      "p99 ratio",
      "growth exponent of p50",
    ],
    rows,
    data: measured,
  };
}
