import { readFile } from "node:fs/promises";
import { TracepostError } from "#errors";

/** User and group a program is run as. */
export interface ServerUser {
  readonly uid: number;
  readonly gid: number;
}

/** Users of a machine that own nothing else, the best one first. */
const USERS = ["postgres", "nobody"];

/**
 * Whom PostgreSQL is run as: it refuses to be root's. Undefined: whoever runs this program. Throws
 * TracepostError MISSING_DEPENDENCY when root has nobody else.
 */
export async function serverUser(): Promise<ServerUser | undefined> {
  if (process.geteuid?.() !== 0) return undefined;
  const lines = (await readFile("/etc/passwd", "utf8")).split("\n").map((line) => line.split(":"));
  for (const name of USERS) {
    const [, , uid, gid] = lines.find(([user]) => user === name) ?? [];
    if (uid !== undefined && gid !== undefined) return { uid: Number(uid), gid: Number(gid) };
  }
  throw new TracepostError("MISSING_DEPENDENCY", "PostgreSQL does not run as root", {
    remedy: `Run this as another user, or make a user called ${USERS[0]}.`,
  });
}
