/**
 * How a service keeps things: named procedures, each of which runs as one transaction beside the
 * data. Declared here because the gateway, the services and lib/post share it; lib/store implements
 * it, on SQLite and on PostgreSQL, in a worker thread.
 */

/** What a column can hold. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** A row as the store returns it: integers as number unless too large, blobs as Uint8Array. */
export type SqlRow = Record<string, SqlValue>;

/** Where a body lies beside the rows (TP-STORE-11). */
export interface BodyPlace {
  /** Number of its file. */
  readonly file: number;
  /** First byte of it in the file, its frame included. */
  readonly at: number;
  /** Bytes of the body, without the frame. */
  readonly bytes: number;
}

/** What bodies of one file have in common: they end about the same time. */
export interface BodyGroup {
  /** Retention class: `a-z`, digits and `-`; anything else counts as `other`. */
  readonly label: string;
  /** Month in UTC, `YYYY-MM`. */
  readonly month: string;
}

/** Bodies in files beside the rows, kept and dropped with the transaction. */
export interface Bodies {
  /** Keeps a body in the file of its group; `key` is the number of its row. */
  keep(group: BodyGroup, key: number, content: Uint8Array): Promise<BodyPlace>;
  /**
   * Reads a body again. Throws TracepostError STORE, naming the file, when it is gone, cut, garbled
   * or the body of another row; the transaction goes on.
   */
  read(place: BodyPlace, key: number): Promise<Uint8Array>;
  /** Lets go of a body; its bytes are overwritten by the next `scrub` of the store. */
  drop(place: BodyPlace): Promise<void>;
  /** Files that are missing or shorter than what was committed, each as a sentence. */
  problems(): Promise<readonly string[]>;
}

/**
 * One open transaction. Statements run in the order of the calls; all or none of them last.
 * Placeholders are `?`, in order. A procedure must await each call before it returns.
 * A statement that fails fails the whole procedure, even when that catches the fault: write
 * ON CONFLICT where a conflict is expected. One call runs one statement, never BEGIN or COMMIT.
 */
export interface Transaction {
  /** First row, or undefined. */
  get<R extends SqlRow = SqlRow>(sql: string, ...params: SqlValue[]): Promise<R | undefined>;
  /** All rows; callers bound them with LIMIT. */
  all<R extends SqlRow = SqlRow>(sql: string, ...params: SqlValue[]): Promise<R[]>;
  /** Runs a statement; returns how many rows it changed. */
  run(sql: string, ...params: SqlValue[]): Promise<number>;
  /**
   * The same where nobody asks how many: a store on a server waits for no answer. Where it fails, a
   * later call fails with its fault, or the procedure at its end.
   */
  write(sql: string, ...params: SqlValue[]): Promise<void>;
  /** Files for bodies; undefined on a store that keeps every byte in its rows. */
  readonly bodies?: Bodies | undefined;
}

/**
 * A procedure: reads and writes through its transaction, nothing else; it may run again after a
 * failure, so it has no other effect. Arguments and result must be structured-cloneable.
 */
// biome-ignore lint/suspicious/noExplicitAny: procedures differ in their arguments; callers see each exact type
export type Procedure = (tx: Transaction, args: any) => Promise<any>;

/** One forward-only step of the schema. `sql` may hold several statements. */
export interface Migration {
  /** 1, 2, 3 … without a hole. */
  readonly version: number;
  /** What it is for, few words. */
  readonly name: string;
  readonly sql: string;
}

/** The table whose rows may have their bodies in files, and its columns. */
export interface BodyTable {
  readonly table: string;
  /** Number of the row. */
  readonly key: string;
  /** The body itself, where it is in the row; empty where it is in a file. */
  readonly content: string;
  /** File, first byte and size as in {@link BodyPlace}; null, null and 0 where it is in the row. */
  readonly file: string;
  readonly at: string;
  readonly bytes: string;
}

/** What a service's `store.ts` exports as `store`: its tables and its procedures. */
export interface StoreDefinition<P extends Record<string, Procedure> = Record<string, Procedure>> {
  /** Kind of store, written into the file; another kind is refused. */
  readonly name: string;
  readonly migrations: readonly Migration[];
  readonly procedures: P;
  /** Names of procedures that only read; they wait for no commit. */
  readonly readOnly?: readonly (keyof P & string)[];
  /** Where bodies may lie in files, on a store that has such. */
  readonly bodies?: BodyTable;
}

/** Arguments of a procedure. */
export type ArgsOf<P extends Procedure> = Parameters<P>[1];
/** What a procedure returns. */
export type ResultOf<P extends Procedure> = Awaited<ReturnType<P>>;

/**
 * An open store. Calls made at the same time share one commit (group commit), in the order they
 * were made; each is atomic by itself: one that throws leaves nothing and harms no other.
 */
export interface Database<P extends Record<string, Procedure> = Record<string, Procedure>> {
  /**
   * Runs a procedure. Settles after its transaction is durable (fsync). Throws TracepostError
   * STORE.
   */
  call<K extends keyof P & string>(name: K, args: ArgsOf<P[K]>): Promise<ResultOf<P[K]>>;
  /**
   * Cleans the files up, so that no byte of what was deleted before is left in them, as far as the
   * store can. False: somebody reads it; try again later.
   */
  scrub(): Promise<boolean>;
  /** Finishes what was called, then closes. */
  close(): Promise<void>;
}
