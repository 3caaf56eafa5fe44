import { randomUUID } from "node:crypto";
import { link, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { TracepostError } from "#errors";
import { makePrivateFolder } from "../folder/private-files.ts";
import { startMarkOf } from "./process-identity.ts";

/** Attempts to take a lock whose owner is gone; each fails only if somebody else took it. */
const ATTEMPTS_MAX = 5;

/** Who holds a folder. */
interface Owner {
  readonly pid: number;
  readonly startMark: string;
  /** Tells two takings by the same process apart. */
  readonly token: string;
}

/** A folder that is ours alone until it is released. */
export interface FolderLock {
  /**
   * Makes sure that it is still ours. Two that find a dead owner's lock at the same moment may both
   * believe they took it; a moment later all but one of them see that they did not. To be called
   * once more right before the first process is started.
   */
  confirm(): Promise<void>;
  release(): Promise<void>;
}

/**
 * Takes a data folder for this process. A lock of a process that is gone is taken over. Throws
 * TracepostError UNAVAILABLE when a living process has it.
 */
export async function lockFolder(lockFile: string, dataDir: string): Promise<FolderLock> {
  await makePrivateFolder(dirname(lockFile));
  const startMark = (await startMarkOf(process.pid)) ?? "";
  const own: Owner = { pid: process.pid, startMark, token: randomUUID() };
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    if (await create(lockFile, own)) {
      return {
        confirm: async () => {
          const owner = await readOwner(lockFile);
          if (owner?.token !== own.token) throw taken(dataDir, owner);
        },
        release: async () => {
          const owner = await readOwner(lockFile);
          if (owner?.token === own.token) await rm(lockFile, { force: true });
        },
      };
    }
    const owner = await readOwner(lockFile);
    if (owner !== undefined && (await startMarkOf(owner.pid)) === owner.startMark) {
      throw taken(dataDir, owner);
    }
    await removeDead(lockFile, owner, own.token);
  }
  throw taken(dataDir, await readOwner(lockFile));
}

/**
 * Removes a dead owner's lock, and only this one: it is moved aside first, and put back if it turns
 * out that somebody else has taken the folder since it was read.
 */
async function removeDead(lockFile: string, dead: Owner | undefined, token: string): Promise<void> {
  const aside = `${lockFile}.${token}`;
  try {
    await rename(lockFile, aside);
  } catch {
    // Another process was faster; the next attempt sees what it left.
    return;
  }
  const moved = await readOwner(aside);
  if (moved?.token !== dead?.token) await link(aside, lockFile).catch(() => undefined);
  await rm(aside, { force: true });
}

async function create(lockFile: string, owner: Owner): Promise<boolean> {
  try {
    await writeFile(lockFile, JSON.stringify(owner), { flag: "wx", mode: 0o600 });
    return true;
  } catch (caught) {
    if ((caught as NodeJS.ErrnoException).code === "EEXIST") return false;
    throw new TracepostError("DATA_FOLDER", `${lockFile} cannot be written`, {
      cause: caught,
      remedy: "Check the rights and the free space of the folder.",
    });
  }
}

/** Undefined when there is none, or its writer died while writing it. */
async function readOwner(lockFile: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(lockFile, "utf8")) as Owner;
  } catch {
    return undefined;
  }
}

function taken(dataDir: string, owner: Owner | undefined): TracepostError {
  const who = owner === undefined ? "another process" : `process ${owner.pid}`;
  return new TracepostError("UNAVAILABLE", `the exchange in ${dataDir} is running already`, {
    problems: [`it was started by ${who}`],
    remedy:
      "Use the one that runs, stop it with `tracepost exchange down --data DIR`, or name another " +
      "folder with --data.",
  });
}
