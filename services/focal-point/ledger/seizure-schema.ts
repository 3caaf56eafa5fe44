import { type Static, Type } from "typebox";
import { FirearmType } from "#proto";
import { LEDGER_LIMITS } from "#runtime";
import { MARKING_STATUSES } from "#statistics";
import { CIRCUMSTANCES } from "./circumstances.ts";

const closed = { additionalProperties: false } as const;
const { basisCharsMax, casesPerItemMax, fieldCharsMax, itemsPerReportMax } = LEDGER_LIMITS;

/** Institutions that report; with the number of a seizure they tell one report from another. */
export const INSTITUTIONS = [
  "POLICE",
  "CUSTOMS",
  "BORDER_GUARD",
  "GENDARMERIE",
  "MILITARY",
  "OTHER",
] as const;

/** On what ground something was taken (domain notes 5.2). */
export const JUSTIFICATIONS = [
  "ILLICIT_POSSESSION",
  "TRAFFICKING",
  "ILLICIT_MANUFACTURE",
  "LINKED_OTHER_OFFENCE",
  "ADMINISTRATIVE",
  "NOT_RECORDED",
] as const;

/** How something was recovered. */
export const RECOVERIES = ["SEIZED", "FOUND", "SURRENDERED"] as const;

/** What an item is. */
export const ITEM_KINDS = ["ARM", "PART", "AMMUNITION"] as const;

/** What quantities are in. */
export const UNITS = ["PIECES", "ROUNDS", "KILOGRAMS"] as const;

/** Who has established an origin. */
export const ESTABLISHERS = ["TRACE", "COMPETENT_AUTHORITY"] as const;

const TYPES = Object.keys(FirearmType).filter((name) => name !== "UNSPECIFIED");
const name = (description?: string) =>
  Type.String({
    minLength: 1,
    maxLength: fieldCharsMax,
    pattern: "\\S",
    ...(description === undefined ? {} : { description }),
  });
const Day = Type.String({ maxLength: 10, description: "YYYY-MM-DD" });
const Country = Type.String({ maxLength: 7, description: "ISO 3166-1 alpha-2, or UNKNOWN" });

/** A text that says why. */
export const Basis = Type.String({ minLength: 1, maxLength: basisCharsMax, pattern: "\\S" });

/** That the origin of an arm was established. */
export const Origin = Type.Object(
  {
    by: Type.Enum([...ESTABLISHERS]),
    on: Day,
    basis: Basis,
  },
  closed,
);

/** One item of a report: things that are alike. */
export const NewItem = Type.Object(
  {
    item: Type.Integer({ minimum: 1, maximum: 99_999, description: "Its number in the report" }),
    kind: Type.Enum([...ITEM_KINDS]),
    type: Type.Optional(Type.Enum(TYPES)),
    make: Type.Optional(name()),
    model: Type.Optional(name()),
    calibre: Type.Optional(name()),
    serial: Type.Optional(name("As marked; `?` is one character that could not be read")),
    marking: Type.Optional(Type.Enum([...MARKING_STATUSES])),
    countryOfManufacture: Type.Optional(Country),
    yearOfManufacture: Type.Optional(Type.Integer({ minimum: 1300, maximum: 9999 })),
    quantity: Type.Number({ exclusiveMinimum: 0, maximum: LEDGER_LIMITS.quantityMax }),
    unit: Type.Enum([...UNITS]),
    estimated: Type.Optional(Type.Boolean({ description: "The quantity is an estimate" })),
    craftMade: Type.Optional(Type.Boolean()),
    traceCaseIds: Type.Optional(
      Type.Array(Type.String({ maxLength: 64 }), { maxItems: casesPerItemMax, uniqueItems: true }),
    ),
    origin: Type.Optional(Origin),
  },
  closed,
);

const ABOUT = {
  institution: Type.Enum([...INSTITUTIONS]),
  agency: name("Which office of it"),
  seizureNumber: name("National number; with the institution it is there once"),
  eventId: Type.Optional(name("National id of the event, which several agencies may report")),
  date: Day,
  place: Type.String({
    maxLength: 7,
    description: "ISO 3166-2 code of this State such as KE-30, or UNKNOWN",
  }),
  recovery: Type.Enum([...RECOVERIES]),
  justification: Type.Optional(Type.Enum([...JUSTIFICATIONS])),
  ...CIRCUMSTANCES,
};

/** One line of a file: a report without its items, and one of these. */
export const SeizureLine = Type.Object({ ...ABOUT, ...NewItem.properties }, closed);

/** Body of `POST /v1/seizures`. */
export const NewSeizure = Type.Object(
  {
    ...ABOUT,
    items: Type.Array(NewItem, { minItems: 1, maxItems: itemsPerReportMax }),
  },
  closed,
);

/** A report as it is entered. */
export type NewSeizureFacts = Static<typeof NewSeizure>;
/** An item as it is entered. */
export type NewItemFacts = Static<typeof NewItem>;
/** A line of a file. */
export type SeizureLineFacts = Static<typeof SeizureLine>;
