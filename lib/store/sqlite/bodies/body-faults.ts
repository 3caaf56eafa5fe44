import { TracepostError } from "#errors";
import { sqliteFault } from "../sqlite-faults.ts";

/** What the disk said of a body file; what SQLite said is said as ever. */
export function bodyFault(caught: unknown, name: string): TracepostError {
  const { code } = caught as NodeJS.ErrnoException;
  const isOfDisk = caught instanceof Error && typeof code === "string" && "syscall" in caught;
  if (!isOfDisk) return sqliteFault(caught);
  return new TracepostError("STORE", `the body file ${name} failed (${code})`, {
    cause: caught,
    remedy: "Look at the disk: it is full, gone or failing. Nothing unfinished was kept.",
  });
}

/** A body that cannot be had again. */
export function unreadableBody(message: string, cause?: unknown): TracepostError {
  return new TracepostError("STORE", message, { cause });
}
