/** An alert for a stolen pistol, as it is written; made up. */
export function alertBody(to: object, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    to,
    alert: {
      kind: "WANTED_FIREARM",
      infos: [{ languageTag: "en", headline: "Pistol stolen from a dealer (made up)" }],
      dutyContact: { unit: "Duty officer (made up)", telephone: "+254201234567" },
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
      ...changes,
    },
  };
}

/** A hit on it. */
export function hitBody(changes: Readonly<Record<string, unknown>> = {}) {
  return {
    kind: "EXACT",
    place: "TZ DAR",
    at: "2026-02-03T04:11:00Z",
    method: "FOUND",
    confidence: "MEDIUM",
    nextStep: "OPEN_TRACE",
    firearm: { serialRaw: "MADEUP-4711", serialStatus: "PRESENT" },
    dutyContact: { unit: "Customs (made up)", telephone: "+255221234567" },
    ...changes,
  };
}
