import { stateName } from "#reference";
import type { PlannedRequest } from "./planned-request.ts";

/** Body of a focal point's `POST /v1/traces`, as far as the scenario fills it in. */
export interface NewTraceBody {
  readonly to: string;
  readonly priority: "ROUTINE";
  readonly instrumentBasis: readonly ["ITI"];
  /** A list of recovered firearms may hold one twice. */
  readonly despite: true;
  readonly despiteReason: string;
  readonly request: TraceFacts;
}

type TraceFacts = ReturnType<typeof factsOf>;

/** Service target for a routine request (domain notes 2.5). */
const ROUTINE_REPLY_MS = 30 * 24 * 60 * 60 * 1_000;

/** Mandatory fields that the recovery data does not have (domain notes 1.2). */
const SUPPLIED_FIELDS = [
  "language_tag",
  "illicit_grounds",
  "legal_justification",
  "intended_use",
  "confidentiality",
  "subject_kind",
  "quantity",
  "firearm.type",
  "firearm.model",
  "firearm.serial_status",
  "firearm.country_of_manufacture",
  "recovery.method",
  "prior_checks",
  "questions_asked",
  "respond_by",
  "officer_ref",
] as const;

/**
 * Makes the trace request of a row, on the basis of the Tracing Instrument. What the row does not
 * say and domain notes 1.2 demand is supplied and named in `suppliedFields`. `startedAtMs` is when
 * the scenario first ran on this data folder, so that a resumed run makes the same request.
 */
export function toTraceBody(request: PlannedRequest, startedAtMs: number): NewTraceBody {
  return {
    to: request.to,
    priority: "ROUTINE",
    instrumentBasis: ["ITI"],
    despite: true,
    despiteReason: "The scenario plays every row of its list.",
    request: factsOf(request, startedAtMs),
  };
}

/** What an officer of a State adds to what is known of a firearm; made up. */
export function officersPart(from: string, startedAtMs: number) {
  return {
    createdAt: new Date(startedAtMs).toISOString(),
    languageTag: "en",
    illicitGrounds: ["LAW_OF_STATE_OF_FINDING"],
    intendedUse: "CRIMINAL_INVESTIGATION",
    confidentiality: { canGuarantee: true },
    priorChecks: { nationalRegistry: "NO_HIT", lostStolen: "NO_HIT", iarms: "NOT_DONE" },
    questionsAsked: ["LAST_LEGAL_HOLDER", "EXPORT_DETAILS", "LOST_STOLEN_STATUS"],
    respondBy: new Date(startedAtMs + ROUTINE_REPLY_MS).toISOString(),
    officerRef: `${from}-SCENARIO-OFFICER`,
  };
}

function factsOf({ from, row, to }: PlannedRequest, startedAtMs: number) {
  const recovery = recoveryDateOf(row.recoveryDate, startedAtMs);
  return {
    ...officersPart(from, startedAtMs),
    nationalCaseNumber: row.ref,
    legalJustification:
      `Recovered by police and held as illicit under the law of ${stateName(from)} ` +
      "(supplied by the scenario: the recovery data names no ground).",
    subjectKind: "FIREARM",
    quantity: 1,
    firearm: {
      type: "UNKNOWN",
      make: row.manufacturer,
      model: "UNKNOWN",
      calibre: row.calibre,
      serialStatus: "PRESENT",
      serialRaw: row.serialNumber,
      countryOfManufacture: to,
      markings: [
        { kind: "MANUFACTURER", text: row.manufacturer },
        { kind: "SERIAL", text: row.serialNumber },
        { kind: "CALIBRE", text: row.calibre },
      ],
    },
    recovery: { date: recovery.date, method: "SEIZED", country: from },
    findings: recovery.findings,
    suppliedFields: [...SUPPLIED_FIELDS, ...recovery.supplied],
  };
}

/** The recorded date, or the day of the run where none is recorded or it cannot be right. */
function recoveryDateOf(recorded: string, startedAtMs: number) {
  const today = new Date(startedAtMs).toISOString().slice(0, 10);
  if (recorded !== "" && recorded <= today) return { date: recorded, supplied: [], findings: [] };
  const field = "recovery.date";
  const rule = recorded === "" ? "notRecorded" : "recordedInTheFuture";
  return { date: today, supplied: [field], findings: [{ field, rule, level: "WARNING" }] };
}
