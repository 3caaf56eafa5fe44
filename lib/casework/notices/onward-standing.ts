import { type OnwardConfirmation, OnwardStanding } from "#proto";

/**
 * What is known of everybody a notice was passed on to, when more becomes known (TP-PERS-13): the
 * furthest of each. Confirmations may overtake each other.
 */
export function furthestOnward(
  known: readonly OnwardConfirmation[],
  told: readonly OnwardConfirmation[],
): OnwardConfirmation[] {
  const byWay = new Map<string, OnwardConfirmation>();
  for (const one of [...known, ...told]) {
    const way = `${one.passedOnBy} ${one.participant}`;
    const before = byWay.get(way);
    if (before === undefined || before.standing <= one.standing) byWay.set(way, one);
  }
  return [...byWay.values()];
}

/** How many of them have not done it yet, and still may. */
export function outstandingOnward(onward: readonly OnwardConfirmation[]): number {
  const { NOT_TOLD, TOLD } = OnwardStanding;
  return onward.filter(({ standing }) => standing === NOT_TOLD || standing === TOLD).length;
}
