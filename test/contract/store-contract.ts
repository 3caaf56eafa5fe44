/**
 * What every store must do, whatever it is made of. A suite for an implementation calls
 * {@link describeStoreContract} with a harness for it.
 */
import { afterEach, describe, expect, test } from "vitest";
import type { Database } from "#runtime";
import {
  describeClosing,
  describeDurability,
  describeMigrations,
  describeReading,
} from "./store-contract-places.ts";
import type { ContractProcedures } from "./store-fixture.ts";
import {
  type FixtureVersion,
  faultOf,
  ids,
  item,
  type NewStore,
  type StoreHarness,
  type StorePlace,
} from "./store-harness.ts";

/** Defines the suite for one implementation. */
export function describeStoreContract(harness: StoreHarness): void {
  describe(`a store on ${harness.name} (TP-STORE-1, TP-STORE-2)`, () => {
    const cleanups: (() => Promise<void>)[] = [];
    afterEach(async () => {
      for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
    });

    const newPlace = async (): Promise<StorePlace> => {
      const place = await harness.newPlace();
      cleanups.push(() => place.remove());
      return place;
    };
    const opened = async (
      place: StorePlace,
      version?: FixtureVersion,
    ): Promise<Database<ContractProcedures>> => {
      const store = await place.open(version);
      cleanups.push(() => store.close());
      return store;
    };
    const newStore = async () => await opened(await newPlace());

    describeAtomicity(newStore);
    describeWrites(newStore);
    describeOrder(newStore);
    describeValues(newStore);
    describeMisuse(newStore);
    describeClosing(newPlace, opened);
    describeReading(newPlace, opened);
    describeMigrations(newPlace, opened);
    describeDurability(newPlace, opened);
  });
}

