import type { SqlRow, Transaction } from "#runtime";
import { type CircumstanceFacts, circumstancesIn } from "./circumstances.ts";
import { LIVE } from "./live-reports.ts";

/** So many events, by name of an offence, State … */
type ByName = Readonly<Record<string, number>>;

/** What the reports of a year say of events: figures of the State, which no message holds. */
export interface EventFigures {
  /** Reports under one national event id are one event; one without it is an event. */
  readonly events: number;
  readonly personsArrested: number;
  readonly offences: ByName;
  readonly modusOperandi: ByName;
  /** Events, by States of their routes; those that are only claimed are counted beside them. */
  readonly departures: ByName;
  readonly transits: ByName;
  readonly destinations: ByName;
  readonly routesClaimed: number;
}

interface EventRow extends SqlRow {
  position: number;
  event_id: string;
  circumstances: string;
}

/** What is said of one event, by all who report it. */
class ToldEvent {
  readonly offences = new Set<string>();
  readonly modusOperandi = new Set<string>();
  readonly departures = new Set<string>();
  readonly transits = new Set<string>();
  readonly destinations = new Set<string>();
  personsArrested = 0;
  isClaimed = false;

  add({ modusOperandi = [], offences = [], personsArrested = 0, route }: CircumstanceFacts): void {
    for (const one of offences) this.offences.add(one);
    for (const one of modusOperandi) this.modusOperandi.add(one);
    // Agencies that were there together tell of the same persons.
    this.personsArrested = Math.max(this.personsArrested, personsArrested);
    if (route === undefined) return;
    if (route.claimed === true) {
      this.isClaimed = true;
      return;
    }
    if (route.departure !== undefined) this.departures.add(route.departure);
    if (route.destination !== undefined) this.destinations.add(route.destination);
    for (const state of route.transit ?? []) this.transits.add(state);
  }
}

/** The events of a year, from what was entered before an instant (TP-LEDG-10). */
export async function eventFigures(
  tx: Transaction,
  year: number,
  beforeMs: number,
): Promise<EventFigures> {
  const rows = await tx.all<EventRow>(
    `SELECT position, event_id, circumstances FROM seizure_report AS report
     WHERE ${LIVE} AND seized_on BETWEEN ? AND ?`,
    beforeMs,
    beforeMs,
    `${year}-01-01`,
    `${year}-12-31`,
  );
  const told = new Map<string, ToldEvent>();
  for (const { circumstances, event_id: eventId, position } of rows) {
    const key = eventId === "" ? `report ${position}` : `event ${eventId}`;
    const event = told.get(key) ?? new ToldEvent();
    told.set(key, event);
    event.add(circumstancesIn(circumstances));
  }
  const events = [...told.values()];
  return {
    events: events.length,
    personsArrested: events.reduce((sum, one) => sum + one.personsArrested, 0),
    offences: countBy(events.map(({ offences }) => offences)),
    modusOperandi: countBy(events.map(({ modusOperandi }) => modusOperandi)),
    departures: countBy(events.map(({ departures }) => departures)),
    transits: countBy(events.map(({ transits }) => transits)),
    destinations: countBy(events.map(({ destinations }) => destinations)),
    routesClaimed: events.filter(({ isClaimed }) => isClaimed).length,
  };
}

function countBy(sets: readonly ReadonlySet<string>[]): ByName {
  const counts = new Map<string, number>();
  for (const name of sets.flatMap((set) => [...set])) {
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return Object.fromEntries([...counts].toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
