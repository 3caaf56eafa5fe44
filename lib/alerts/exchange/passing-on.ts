import { Pump, type PumpTurn } from "#post";
import { ParticipantStatus, Role } from "#proto";
import type { Clock, Database, Logger, Timers } from "#runtime";
import { type RegisterView, receivingUnit } from "#trust";
import type { AlertProcedures } from "./alert-procedures.ts";
import type { AlertSender } from "./expand-recipients.ts";

/** What passing on needs. */
export interface PassingOnDeps {
  readonly store: Pick<Database<AlertProcedures>, "call">;
  readonly self: AlertSender;
  readonly register: () => RegisterView;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Told after messages were drafted. */
  readonly onDrafted: () => void;
}

/** Messages passed on in one transaction. */
const BATCH_MAX = 64;

/**
 * Passes alerts on to the agencies of this State and hits back to who is told of them, as soon as
 * they are stored (TP-ALERT-41). What a run leaves undone the next one finds.
 */
export function createPassingOn(deps: PassingOnDeps): Pump {
  const { clock, logger, register, self, store, timers } = deps;
  const turn = async (): Promise<PumpTurn> => {
    const agencies = agenciesOf(register(), self);
    const args = { self, agencies, nowMs: clock.now(), limit: BATCH_MAX };
    const { drafted, more } = await store.call("alertDue", args);
    if (drafted > 0) deps.onDrafted();
    return { more };
  };
  return new Pump({
    name: "passing on alerts",
    turn,
    clock,
    timers,
    onFault: (pump, caught) => logger.error({ err: caught, pump }, "an alert was not passed on"),
  });
}

/** Active agencies of a State, for its receiving unit; none for anybody else. */
function agenciesOf(register: RegisterView, { participant, state }: AlertSender): string[] {
  if (receivingUnit(register, state)?.id !== participant) return [];
  return register.participants
    .filter((one) => one.state === state && one.role === Role.BORDER_AGENCY)
    .filter(({ status }) => status === ParticipantStatus.ACTIVE)
    .map(({ id }) => id);
}
