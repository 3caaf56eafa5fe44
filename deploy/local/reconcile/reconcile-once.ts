import { TracepostError } from "#errors";
import { type Clock, PROCESS_LIMITS } from "#runtime";
import type { VerifiedRegister } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { type FolderLock, lockFolder } from "../supervisor/folder-lock.ts";
import type { ReconcileStep } from "./plan.ts";
import { openReconciliation } from "./reconcile.ts";
import type { CarrierPlace } from "./standings.ts";

/** Which server is to follow which version, once. */
export interface ReconcileOnce extends CarrierPlace {
  readonly register: Pick<VerifiedRegister, "bytes" | "view">;
  readonly clock: Clock;
  /** Makes the plan and does nothing. */
  readonly planOnly: boolean;
}

const POLL_MS = 100;

/**
 * Has NATS follow a version of the register, and gives the steps of the plan; `onPlan` is told of
 * them before the first is done. Two never work at a time: each would issue an account of its own.
 * Throws TracepostError UNAVAILABLE when another one does not end, and as `openReconciliation`.
 */
export async function reconcileOnce(
  { clock, natsUrl, paths, planOnly, register }: ReconcileOnce,
  onPlan: (steps: readonly ReconcileStep[]) => void,
): Promise<readonly ReconcileStep[]> {
  const lock = await lockNats(paths, clock);
  try {
    const { bytes, view } = register;
    const reconciliation = await openReconciliation({
      ...{ clock, natsUrl, paths },
      register: view,
      registerBytes: bytes,
    });
    try {
      onPlan(reconciliation.steps);
      if (!planOnly) {
        await reconciliation.apply();
        await writePrivateFile(paths.run.reconciled, `${view.version}\n`);
      }
      return reconciliation.steps;
    } finally {
      await reconciliation.close();
    }
  } finally {
    await lock.release();
  }
}

/** Waits for who has it; takes it over from who is gone. */
async function lockNats(paths: ExchangePaths, clock: Clock): Promise<FolderLock> {
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
        const message = "another process has NATS follow the register, and does not end";
        throw new TracepostError("UNAVAILABLE", message, {
          problems: TracepostError.from(caught).problems,
          remedy: "Wait for it, or end it; what it has left is done by the next run.",
        });
      }
    }
    await new Promise((wake) => setTimeout(wake, POLL_MS));
  }
}
