import { DISPOSAL_LIMITS, type StorePlace } from "#runtime";
import { openStore as openPlace, readStore } from "#store";
import type { GatewayProcedures } from "../../gateway/store.ts";
import { BATCH_MS, madeUpBatch, SIDE_BY_SIDE, START_MS } from "./made-up-records.ts";
import { REPEATS } from "./timed-reads.ts";

/** Batches on their way to the store's thread. */
const AHEAD = 8;
const TELL_BATCHES = 400;

/** A gateway's store, opened. */
export type RecordStore = Awaited<ReturnType<typeof openStore>>;

/** Opens a store as a gateway does. */
export function openStore(place: StorePlace) {
  const module = new URL("../../gateway/store.ts", import.meta.url);
  return openPlace<GatewayProcedures>({ place, module });
}

/** Runs work on an opened store. */
export async function withStore<T>(
  place: StorePlace,
  work: (store: RecordStore) => Promise<T>,
): Promise<T> {
  const store = await openStore(place);
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}

/**
 * Records batches until there are so many, by the procedure that records messages, many to one
 * commit; goes on behind those that are there. Gives records a second, 0 when nothing was to do.
 */
export async function fillTo(
  place: StorePlace,
  batches: number,
  progress: (text: string) => void,
): Promise<number> {
  return await withStore(place, async (store) => {
    const from = await batchesIn(place);
    const startedAt = performance.now();
    const rate = (to: number): number => {
      return ((to - from) * SIDE_BY_SIDE * 1_000) / (performance.now() - startedAt);
    };
    const underWay: Promise<unknown>[] = [];
    for (let batch = from; batch < batches; batch += 1) {
      underWay.push(store.call("recordBatch", madeUpBatch(batch)));
      if (underWay.length >= AHEAD) await underWay.shift();
      if (batch % TELL_BATCHES === 0) {
        progress(`${batch * SIDE_BY_SIDE} records, ${rate(batch).toFixed(0)} a second`);
      }
    }
    await Promise.all(underWay);
    return rate(batches);
  });
}

/** How many batches lie there: by the time of the newest. */
async function batchesIn(place: StorePlace): Promise<number> {
  const row = await readStore(place, (tx) =>
    tx.get<{ recorded_at: number }>("SELECT recorded_at FROM gateway_state"),
  );
  const atMs = row?.recorded_at ?? 0;
  return atMs === 0 ? 0 : (atMs - START_MS) / BATCH_MS + 1;
}

/** Looks at what was not looked at yet; microseconds for each record, 0 where there was none. */
export async function lookAtAll(store: RecordStore, nowMs: number): Promise<number> {
  const startedAt = performance.now();
  let records = 0;
  for (;;) {
    const limit = DISPOSAL_LIMITS.lookRecords;
    const { isDone, looked } = await store.call("lookForDue", { nowMs, limit });
    records += looked;
    if (isDone && records === 0) return 0;
    if (isDone) return ((performance.now() - startedAt) * 1_000) / records;
  }
}

/** Milliseconds until a store that lies there answers; the quickest of some. */
export async function startUp(place: StorePlace): Promise<number> {
  let quickest = Number.POSITIVE_INFINITY;
  for (let time = 0; time < REPEATS; time += 1) {
    const startedAt = performance.now();
    await withStore(place, (store) => store.call("logHead", undefined));
    quickest = Math.min(quickest, performance.now() - startedAt);
  }
  return quickest;
}
