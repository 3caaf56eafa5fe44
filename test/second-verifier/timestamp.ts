import { createHash } from "node:crypto";
import { fromBase64, type KnownHead, openKnownCheckpoint } from "./checkpoint.ts";
import { demandConsistency } from "./merkle.ts";
import type { KnownRegister } from "./register.ts";
import { demand } from "./untrue.ts";

/** A time-stamp of a bag that holds. */
export interface KnownTimestamp {
  /** Entries of the log that existed then. */
  readonly size: number;
  /** Time in the token, in milliseconds since 1970. */
  readonly atMs: number;
  /** SHA-256 of the root certificate, in hex. */
  readonly root: string;
}

/** A time-stamp as it lies in a bag: files by their endings. */
export interface StampFiles {
  readonly checkpoint: Buffer;
  readonly token: Buffer;
  readonly root: Buffer;
  readonly consistency: Buffer;
}

/** Whether a token holds as of its own time, under its root alone: others have to say. */
export type TokenCheck = (files: StampFiles, atMs: number) => boolean;

/** Opens a time-stamp, whose checkpoint must be of the same log as a tree that is known. */
export function openKnownTimestamp(
  files: StampFiles,
  { known, register }: { readonly known: KnownHead; readonly register: KnownRegister },
  holds: TokenCheck,
): KnownTimestamp {
  const head = openKnownCheckpoint(files.checkpoint.toString("utf8"), register);
  const hashes = files.consistency.toString("utf8").split("\n").slice(0, -1).map(fromBase64);
  const [first, second] = head.size <= known.size ? [head, known] : [known, head];
  demandConsistency(first, second, hashes);
  const atMs = timeIn(files.token);
  demand(holds(files, atMs), "the token does not hold");
  const root = createHash("sha256").update(files.root).digest("hex");
  return { size: Number(head.size), atMs, root };
}

/** The first time of 14 digits in a token is that of its TSTInfo, before any certificate. */
function timeIn(token: Buffer): number {
  const found = /(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d(?:\.\d+)?)Z/u.exec(token.toString("latin1"));
  demand(found !== null, "the token has no time");
  const [, year, month, day, hour, minute, second] = found;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}
