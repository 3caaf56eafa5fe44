/** The newest checkpoint with a quorum that this participant was shown, in its data folder. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { parseCheckpoint, type TreeHead } from "#message-log";

/** Its file. */
export const COSIGNED = "log-cosigned.checkpoint";

/**
 * That checkpoint, if it is of the log of this name. It was judged before it was kept, and counts
 * as it is: a register of later on may name other witnesses or keys, and takes nothing back
 * (TP-SUCC-6). Throws TracepostError VERIFICATION when it is there and cannot be read.
 */
export async function keptCosigned(dataDir: string, origin: string): Promise<TreeHead | undefined> {
  const file = join(dataDir, COSIGNED);
  const note = await readFile(file, "utf8").catch((caught: NodeJS.ErrnoException) => {
    if (caught.code === "ENOENT") return undefined;
    throw unreadable(file, caught);
  });
  if (note === undefined) return undefined;
  const head = parseCheckpoint(note);
  if (head === undefined) throw unreadable(file);
  return head.origin === origin ? head : undefined;
}

function unreadable(file: string, cause?: Error): TracepostError {
  return new TracepostError("VERIFICATION", `${file} cannot be read as a checkpoint`, {
    cause,
    remedy: "Mend its permissions, or put it back from a backup: it says how far the log is known.",
  });
}
