import { createHash } from "node:crypto";
import { SCENARIO_LIMITS, Semaphore } from "#runtime";
import type { FocalPoints } from "./focal-points.ts";
import { inventRegisters } from "./made-up-register.ts";
import type { ScenarioPlan } from "./plan.ts";
import type { PlannedRequest } from "./planned-request.ts";
import { toTraceBody } from "./trace-request.ts";

/** A request that the requesting State's focal point has taken. */
export interface SubmittedRequest extends PlannedRequest {
  readonly caseId: string;
}

/** Fills the made-up registers of the requested States. Importing twice changes nothing. */
export async function fillRegisters(plan: ScenarioPlan, focalPoints: FocalPoints): Promise<void> {
  const registers = [...inventRegisters(plan.requests, plan.alertCast)];
  await Promise.all(registers.map(([state, records]) => focalPoints.importRecords(state, records)));
}

/**
 * Hands every request to its focal point, a bounded number at a time. Each has an idempotency key
 * made of the input and its ref: handed in again, it is the same request.
 */
export async function submitRequests(
  plan: ScenarioPlan,
  startedAtMs: number,
  focalPoints: FocalPoints,
  signal: AbortSignal,
): Promise<SubmittedRequest[]> {
  const permits = new Semaphore(SCENARIO_LIMITS.submitInFlightMax);
  return await Promise.all(
    plan.requests.map((request) =>
      permits.run(async () => {
        signal.throwIfAborted();
        const key = idempotencyKey(plan.inputDigest, request.row.ref);
        const body = toTraceBody(request, startedAtMs);
        const { caseId } = await focalPoints.submit(request.from, body, key);
        return { ...request, caseId };
      }),
    ),
  );
}

/** Key of an act of the scenario on an input: done again, it is the same act. */
export function idempotencyKey(inputDigest: string, ref: string): string {
  return createHash("sha256").update(`${inputDigest}\n${ref}`).digest("hex");
}
