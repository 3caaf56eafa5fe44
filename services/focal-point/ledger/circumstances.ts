import { type Static, Type } from "typebox";
import { nameSchema } from "#casework";
import { ModusOperandiKind, Offence } from "#proto";
import { canonicalJson } from "#repeats";
import { LEDGER_LIMITS } from "#runtime";

const { codesMax, personsArrestedMax, transitMax } = LEDGER_LIMITS;
const closed = { additionalProperties: false } as const;
const Country = Type.String({ maxLength: 7, description: "ISO 3166-1 alpha-2, or UNKNOWN" });

/** The way that things took, as far as it is known (domain notes 5). */
const Route = Type.Object(
  {
    departure: Type.Optional(Country),
    transit: Type.Optional(Type.Array(Country, { maxItems: transitMax })),
    destination: Type.Optional(Country),
    claimed: Type.Optional(
      Type.Boolean({ description: "So papers or persons say; nobody has established it" }),
    ),
  },
  closed,
);

/** What a report may say of the event beside what was recovered; it stays in the State. */
export const CIRCUMSTANCES = {
  offences: Type.Optional(
    Type.Array(nameSchema(Offence), { maxItems: codesMax, uniqueItems: true }),
  ),
  modusOperandi: Type.Optional(
    Type.Array(nameSchema(ModusOperandiKind), { maxItems: codesMax, uniqueItems: true }),
  ),
  route: Type.Optional(Route),
  personsArrested: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: personsArrestedMax,
      description: "How many, and nothing else of them",
    }),
  ),
};

const Circumstances = Type.Object(CIRCUMSTANCES, closed);

/** They, as far as they are told. */
export type CircumstanceFacts = Static<typeof Circumstances>;

/** Those of a report, alone; lists of codes in the order of the alphabet. */
function circumstancesOf(report: CircumstanceFacts): CircumstanceFacts {
  const { modusOperandi, offences, personsArrested, route } = report;
  return {
    ...(offences === undefined ? {} : { offences: offences.toSorted() }),
    ...(modusOperandi === undefined ? {} : { modusOperandi: modusOperandi.toSorted() }),
    ...(route === undefined ? {} : { route }),
    ...(personsArrested === undefined ? {} : { personsArrested }),
  };
}

/** As they are kept and compared: the same for those that say the same, empty for none. */
export function circumstancesText(report: CircumstanceFacts): string {
  const said = circumstancesOf(report);
  return Object.keys(said).length === 0 ? "" : canonicalJson(said);
}

/** As they were kept. */
export function circumstancesIn(text: string): CircumstanceFacts {
  return text === "" ? {} : (JSON.parse(text) as CircumstanceFacts);
}

/** States of a route, by the field they stand in. */
export function statesOfRoute({ route = {} }: CircumstanceFacts): [field: string, state: string][] {
  const { departure, destination, transit = [] } = route;
  return [
    ...(departure === undefined ? [] : [["route.departure", departure] as [string, string]]),
    ...transit.map((state, at): [string, string] => [`route.transit.${at}`, state]),
    ...(destination === undefined ? [] : [["route.destination", destination] as [string, string]]),
  ];
}
