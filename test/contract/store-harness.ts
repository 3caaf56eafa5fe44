/** What the parts of the store contract share. */
import type { ChildProcess } from "node:child_process";
import { expect } from "vitest";
import { TracepostError } from "#errors";
import type { Database } from "#runtime";
import type { ContractProcedures, Item } from "./store-fixture.ts";

/** Which definition a place is opened with; see the fixtures. */
export type FixtureVersion = "first" | "later" | "failing" | "other";

/** The modules of the definitions. */
export const FIXTURES: Readonly<Record<FixtureVersion, URL>> = {
  first: new URL("./store-fixture.ts", import.meta.url),
  later: new URL("./store-fixture-later.ts", import.meta.url),
  failing: new URL("./store-fixture-failing.ts", import.meta.url),
  other: new URL("./store-fixture-other.ts", import.meta.url),
};

/** Where one store lies. */
export interface StorePlace {
  open(version?: FixtureVersion): Promise<Database<ContractProcedures>>;
  openReadOnly(version?: FixtureVersion): Promise<Database<ContractProcedures>>;
  /** Starts a process that writes pairs of items from `firstId` on, and prints what it was told. */
  startWriter(firstId: number): ChildProcess;
  /** Removes what was stored. */
  remove(): Promise<void>;
}

/** How the suite gets at an implementation. */
export interface StoreHarness {
  readonly name: string;
  /** A place where no store is yet. */
  newPlace(): Promise<StorePlace>;
}

/** An item without a body. */
export const item = (id: number, label = `label ${id}`): Item => ({ id, label, body: null });

/** Ids of all items, ascending. */
export const ids = async (store: Database<ContractProcedures>): Promise<number[]> =>
  (await store.call("items", undefined)).map((row) => row.id);

/** The fault a call ends with. */
export const faultOf = async (work: Promise<unknown>): Promise<TracepostError> => {
  const caught: unknown = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(caught).toBeInstanceOf(TracepostError);
  return caught as TracepostError;
};

export type NewStore = () => Promise<Database<ContractProcedures>>;
export type NewPlace = () => Promise<StorePlace>;
export type Opened = (
  place: StorePlace,
  version?: FixtureVersion,
) => Promise<Database<ContractProcedures>>;
