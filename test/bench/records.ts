import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inclusionPath } from "#message-log";
import { Kind, RefusalCode, Tlp, UseRestriction } from "#proto";
import type { StorePlace, Transaction } from "#runtime";
import { readStore } from "#store";
import type { RecordFilter } from "../../gateway/store/search/criteria.ts";
import { findRecords } from "../../gateway/store/search/find-records.ts";
import { type BenchPlace, openBenchPlace } from "./bench-place.ts";
import {
  BATCH_MS,
  conversationIdOf,
  madeUpAt,
  messageIdOf,
  SIDE_BY_SIDE,
  START_MS,
  senderOf,
  stateId,
  timeOf,
} from "./made-up-records.ts";
import { fillTo, lookAtAll, startUp, withStore } from "./record-store.ts";
import { type Measured, recordTable } from "./record-table.ts";
import { type AskedHolds, askHolds, disposeOf, endHolds } from "./record-work.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";
import { type Asked, type Figure, timesOf } from "./timed-reads.ts";

const SAMPLES = 200;
const PAGE = 50;
const PRIME = 7_919;
/** Sizes beside which growth is told: a hundredth where that is many, a tenth, and all. */
const STEPS = [100, 10, 1];
const LEAST_RECORDS = 100_000;
const DISPOSED_MAX = 100_000;
const DAY_MS = 86_400_000;

/** Search and disposal in a store of records, made by the procedure that records messages. */
export const recordsBench: Bench = {
  name: "records",
  about: "records at growing sizes: search by each criterion, proof, hold, disposal, start-up",
  run: measureRecords,
};

async function measureRecords({ keep, progress, rows, store }: BenchOptions): Promise<Section> {
  const dir = keep ?? (await mkdtemp(join(tmpdir(), "tracepost-records-bench-")));
  await mkdir(dir, { recursive: true });
  const sizes = STEPS.map((step) => rows / step).filter((size) => size >= LEAST_RECORDS);
  const batches = (sizes.length === 0 ? [rows] : sizes).map((size) => {
    return Math.ceil(size / SIDE_BY_SIDE);
  });
  const at = await openBenchPlace(store, dir);
  try {
    const measured = await readMeasured(dir);
    for (const each of batches) {
      if (measured.some(({ records }) => records === each * SIDE_BY_SIDE)) continue;
      measured.push(await measureAt(at, each, progress));
      await writeFile(join(dir, FIGURES), JSON.stringify(measured));
    }
    const wanted = new Set(batches.map((each) => each * SIDE_BY_SIDE));
    return recordTable(
      store,
      measured.filter(({ records }) => wanted.has(records)),
    );
  } finally {
    await at.stop(keep !== undefined);
    if (keep === undefined) await rm(dir, { recursive: true, force: true });
  }
}

const FIGURES = "figures.json";

/** What an earlier run has measured in a folder that is kept. */
async function readMeasured(dir: string): Promise<Measured[]> {
  const text = await readFile(join(dir, FIGURES), "utf8").catch(() => "[]");
  return JSON.parse(text) as Measured[];
}

async function measureAt(
  { bytes: bytesOf, place }: BenchPlace,
  batches: number,
  progress: (text: string) => void,
): Promise<Measured> {
  const records = batches * SIDE_BY_SIDE;
  const nowMs = START_MS + (batches - 1) * BATCH_MS;
  const rate = await fillTo(place, batches, progress);
  progress(`${records} records`);
  const [lookUs, holds] = await withStore(place, async (store) => {
    return [await lookAtAll(store, nowMs), await askHolds(store, nowMs)] as const;
  });
  progress(`looked at, ${lookUs.toFixed(0)} µs each`);
  const startMs = await startUp(place);
  const figures = await searches(place, records, holds);
  progress("searched");
  const disposed = await withStore(place, async (store) => {
    await endHolds(store, [holds.party, holds.sender], nowMs);
    await lookAtAll(store, nowMs);
    return await disposeOf(store, Math.min(DISPOSED_MAX, Math.floor(records / 10)), nowMs);
  });
  progress(`${disposed.records} disposed of in ${disposed.ms.toFixed(0)} ms`);
  const bytes = await bytesOf();
  return { records, bytes, rate, lookUs, startMs, holdMs: holds.askMs, disposed, figures };
}

async function searches(place: StorePlace, records: number, holds: AskedHolds): Promise<Figure[]> {
  const pick = (sample: number): number => (sample * PRIME * 31) % records;
  return await readStore(place, async (tx) => {
    const { size } = (await tx.get<{ size: number }>("SELECT size FROM log_head")) ?? { size: 0 };
    return await timesOf(tx, questions(records, size, holds), pick);
  });
}

type Criterion = (place: number) => RecordFilter;

/** Each criterion with values that change from one sample to the next. */
function criteria(records: number, { party, sender }: AskedHolds): [string, Criterion][] {
  const conversation = (place: number) => madeUpAt(place).conversation;
  const early = (place: number) => timeOf(madeUpAt(Math.floor(place / 2)));
  const range = (place: number) => ({ fromMs: early(place), untilMs: early(place) + 60_000 });
  // A month of those in which something is due; what is held has no date.
  const dueSoon = (place: number) => {
    const dueFromMs = early(place) + 90 * DAY_MS;
    return { dueFromMs, dueUntilMs: dueFromMs + 30 * DAY_MS };
  };
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
    ["hold of a party", () => ({ hold: party })],
    ["hold of a query", () => ({ hold: sender })],
    ["hold and kind", () => ({ hold: party, kind: Kind.ALERT })],
    ["due date", dueSoon],
    ["due date and party", (place) => ({ ...dueSoon(place), party: stateId(place) })],
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

function questions(records: number, size: number, holds: AskedHolds): Asked[] {
  const search = (filter: Criterion, limit: number) => (tx: Transaction, place: number) =>
    findRecords(tx, { filter: filter(place), before: null, size: null, limit });
  const all = criteria(records, holds);
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
