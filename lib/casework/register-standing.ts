import type { FirearmRecord, FirearmStatus, RegisterEvent } from "./register.ts";

/** What a register says last about a firearm. */
export type Standing = Pick<FirearmRecord, "status" | "holder" | "exportedTo" | "eventDate">;

/** What a kind of event leaves a firearm as; null where it changes nothing about that. */
const STATUS_AFTER: Readonly<Record<RegisterEvent["kind"], FirearmStatus | null>> = {
  MANUFACTURED: "manufactured",
  PROOFED: "manufactured",
  EXPORTED: "exported",
  IMPORTED: "held",
  IN_TRANSIT: null,
  SOLD: "held",
  TRANSFERRED: "held",
  STOCK_TRANSFER: "held",
  LOST: "stolen",
  STOLEN: "stolen",
  SEIZED: "held",
  DESTROYED: "destroyed",
  DEACTIVATED: "deactivated",
  CONVERTED: null,
};

/** Events of one day take place in this order. */
const ORDER = Object.keys(STATUS_AFTER);

/** Events in the order of time (TP-FIRE-6); those without a date come first. */
export function inOrderOfTime(events: readonly RegisterEvent[]): RegisterEvent[] {
  return [...events].sort((left, right) => {
    const [before, after] = [left.date ?? "", right.date ?? ""];
    if (before !== after) return before < after ? -1 : 1;
    return ORDER.indexOf(left.kind) - ORDER.indexOf(right.kind);
  });
}

/** What the events say last (TP-FIRE-6); undefined when none says anything. */
export function standingOf(events: readonly RegisterEvent[]): Standing | undefined {
  const last = inOrderOfTime(events).findLast(({ kind }) => STATUS_AFTER[kind] !== null);
  const status = last === undefined ? null : STATUS_AFTER[last.kind];
  if (last === undefined || status === null) return undefined;
  const party = status === "held" ? last.toParty : (last.fromParty ?? last.toParty);
  return {
    status,
    ...(party === undefined ? {} : { holder: party }),
    ...(status === "exported" && last.toState !== undefined ? { exportedTo: last.toState } : {}),
    ...(last.date === undefined ? {} : { eventDate: last.date }),
  };
}
