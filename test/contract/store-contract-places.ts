/** The part of the store contract about opening, closing, killing and opening again. */
import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { expect, test } from "vitest";
import { faultOf, ids, item, type NewPlace, type Opened } from "./store-harness.ts";

/** Part of the contract. */
export function describeClosing(newPlace: NewPlace, opened: Opened): void {
  test("finishes what was called before it closes, and refuses what comes after", async () => {
    const place = await newPlace();
    const store = await place.open();
    const calls = Array.from({ length: 200 }, (_, index) => store.call("put", item(index + 1)));
    const closing = store.close();
    expect((await faultOf(store.call("put", item(1_000)))).message).toContain("closed");
    await Promise.all(calls);
    await closing;
    await store.close();
    expect((await ids(await opened(place))).length).toBe(200);
  });
}

/** Part of the contract. */
export function describeReading(newPlace: NewPlace, opened: Opened): void {
  test("can be read while it is open elsewhere, and shows one state", async () => {
    const place = await newPlace();
    const store = await opened(place);
    await store.call("putAll", [item(1), item(2)]);
    const reader = await place.openReadOnly();
    expect(await ids(reader)).toEqual([1, 2]);
    await store.call("put", item(3));
    expect(await ids(reader)).toEqual([1, 2, 3]);
    await reader.close();
  });

  test("refuses writing calls when it was opened for reading only", async () => {
    const place = await newPlace();
    await (await place.open()).close();
    const reader = await place.openReadOnly();
    const fault = await faultOf(reader.call("put", item(1)));
    expect(fault.message).toContain("reading only");
    expect(await ids(reader)).toEqual([]);
    await reader.close();
  });

  test("is not created by opening it for reading only", async () => {
    const place = await newPlace();
    const fault = await faultOf(place.openReadOnly());
    expect([fault.code, fault.remedy !== ""]).toEqual(["DATA_FOLDER", true]);
    await (await place.open()).close();
  });
}

/** Part of the contract. */
export function describeMigrations(newPlace: NewPlace, opened: Opened): void {
  test("takes the steps it lacks, on filled tables, and keeps what they hold", async () => {
    const place = await newPlace();
    const before = await place.open();
    await before.call("putAll", [item(1), item(2)]);
    await before.close();
    const after = await opened(place, "later");
    expect(await ids(after)).toEqual([1, 2]);
    await after.call("put", item(3));
    expect(await ids(after)).toEqual([1, 2, 3]);
  });

  test("refuses a store that is newer than the program", async () => {
    const place = await newPlace();
    await (await place.open("later")).close();
    const fault = await faultOf(place.open("first"));
    expect([fault.code, fault.remedy !== ""]).toEqual(["DATA_FOLDER", true]);
    expect(fault.message).toContain("newer");
    await (await place.open("later")).close();
  });

  test("refuses to read a store that is older than the program", async () => {
    const place = await newPlace();
    await (await place.open("first")).close();
    expect((await faultOf(place.openReadOnly("later"))).code).toBe("DATA_FOLDER");
  });

  test("refuses a store of another kind and leaves it as it is", async () => {
    const place = await newPlace();
    const store = await place.open();
    await store.call("put", item(1));
    await store.close();
    const fault = await faultOf(place.open("other"));
    expect([fault.code, fault.remedy !== ""]).toEqual(["DATA_FOLDER", true]);
    expect(await ids(await opened(place))).toEqual([1]);
  });

  test("takes back a step that fails half way, and stays usable", async () => {
    const place = await newPlace();
    await (await place.open()).close();
    expect((await faultOf(place.open("failing"))).message).toContain("impossible");
    await (await place.open("later")).close();
  });
}

/** Part of the contract. */
export function describeDurability(newPlace: NewPlace, opened: Opened): void {
  test("has every call it acknowledged after its process was killed, three times", async () => {
    const place = await newPlace();
    const acknowledged: number[] = [];
    for (const [round, wanted] of [25, 60, 120].entries()) {
      const firstId = (round + 1) * 100_000;
      acknowledged.push(...(await writeAndKill(place.startWriter(firstId), wanted)));
    }
    const found = new Set(await ids(await opened(place)));
    expect(acknowledged.length).toBeGreaterThanOrEqual(205);
    expect(acknowledged.filter((id) => !found.has(id))).toEqual([]);
    // A call wrote two items: never one of them alone.
    const halves = [...found].filter((id) => !found.has(id % 2 === 0 ? id + 1 : id - 1));
    expect(halves).toEqual([]);
  });
}

/** Lets a writer acknowledge so many calls, kills it in the middle of the next ones. */
async function writeAndKill(child: ChildProcess, wanted: number): Promise<number[]> {
  const acknowledged: number[] = [];
  const exited = once(child, "exit");
  if (child.stdout === null) throw new TypeError("the writer has no output");
  for await (const line of createInterface({ input: child.stdout })) {
    acknowledged.push(Number(line));
    if (acknowledged.length === wanted) child.kill("SIGKILL");
  }
  await exited;
  return acknowledged;
}
