import { TracepostError } from "#errors";

/** Primary result codes of SQLite that somebody can do something about. */
const REMEDIES: ReadonlyMap<number, string> = new Map([
  [5, "Another process is writing to the store; stop it, or wait until it is done."],
  [8, "Make the data folder writable for this user."],
  [10, "Look at the disk: it is full, gone or failing. Nothing unfinished was kept."],
  [11, "Restore the data folder from a backup; the file is damaged."],
  [13, "Free space on the disk. Nothing unfinished was kept."],
  [14, "Check that the data folder exists and is writable for this user."],
  [26, "Restore the data folder from a backup; the file is no store."],
]);

/** SQLite's extended result code of what was caught; undefined when SQLite did not throw it. */
export function sqliteCode(caught: unknown): number | undefined {
  if (!(caught instanceof Error) || !("errcode" in caught)) return undefined;
  return typeof caught.errcode === "number" ? caught.errcode : undefined;
}

/** Whether a constraint said no, as opposed to the disk or the file. */
export function isConstraintFault(caught: unknown): boolean {
  const code = sqliteCode(caught);
  return code !== undefined && primary(code) === 19;
}

/** Whether another connection is in the way. */
export function isBusy(caught: unknown): boolean {
  const code = sqliteCode(caught);
  return code !== undefined && (primary(code) === 5 || primary(code) === 6);
}

/** Whether the file's content is what failed: corrupt, or no database. */
export function isDamage(caught: unknown): boolean {
  const code = sqliteCode(caught);
  return code !== undefined && (primary(code) === 11 || primary(code) === 26);
}

/** Wraps what SQLite or a procedure threw as TracepostError STORE. */
export function sqliteFault(caught: unknown): TracepostError {
  if (caught instanceof TracepostError) return caught;
  const code = sqliteCode(caught);
  if (code === undefined) return TracepostError.from(caught, "STORE");
  const message = caught instanceof Error ? caught.message : String(caught);
  const remedy = REMEDIES.get(primary(code));
  return new TracepostError("STORE", `${message} (SQLite ${code})`, {
    cause: caught,
    ...(remedy === undefined ? {} : { remedy }),
  });
}

function primary(code: number): number {
  return code & 0xff;
}
