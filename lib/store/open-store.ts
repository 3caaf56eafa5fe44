import type { Database, Procedure, StorePlace, Transaction } from "#runtime";
import { openSqliteReader, readSqliteFile } from "./sqlite/sqlite-reader.ts";
import { ThreadStore } from "./thread/thread-store.ts";

/** Where a store lies and what it can do. */
export interface StoreOptions {
  readonly place: StorePlace;
  /** Module that exports `store`, a StoreDefinition; it runs in the store's thread. */
  readonly module: URL;
  /** Only the procedures named in `readOnly` can be called; the store must exist. */
  readonly readOnly?: boolean;
}

/**
 * Opens a store, creating it or bringing its schema up to date (TP-STORE-1). Throws DATA_FOLDER
 * for a place that is foreign, damaged or newer than this program, and for a read-only one that is
 * missing or older; STORE when the disk or the server says no.
 */
export async function openStore<P extends Record<string, Procedure>>(
  options: StoreOptions,
): Promise<Database<P>> {
  const store = new ThreadStore<P>({
    place: options.place,
    module: options.module.href,
    readOnly: options.readOnly ?? false,
  });
  await store.opened;
  return store;
}

/** {@link openStore} on an SQLite file. */
export async function openSqliteStore<P extends Record<string, Procedure>>(options: {
  readonly file: string;
  readonly module: URL;
}): Promise<Database<P>> {
  const { file, module } = options;
  return await openStore<P>({ place: { kind: "sqlite", file }, module });
}

/** Opens an SQLite file for reading only, also while a service has it open. */
export async function readSqlite<P extends Record<string, Procedure>>(
  file: string,
  module: URL,
): Promise<Database<P>> {
  return await openStore<P>({ place: { kind: "sqlite", file }, module, readOnly: true });
}

/**
 * Runs `work` on one state of a store of any kind, also while a service has it open; for commands,
 * never for a service. Throws TracepostError DATA_FOLDER when it is absent, foreign or damaged.
 */
export async function readStore<T>(
  place: StorePlace,
  work: (tx: Transaction) => Promise<T>,
): Promise<T> {
  if (place.kind === "sqlite") return await readSqliteFile(place.file, work);
  // Loaded only where it is used.
  const { readPostgres } = await import("./postgres/postgres-reader.ts");
  return await readPostgres(place, work);
}

/** A store of any kind, to be looked into several times; for commands, never for a service. */
export interface StoreReader {
  /** Runs `work` on one state of the store. */
  read<T>(work: (tx: Transaction) => Promise<T>): Promise<T>;
  /** Lets go of it. */
  close(): void;
}

/** Opens a store to look into. Throws as {@link readStore}, at the latest at the first look. */
export function readerOf(place: StorePlace): StoreReader {
  if (place.kind === "sqlite") return openSqliteReader(place.file);
  return { read: (work) => readStore(place, work), close: () => undefined };
}

/**
 * Whether a server answers and can hold a store; a file is asked nothing. Throws TracepostError
 * STORE or DATA_FOLDER.
 */
export async function probePlace(place: StorePlace): Promise<void> {
  if (place.kind === "sqlite") return;
  const { probePostgres } = await import("./postgres/postgres-reader.ts");
  await probePostgres(place);
}
