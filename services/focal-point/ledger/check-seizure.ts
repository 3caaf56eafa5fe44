import { isStateCode } from "#reference";
import { isCalendarDate, LEDGER_LIMITS } from "#runtime";
import { statesOfRoute } from "./circumstances.ts";
import type { NewItemFacts, NewSeizureFacts } from "./seizure-schema.ts";

/** What may be wrong with a report or a line of a file; closed (TP-LEDG-5). */
export const SEIZURE_PROBLEMS = {
  FILE_TOO_LARGE: "The file has too many lines or bytes.",
  NOT_UTF8: "The line is not UTF-8.",
  LINE_TOO_LONG: "The line is longer than any record.",
  OPEN_QUOTE: "A quote is never closed, or goes on behind its end.",
  BAD_HEADER: "The first line does not name the columns.",
  COLUMN_COUNT: "The line has another number of fields than the header.",
  FORMULA: "The text is one that a spreadsheet would run.",
  MISSING: "A field that must be there is not.",
  UNKNOWN_VALUE: "The value is on no list.",
  TOO_LONG: "The text is too long, or says nothing.",
  BAD_DATE: "It is no day of the calendar, or does not follow on another one.",
  FUTURE_DATE: "The day lies in the future.",
  UNKNOWN_STATE: "It is the code of no State.",
  UNKNOWN_PLACE: "It is no part of this State.",
  BAD_QUANTITY: "The quantity or its unit does not go with the item.",
  NOT_AN_ARM: "Only an arm has it.",
  UNKNOWN_CASE: "There is no request of this State with that id.",
  REPORT_DIFFERS: "Another line tells the same report otherwise.",
  DOUBLED_LINE: "Another line tells the same item.",
  ALREADY_REPORTED: "The item is here already and says something else.",
} as const satisfies Record<string, string>;

/** One of {@link SEIZURE_PROBLEMS}. */
export type SeizureProblemCode = keyof typeof SEIZURE_PROBLEMS;

/** Something that is wrong with a report. */
export interface SeizureProblem {
  readonly code: SeizureProblemCode;
  readonly field: string;
  readonly rule: string;
}

/** What a report is held against. */
export interface SeizureContext {
  /** ISO 3166-1 alpha-2 code of this State. */
  readonly state: string;
  /** YYYY-MM-DD, in UTC. */
  readonly today: string;
}

type About = Omit<NewSeizureFacts, "items">;

/** A report and its items, beyond their shape (TP-LEDG-3). */
export function checkSeizure(report: NewSeizureFacts, context: SeizureContext): SeizureProblem[] {
  const numbers = report.items.map(({ item }) => item);
  return [
    ...checkAbout(report, context),
    ...report.items.flatMap((item, at) => [
      ...demand(
        numbers.indexOf(item.item) === at,
        `items.${at}.item`,
        "DOUBLED_LINE",
        "is there twice",
      ),
      ...checkItem(item, report, context).map((one) => ({
        ...one,
        field: `items.${at}.${one.field}`,
      })),
    ]),
  ];
}

/** What a report says beside its items. */
export function checkAbout(report: About, { state, today }: SeizureContext) {
  const { date, place } = report;
  const isPlace = place === "UNKNOWN" || /^[A-Z]{2}-[A-Z0-9]{1,3}$/u.test(place);
  const isHere = place === "UNKNOWN" || place.startsWith(`${state}-`);
  return [
    ...checkPast(date, "date", today),
    ...demand(
      isPlace && isHere,
      "place",
      "UNKNOWN_PLACE",
      `must be such as ${state}-1, or UNKNOWN`,
    ),
    ...statesOfRoute(report).flatMap(([field, one]) =>
      demand(isStateOrUnknown(one), field, "UNKNOWN_STATE", "must be a State, or UNKNOWN"),
    ),
  ];
}

/** One item of a report. */
export function checkItem(
  item: NewItemFacts,
  { date }: Pick<About, "date">,
  { today }: SeizureContext,
): SeizureProblem[] {
  const { countryOfManufacture: country, kind, origin, yearOfManufacture: year } = item;
  const isCountry = country === undefined || isStateOrUnknown(country);
  const isAfter = origin === undefined || !isCalendarDate(origin.on) || origin.on >= date;
  const isYear = year === undefined || year <= Number(today.slice(0, 4));
  return [
    ...checkQuantity(item),
    ...demand(isCountry, "countryOfManufacture", "UNKNOWN_STATE", "must be a State, or UNKNOWN"),
    ...demand(isYear, "yearOfManufacture", "FUTURE_DATE", "must not lie in the future"),
    ...(["type", "marking", "serial", "origin"] as const).flatMap((field) =>
      demand(kind === "ARM" || item[field] === undefined, field, "NOT_AN_ARM", "is of arms only"),
    ),
    ...(origin === undefined ? [] : checkPast(origin.on, "origin.on", today)),
    ...demand(isAfter, "origin.on", "BAD_DATE", "must not be before the recovery"),
  ];
}

function checkQuantity({ estimated, kind, quantity, serial, unit }: NewItemFacts) {
  const isWhole = unit === "KILOGRAMS" || Number.isInteger(quantity);
  const fits = kind === "AMMUNITION" ? unit !== "PIECES" : unit === "PIECES";
  const isSure = unit !== "KILOGRAMS" || estimated === true;
  const { armsPerItemMax } = LEDGER_LIMITS;
  const isOne = serial === undefined || quantity === 1;
  const code = "BAD_QUANTITY";
  return [
    ...demand(isWhole, "quantity", code, "must be a whole number"),
    ...demand(fits, "unit", code, "must be PIECES, and of ammunition ROUNDS or KILOGRAMS"),
    ...demand(isSure, "unit", code, "KILOGRAMS are an estimate: say so"),
    ...demand(isOne, "quantity", code, "must be 1 where there is a serial number"),
    ...demand(
      kind !== "ARM" || quantity <= armsPerItemMax,
      "quantity",
      code,
      `must be at most ${armsPerItemMax}`,
    ),
  ];
}

const isStateOrUnknown = (code: string): boolean => code === "UNKNOWN" || isStateCode(code);

/** A day of the calendar that is not in the future. */
export function checkPast(day: string, field: string, today: string): SeizureProblem[] {
  if (!isCalendarDate(day))
    return demand(false, field, "BAD_DATE", "must be a day such as 2026-03-31");
  return demand(day <= today, field, "FUTURE_DATE", "must not lie in the future");
}

function demand(
  holds: boolean,
  field: string,
  code: SeizureProblemCode,
  rule: string,
): SeizureProblem[] {
  return holds ? [] : [{ code, field, rule }];
}
