import { EXAMPLE_IDS } from "#http";

/** An alert as it is written: a consignment that was stolen in Kenya; made up. */
export const EXAMPLE_ALERT = {
  to: { states: ["AT"] },
  alert: {
    kind: "WANTED_FIREARM",
    scope: "PRIVATE",
    infos: [
      {
        languageTag: "en",
        headline: "Pistol stolen from a dealer in Mombasa",
        instruction: "Verify the number on the frame, then call the duty officer.",
      },
    ],
    dutyContact: { unit: "Focal point of Kenya, duty officer", telephone: "+254201234567" },
    items: [
      {
        subjectKind: "FIREARM",
        quantity: 1,
        firearm: {
          type: "PISTOL_SELF_LOADING",
          make: "GLOCK",
          model: "17",
          calibre: "9 mm Luger",
          serialStatus: "PRESENT",
          serialRaw: "MADEUP-4711",
          countryOfManufacture: "AT",
        },
      },
    ],
    wantedReason: "STOLEN",
  },
} as const;

/** The same with what was learnt since. */
export const EXAMPLE_ALERT_UPDATE = {
  to: { states: ["AT"] },
  alert: {
    ...EXAMPLE_ALERT.alert,
    infos: [{ languageTag: "en", headline: "Pistol stolen in Mombasa, thought to be in Austria" }],
  },
} as const;

/** What sending an alert gives. */
export const EXAMPLE_SENT = {
  alertId: EXAMPLE_IDS.sentAlert,
  messageId: "019b0f80-1a2c-7a11-8b22-3c4d5e6f7a8b",
} as const;

/** An alert as a line of a list. */
export const EXAMPLE_ALERT_LINE = {
  alertId: EXAMPLE_IDS.sentAlert,
  side: "sent",
  originator: "KE",
  status: "ACTUAL",
  kind: "WANTED_FIREARM",
  state: "IN_FORCE",
  headline: "Pistol stolen from a dealer in Mombasa",
  messageId: EXAMPLE_SENT.messageId,
  expiresAt: "2027-02-02T09:12:04.113Z",
  openedAt: "2026-02-02T09:12:04.113Z",
  updatedAt: "2026-02-02T09:12:04.113Z",
} as const;

/** A hit as it is reported. */
export const EXAMPLE_HIT = {
  kind: "EXACT",
  item: 0,
  place: "KE MBA",
  at: "2026-02-03T04:11:00Z",
  method: "FOUND",
  confidence: "MEDIUM",
  nextStep: "CONTACT",
  firearm: { make: "GLOCK", model: "17", serialRaw: "MADEUP-4711", serialStatus: "PRESENT" },
  dutyContact: { unit: "Customs, Mombasa", telephone: "+254201234568" },
} as const;
