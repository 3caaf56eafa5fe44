import { setTimeout as pause } from "node:timers/promises";
import { TracepostError } from "#errors";
import { type Clock, PROCESS_LIMITS } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { type FolderLock, lockFolder } from "../supervisor/folder-lock.ts";

const POLL_MS = 100;

/**
 * Makes sure that nobody else changes accounts of NATS until it is released: an account is read,
 * edited and put back whole, so that of two edits at a time the later would undo the other, and let
 * in again who was revoked. Waits for who has it; takes it over from who is gone. Throws
 * TracepostError UNAVAILABLE when another one does not end.
 */
export async function lockNats(paths: ExchangePaths, clock: Clock): Promise<FolderLock> {
  const deadline = clock.now() + PROCESS_LIMITS.reconcileWaitMs;
  for (;;) {
    try {
      const lock = await lockFolder(paths.run.reconcileLock, paths.dataDir);
      await lock.confirm();
      return lock;
    } catch (caught) {
      const isTaken = TracepostError.from(caught).code === "UNAVAILABLE";
      if (!isTaken) throw caught;
      if (clock.now() > deadline) {
        const message = "another process changes accounts of NATS, and does not end";
        throw new TracepostError("UNAVAILABLE", message, {
          problems: TracepostError.from(caught).problems,
          remedy: "Wait for it, or end it; what it has left is done by the next run.",
        });
      }
    }
    await pause(POLL_MS);
  }
}
