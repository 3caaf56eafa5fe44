/**
 * How a service keeps things: named procedures, each of which runs as one transaction beside the
 * data. Declared here because the gateway, the services and lib/post share it; lib/store implements
 * it, on SQLite and on PostgreSQL, in a worker thread.
 */

/** What a column can hold. */
export type SqlValue = null | number | bigint | string | Uint8Array;

/** A row as the store returns it: integers as number unless too large, blobs as Uint8Array. */
export type SqlRow = Record<string, SqlValue>;

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

/** What a service's `store.ts` exports as `store`: its tables and its procedures. */
export interface StoreDefinition<P extends Record<string, Procedure> = Record<string, Procedure>> {
  /** Kind of store, written into the file; another kind is refused. */
  readonly name: string;
  readonly migrations: readonly Migration[];
  readonly procedures: P;
  /** Names of procedures that only read; they wait for no commit. */
  readonly readOnly?: readonly (keyof P & string)[];
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
