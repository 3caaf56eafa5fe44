/** Body of `POST /v1/traces` that passes every check: a made-up pistol found in the US. */
export function traceBody({ to, serial }: { readonly to: string; readonly serial: string }) {
  return {
    to,
    instrumentBasis: ["ITI"],
    status: "TEST",
    request: {
      nationalCaseNumber: "US/CASE-4711",
      languageTag: "en",
      illicitGrounds: ["LAW_OF_STATE_OF_FINDING"],
      legalJustification: "Found during a lawful search, possession without licence.",
      intendedUse: "CRIMINAL_INVESTIGATION",
      confidentiality: { canGuarantee: true },
      subjectKind: "FIREARM",
      quantity: 1,
      firearm: {
        type: "UNKNOWN",
        make: "Glock",
        model: "UNKNOWN",
        calibre: "9mm",
        serialStatus: "PRESENT",
        serialRaw: serial,
        countryOfManufacture: "AT",
        markings: [{ kind: "SERIAL", text: serial }],
      },
      recovery: { date: "2026-01-31", method: "SEIZED", country: "US", place: "US-NY" },
      priorChecks: { nationalRegistry: "NO_HIT", lostStolen: "NO_HIT", iarms: "NO_HIT" },
      questionsAsked: ["LAST_LEGAL_HOLDER"],
      respondBy: "2099-01-01T00:00:00Z",
      officerRef: "desk-7",
    },
  };
}
