import { type Participant, ParticipantStatus, Role } from "#proto";
import type { RegisterView } from "#trust";

/** Whether a State can be asked over the exchange (TP-CHAIN-2). */
export interface ExchangeStanding {
  readonly onExchange: boolean;
  /** The focal point to write to; of a State that is on the exchange, or was. */
  readonly participant?: string;
  /** Its focal point takes no messages now. */
  readonly suspended?: true;
}

/**
 * How a State stands in the register: on the exchange is who has an active focal point. Of several
 * the one that bears the State's code alone comes first.
 */
export function standingOf(
  register: Pick<RegisterView, "participants">,
  state: string,
): ExchangeStanding {
  const points = register.participants
    .filter((each) => each.state === state && each.role === Role.FOCAL_POINT)
    .toSorted((a, b) => a.id.length - b.id.length);
  const active = points.find(isActive);
  if (active !== undefined) return { onExchange: true, participant: active.id };
  const [first] = points;
  if (first === undefined) return { onExchange: false };
  return { onExchange: false, participant: first.id, suspended: true };
}

function isActive({ status }: Participant): boolean {
  return status === ParticipantStatus.ACTIVE;
}
