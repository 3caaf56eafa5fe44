import { stateName } from "#reference";
import { type AlertCast, WANTED_SERIAL } from "./cast.ts";

/** What officers write in the alert story; everything is made up. */

/** The alert, as `POST /v1/alerts` takes it. */
export function alertBody(cast: AlertCast) {
  const { calibre, group, madeIn, make, members } = cast;
  return {
    to: { group },
    alert: {
      kind: "WANTED_FIREARM",
      infos: [
        {
          languageTag: "en",
          headline: `${make} stolen in ${stateName(members[0])} (made up)`,
        },
      ],
      dutyContact: { unit: "Duty officer (made up)", telephone: "+15550100001" },
      items: [
        {
          subjectKind: "FIREARM",
          quantity: 1,
          firearm: {
            type: "UNKNOWN",
            make,
            model: "UNKNOWN",
            calibre,
            serialStatus: "PRESENT",
            serialRaw: WANTED_SERIAL,
            countryOfManufacture: madeIn,
          },
        },
      ],
      wantedReason: "STOLEN",
    },
  };
}

/** The hit at the border, at the instant the scenario first ran. */
export function hitBody(cast: AlertCast, startedAtMs: number) {
  return {
    kind: "EXACT",
    place: placeOf(cast),
    at: new Date(startedAtMs).toISOString(),
    method: "SEIZED",
    confidence: "HIGH",
    nextStep: "OPEN_TRACE",
    firearm: { serialRaw: WANTED_SERIAL, serialStatus: "PRESENT" },
    dutyContact: { unit: "Border post (made up)", telephone: "+15550100002" },
  };
}

/** Where it was found. */
export function placeOf({ members }: AlertCast): string {
  return `A border post in ${stateName(members[1])} (made up)`;
}

/** What the firearm that was found bears. */
export function markingsOf({ calibre, make }: AlertCast) {
  return [
    { kind: "MANUFACTURER", text: make },
    { kind: "SERIAL", text: WANTED_SERIAL },
    { kind: "CALIBRE", text: calibre },
  ];
}

/** Why the alert was taken back. */
export const CANCEL_BODY = { reason: "The firearm was found and is held." } as const;
