import {
  Certainty,
  type CustodyEvent,
  CustodyEventKind,
  DatePrecision,
  EvidenceKind,
  PartyRole,
} from "#proto";
import { formerState, isStateCode } from "#reference";
import { isCalendarDate, MOVE_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";

/** ISO 8601 to the day, the month or the year that is known. */
const REDUCED_DATE = /^\d{4}(-\d{2}(-\d{2})?)?$/u;
const LENGTH_OF_PRECISION: ReadonlyMap<DatePrecision, number> = new Map([
  [DatePrecision.DAY, "2026-01-01".length],
  [DatePrecision.MONTH, "2026-01".length],
  [DatePrecision.YEAR, "2026".length],
]);

/**
 * Checks the events of a chain of custody (TP-MOVE-12): each of a known kind, at a date that is as
 * exact as it says, between States that exist; and all in the order of time.
 */
export function checkCustody(
  found: FindingList,
  events: readonly CustodyEvent[],
  field: string,
): void {
  found.demand(events.length <= MOVE_LIMITS.custodyEventsMax, field, "tooMany");
  for (const [index, event] of events.entries()) checkEvent(found, event, `${field}[${index}]`);
  const dates = events.map(({ date }) => date).filter((date) => REDUCED_DATE.test(date));
  const inOrder = dates.every((date, index) => !isAfter(dates[index - 1] ?? "", date));
  found.demand(inOrder, field, "timeOrder", "WARNING");
}

/** As far as both are known; a year says nothing about what came first within it. */
function isAfter(before: string, after: string): boolean {
  const known = Math.min(before.length, after.length);
  return before.slice(0, known) > after.slice(0, known);
}

function checkEvent(found: FindingList, event: CustodyEvent, field: string): void {
  found.choice(event.kind, CustodyEventKind, `${field}.kind`);
  checkDates(found, event, field);
  for (const [name, state] of [
    ["from_state", event.fromState],
    ["to_state", event.toState],
  ] as const) {
    const isState = state === "" || isStateCode(state) || formerState(state) !== undefined;
    found.demand(isState, `${field}.${name}`, "unknownState");
  }
  for (const [name, text] of [
    ["from_party", event.fromParty],
    ["to_party", event.toParty],
    ["authorization_ref", event.authorizationRef],
  ] as const) {
    const fits = text.length <= MOVE_LIMITS.partyCharsMax;
    found.demand(fits, `${field}.${name}`, "tooLong");
  }
  found.demand(isKnown(PartyRole, event.fromRole), `${field}.from_role`, "unknownValue");
  found.demand(isKnown(PartyRole, event.toRole), `${field}.to_role`, "unknownValue");
  found.demand(isKnown(EvidenceKind, event.evidenceKind), `${field}.evidence_kind`, "unknownValue");
  found.demand(isKnown(Certainty, event.certainty), `${field}.certainty`, "unknownValue");
}

function checkDates(found: FindingList, event: CustodyEvent, field: string): void {
  const { date, datePrecision, dateUntil } = event;
  const isDay = date.length === "2026-01-01".length;
  const isDate = date === "" || (REDUCED_DATE.test(date) && (!isDay || isCalendarDate(date)));
  found.demand(isDate, `${field}.date`, "notADate");
  found.demand(isKnown(DatePrecision, datePrecision), `${field}.date_precision`, "unknownValue");
  if (datePrecision === DatePrecision.INTERVAL || dateUntil !== "") {
    const until = `${field}.date_until`;
    found.demand(isCalendarDate(dateUntil), until, dateUntil === "" ? "missing" : "notADate");
    found.demand(!isAfter(date, dateUntil), until, "timeOrder");
    return;
  }
  const length = LENGTH_OF_PRECISION.get(datePrecision);
  const fits = length === undefined || date === "" || date.length === length;
  found.demand(fits, `${field}.date_precision`, "notAsExact");
}

/** "Unspecified" is a value here: what is not known is left out. */
function isKnown(list: Readonly<Record<string, number>>, value: number): boolean {
  return Object.values(list).includes(value);
}
