import { Pump, type PumpTurn } from "#post";
import { ARRIVAL_LIMITS, type Clock, type Database, type Logger, type Timers } from "#runtime";
import type { Replier } from "../cases/reply-handling.ts";
import type { FocalPointProcedures } from "../store.ts";

/** What preparing what has arrived needs. */
export interface ArrivalPumpDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly self: Replier;
  readonly answering: "officer" | "register";
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Told after a rule has acknowledged. */
  readonly onDrafted: () => void;
}

/**
 * Has the rules look at each request that has arrived and makes the draft of its answer; makes it
 * anew when the case has moved or, once it has come to rest, when the register has changed
 * (TP-ANS-8). To be woken after every write of the store.
 */
export function createArrivalPump(deps: ArrivalPumpDeps): Pump {
  const { store, self, answering, clock, timers, logger, onDrafted } = deps;
  const { batchMax: limit, registerRestMs } = ARRIVAL_LIMITS;
  let seenVersion: number | undefined;
  let restsAtMs = 0;
  const turn = async (): Promise<PumpTurn> => {
    const { due, hasChanged, registerVersion, stale } = await store.call("draftsStanding", {
      answering,
      limit,
    });
    const nowMs = clock.now();
    const version = hasChanged ? await store.call("noteRegister", undefined) : registerVersion;
    if (seenVersion !== undefined && seenVersion !== version) restsAtMs = nowMs + registerRestMs;
    seenVersion = version;
    const isAtRest = nowMs >= restsAtMs;
    const cases = (isAtRest ? [...due, ...stale] : due).slice(0, limit);
    const prepared = await Promise.allSettled(
      cases.map((caseId) => store.call("prepareArrival", { caseId, self, nowMs })),
    );
    if (prepared.some((one) => one.status === "fulfilled" && one.value)) onDrafted();
    const failed = prepared.find((one) => one.status === "rejected");
    if (failed !== undefined) throw failed.reason;
    if (isAtRest && !hasChanged) return { more: cases.length === limit };
    return { more: cases.length === limit, nextAtMs: Math.max(restsAtMs, nowMs) };
  };
  return new Pump({
    name: "arrivals",
    turn,
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "an arrival was not prepared"),
  });
}
