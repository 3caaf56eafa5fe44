import { connectClaimsAdmin } from "#bus";
import type { Clock } from "#runtime";
import type { RegisterView } from "#trust";
import { readStoragePlan } from "../provision/authority-files.ts";
import { operatorConnection } from "../provision/operator-connection.ts";
import { roomIn } from "../provision/storage-plan.ts";
import { doSteps, type StepTools } from "./do-steps.ts";
import { checkRoom, planReconcile, RECONCILE_ORDER, type ReconcileStep } from "./plan.ts";
import { type CarrierPlace, standingsOf } from "./standings.ts";

/** Which server is to follow which register. */
export interface ReconcileOptions extends CarrierPlace {
  readonly register: Pick<RegisterView, "participants">;
  /** The same as it was published. */
  readonly registerBytes: Uint8Array;
  readonly clock: Clock;
}

/** What has to be done, and what does it. */
export interface Reconciliation {
  readonly steps: readonly ReconcileStep[];
  /** Does the steps, one kind after the other; `onStep` is told of each that is done. */
  apply(onStep?: (step: ReconcileStep) => void): Promise<void>;
  close(): Promise<void>;
}

/**
 * Compares NATS with the register (TP-RUN-8). The plan is shown before anything is done. A run that
 * is interrupted leaves each participant as far as it came; the next plan holds the rest. Throws
 * TracepostError DATA_FOLDER, KEY_FILE or TRANSPORT, INPUT_INVALID where there is no room for all;
 * a step that threw is not done.
 */
export async function openReconciliation(options: ReconcileOptions): Promise<Reconciliation> {
  const { clock, natsUrl, paths, register, registerBytes } = options;
  const claims = await connectClaimsAdmin(operatorConnection(paths, natsUrl, "reconciler"));
  try {
    const standings = await standingsOf({ natsUrl, paths }, claims);
    const steps = planReconcile(register, standings);
    checkRoom(steps, standings, roomIn(await readStoragePlan(paths)));
    const tools: StepTools = { claims, clock, natsUrl, paths, register, registerBytes };
    return {
      steps,
      apply: async (onStep = () => undefined) => await applyAll(steps, tools, onStep),
      close: () => claims.close(),
    };
  } catch (caught) {
    await claims.close();
    throw caught;
  }
}

/** All of one kind before the next: an account is there before others import it. */
async function applyAll(
  steps: readonly ReconcileStep[],
  tools: StepTools,
  onStep: (step: ReconcileStep) => void,
): Promise<void> {
  for (const action of RECONCILE_ORDER) {
    const participants = steps
      .filter((step) => step.action === action)
      .map(({ participant }) => participant);
    if (participants.length === 0) continue;
    await doSteps(action, participants, tools, (participant) => onStep({ action, participant }));
  }
}
