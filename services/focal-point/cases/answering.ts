import { Pump, type PumpTurn } from "#post";
import type { Clock, Database, Logger, Timers } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";
import type { Replier } from "./reply-handling.ts";

/** What answering needs. */
export interface AnsweringDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly replier: Replier;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Told after answers were drafted. */
  readonly onDrafted: () => void;
}

/** Cases answered side by side. */
const BATCH_MAX = 64;

/**
 * Answers every request from the firearm register, as soon as it is stored (mode "register",
 * TP-FP-4). What a run leaves unanswered the next one finds.
 */
export function createAnswering(deps: AnsweringDeps): Pump {
  const { store, replier, clock, timers, logger } = deps;
  const turn = async (): Promise<PumpTurn> => {
    const cases = await store.call("casesAwaiting", { limit: BATCH_MAX });
    const nowMs = clock.now();
    const answers = await Promise.allSettled(
      cases.map(({ caseId }) => store.call("answerCase", { caseId, replier, nowMs })),
    );
    const kinds = answers.map((one) => (one.status === "fulfilled" ? one.value.type : "failed"));
    if (kinds.includes("sent")) deps.onDrafted();
    const failed = answers.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    const hasMoved = kinds.includes("sent") || kinds.includes("officer");
    return { more: cases.length === BATCH_MAX && hasMoved };
  };
  return new Pump({
    name: "answering",
    turn,
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "a case was not answered"),
  });
}