function describeAtomicity(newStore: NewStore): void {
  test("keeps nothing of a call that throws", async () => {
    const store = await newStore();
    const fault = await faultOf(store.call("putThenThrow", item(1)));
    expect(fault.code).toBe("STORE");
    expect(fault.message).toContain("changed its mind");
    expect(await ids(store)).toEqual([]);
  });

  test("keeps nothing of a call whose last statement fails", async () => {
    const store = await newStore();
    const fault = await faultOf(store.call("putAll", [item(1), item(2), item(3, "label 1")]));
    expect(fault.code).toBe("STORE");
    expect(await ids(store)).toEqual([]);
  });

  test("keeps the other calls of a batch when one of them throws", async () => {
    const store = await newStore();
    const results = await Promise.allSettled([
      store.call("put", item(1)),
      store.call("putThenThrow", item(2)),
      store.call("put", item(3)),
      store.call("put", item(4, "label 1")),
      store.call("putAll", [item(5), item(6)]),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(await ids(store)).toEqual([1, 3, 5, 6]);
  });

  test("fails a call that swallows the failure of a statement", async () => {
    const store = await newStore();
    const [swallowing, other] = await Promise.allSettled([
      store.call("putSwallowing", item(1)),
      store.call("put", item(2)),
    ]);
    expect([swallowing?.status, other?.status]).toEqual(["rejected", "fulfilled"]);
    expect(await ids(store)).toEqual([2]);
  });

  test("fails a call that does not await a statement that fails", async () => {
    const store = await newStore();
    expect((await faultOf(store.call("putNotAwaiting", item(1)))).code).toBe("STORE");
    expect(await ids(store)).toEqual([]);
  });

  test("harms no other call when a constraint speaks only at the commit", async () => {
    const store = await newStore();
    const results = await Promise.allSettled([
      store.call("put", item(1)),
      store.call("putPart", 1),
      store.call("putPart", 99),
      store.call("put", item(2)),
    ]);
    expect(results.map((result) => result.status)).toEqual([
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    expect(await ids(store)).toEqual([1, 2]);
    expect((await faultOf(store.call("putPart", 98))).code).toBe("STORE");
    await store.call("put", item(3));
    expect(await ids(store)).toEqual([1, 2, 3]);
  });
}

function describeWrites(newStore: NewStore): void {
  test("shows what it was told to write, however much, to what comes after it", async () => {
    const store = await newStore();
    const many = Array.from({ length: 1_000 }, (_, n) => item(n + 1));
    expect(await store.call("writeAll", many)).toBe(1_000);
    const fault = await faultOf(store.call("writeAll", [item(1_001), item(7), item(1_002)]));
    expect(fault.code).toBe("STORE");
    expect(await ids(store)).toHaveLength(1_000);
  });

  test("fails a call whose last written statement fails", async () => {
    const store = await newStore();
    await store.call("put", item(1));
    const fault = await faultOf(store.call("writeLast", item(1)));
    expect(fault.code).toBe("STORE");
    expect((await store.call("items", undefined)).map(({ label }) => label)).toEqual(["label 1"]);
  });
}

function describeOrder(newStore: NewStore): void {
  test("runs calls in the order they were made", async () => {
    const store = await newStore();
    const results = await Promise.all(Array.from({ length: 2_000 }, () => store.call("addOne", 7)));
    expect(results).toEqual(Array.from({ length: 2_000 }, (_, index) => index + 1));
  });

  test("shows a reading call everything that was acknowledged before it was made", async () => {
    const store = await newStore();
    for (let id = 1; id <= 50; id += 1) {
      await store.call("put", item(id));
      expect((await ids(store)).length).toBe(id);
    }
  });

  test("answers reading calls among many writing ones", async () => {
    const store = await newStore();
    const writes = Array.from({ length: 500 }, (_, index) => store.call("put", item(index + 1)));
    const seen = await Promise.all([ids(store), ids(store)]);
    for (const list of seen) expect(list).toEqual(list.map((_, index) => index + 1));
    await Promise.all(writes);
    expect((await ids(store)).length).toBe(500);
  });
}

function describeValues(newStore: NewStore): void {
  test("returns null, text and bytes as they were given", async () => {
    const store = await newStore();
    const body = Uint8Array.from({ length: 256 }, (_, index) => index);
    await store.call("put", { id: 1, label: "Ñ ✓ 你好 \u{1f6c3} ' \" ; --", body });
    await store.call("put", { id: 2, label: "", body: new Uint8Array(0) });
    await store.call("put", item(3));
    const rows = await store.call("items", undefined);
    expect(rows.map((row) => [row.label, row.body])).toEqual([
      ["Ñ ✓ 你好 \u{1f6c3} ' \" ; --", body],
      ["", new Uint8Array(0)],
      ["label 3", null],
    ]);
  });

  test("keeps a body of several megabytes", async () => {
    const store = await newStore();
    const body = new Uint8Array(6 * 1024 * 1024).map((_, index) => index % 251);
    await store.call("put", { id: 1, label: "large", body });
    const [row] = await store.call("items", undefined);
    expect(Buffer.compare(row?.body ?? new Uint8Array(0), body)).toBe(0);
  });

  test("takes exactly the bytes of a view into a larger piece of memory", async () => {
    const store = await newStore();
    const memory = new Uint8Array(10_000).fill(9);
    const view = memory.subarray(5_000, 5_003);
    view.set([1, 2, 3]);
    await store.call("put", { id: 1, label: "view", body: view });
    const [row] = await store.call("items", undefined);
    expect(row?.body).toEqual(Uint8Array.of(1, 2, 3));
    expect(row?.body?.buffer.byteLength).toBe(3);
    expect(memory.length).toBe(10_000);
  });

  test("returns whole numbers as number while that is exact, else as bigint", async () => {
    const store = await newStore();
    const wide = 2n ** 63n - 1n;
    const results = await Promise.all([
      store.call("putCell", { id: 1, whole: 42, real: 0.5 }),
      store.call("putCell", { id: 2, whole: wide, real: -1.5 }),
      store.call("putCell", { id: 3, whole: -(2n ** 63n), real: 0 }),
      store.call("putCell", { id: 4, whole: Number.MAX_SAFE_INTEGER, real: 1e300 }),
    ]);
    expect(results.map((row) => row?.whole)).toEqual([
      42,
      wide,
      -(2n ** 63n),
      Number.MAX_SAFE_INTEGER,
    ]);
    const rows = await store.call("cells", undefined);
    expect(rows.map((row) => row.whole)).toEqual(results.map((row) => row?.whole));
    expect(rows.map((row) => row.real)).toEqual([0.5, -1.5, 0, 1e300]);
  });

  test("passes whole numbers as integers, so that they divide as integers", async () => {
    const store = await newStore();
    expect(await store.call("divide", 2)).toBe(3);
  });

  test("refuses a number that is not finite instead of storing null", async () => {
    const store = await newStore();
    const cell = { id: 1, whole: 1, real: Number.NaN };
    expect((await faultOf(store.call("putCell", cell))).message).toContain("finite");
    expect(await store.call("cells", undefined)).toEqual([]);
  });
}

function describeMisuse(newStore: NewStore): void {
  test("refuses a procedure it does not have, and goes on", async () => {
    const store = await newStore();
    const unknown = store.call("toString" as "items", undefined);
    expect((await faultOf(unknown)).message).toContain('no procedure "toString"');
    await store.call("put", item(1));
    expect(await ids(store)).toEqual([1]);
  });

  test("refuses statements that would end the transaction, or several in one call", async () => {
    const store = await newStore();
    const [ending, several, other] = await Promise.allSettled([
      store.call("endTransaction", undefined),
      store.call("twoStatements", undefined),
      store.call("put", item(1)),
    ]);
    expect([ending?.status, several?.status, other?.status]).toEqual([
      "rejected",
      "rejected",
      "fulfilled",
    ]);
  });

  test("refuses a write in a procedure that was declared to read", async () => {
    const store = await newStore();
    expect((await faultOf(store.call("writeWhileReading", item(1)))).code).toBe("STORE");
    expect(await ids(store)).toEqual([]);
  });

  test("tells only its own caller that arguments or a result are no data", async () => {
    const store = await newStore();
    const [badArgs, good, badResult] = await Promise.allSettled([
      store.call("put", { id: 1, label: "x", body: (() => 1) as unknown as null }),
      store.call("put", item(2)),
      store.call("returnFunction", item(3)),
    ]);
    expect([badArgs?.status, good?.status, badResult?.status]).toEqual([
      "rejected",
      "fulfilled",
      "rejected",
    ]);
    expect(await ids(store)).toContain(2);
  });
}
