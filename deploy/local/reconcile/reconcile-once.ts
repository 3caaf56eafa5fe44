import { TracepostError } from "#errors";
import type { Clock } from "#runtime";
import type { VerifiedRegister } from "#trust";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import { writePrivateFile } from "../folder/private-files.ts";
import { lockNats } from "./nats-lock.ts";
import type { ReconcileStep } from "./plan.ts";
import { openReconciliation } from "./reconcile.ts";
import { reconciledVersion } from "./reconciled-version.ts";
import type { CarrierPlace } from "./standings.ts";

/** Which server is to follow which version, once. */
export interface ReconcileOnce extends CarrierPlace {
  readonly register: Pick<VerifiedRegister, "bytes" | "view">;
  readonly clock: Clock;
  /** Makes the plan and does nothing. */
  readonly planOnly: boolean;
}

/**
 * Has NATS follow a version of the register, and gives the steps of the plan; `onPlan` is told of
 * them before the first is done. Two never work at a time: each would issue an account of its own.
 * Throws TracepostError UNAVAILABLE when another one does not end, VERIFICATION for a version older
 * than the one NATS follows, and as `openReconciliation`.
 */
export async function reconcileOnce(
  { clock, natsUrl, paths, planOnly, register }: ReconcileOnce,
  onPlan: (steps: readonly ReconcileStep[]) => void,
): Promise<readonly ReconcileStep[]> {
  const lock = await lockNats(paths, clock);
  try {
    const { bytes, view } = register;
    await refuseOlder(paths, view.version);
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

/** An older one would cut off who was admitted since; its signatures hold as ever. */
async function refuseOlder(paths: ExchangePaths, version: bigint): Promise<void> {
  const followed = await reconciledVersion(paths);
  if (version >= followed) return;
  const message = `register version ${version} is older than the one NATS follows, ${followed}`;
  throw new TracepostError("VERIFICATION", message, {
    remedy: "Find out why the gateway hands it out: tracepost register verify, and its log.",
  });
}
