import { describe, expect, it } from "vitest";
import { checkTraceRequest, errorsOf, type TraceRequestContext } from "#casework";
import {
  Ammunition,
  CheckResult,
  FindingLevel,
  type Firearm,
  FirearmType,
  IllicitGround,
  Instrument,
  PriorChecks,
  Priority,
  Question,
  type Recovery,
  RecoveryMethod,
  RestorationMethod,
  SerialStatus,
  SubjectKind,
  type TraceRequest,
} from "#proto";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

const LEVEL = { 1: "ADVICE", 2: "WARNING", 3: "ERROR" } as const;

const told = (request: TraceRequest, context?: TraceRequestContext): string[] =>
  checkTraceRequest(request, context).map((finding) => {
    const level = LEVEL[finding.level as keyof typeof LEVEL];
    return `${level} ${finding.field} ${finding.rule}`;
  });

const changed = (change: Partial<TraceRequest>, context?: TraceRequestContext): string[] =>
  told({ ...completeTraceRequest(), ...change }, context);

const withFirearm = (change: Partial<Firearm>): string[] => {
  const request = completeTraceRequest();
  return changed({ firearm: { ...request.firearm, ...change } as Firearm });
};

const withRecovery = (change: Partial<Recovery>): string[] => {
  const request = completeTraceRequest();
  return changed({ recovery: { ...request.recovery, ...change } as Recovery });
};

describe("checking a trace request (TP-CASE-1, TP-CASE-2)", () => {
  it("finds nothing wrong with a complete one", () => {
    expect(told(completeTraceRequest())).toEqual([]);
  });

  it("names every mandatory field that is missing, all together", () => {
    const empty = { ...completeTraceRequest() };
    const found = checkTraceRequest({
      ...empty,
      requestingState: "",
      requestedState: "",
      nationalCaseNumber: "",
      createdAt: undefined,
      languageTag: "",
      illicitGrounds: [],
      legalJustification: "",
      intendedUse: 0,
      confidentiality: undefined,
      subjectKind: 0,
      quantity: 0,
      firearm: undefined,
      recovery: undefined,
      priorChecks: undefined,
      questionsAsked: [],
      officerRef: "",
    });
    expect(new Set(errorsOf(found).map((finding) => finding.field))).toEqual(
      new Set([
        ...["created_at", "requesting_state", "requested_state", "national_case_number"],
        ...["officer_ref", "language_tag", "illicit_grounds", "legal_justification"],
        ...["intended_use", "confidentiality", "subject_kind", "quantity", "firearm", "recovery"],
        ...["prior_checks.national_registry", "prior_checks.lost_stolen", "questions_asked"],
      ]),
    );
  });

  it("keeps States apart: each known, and not asking itself", () => {
    expect(changed({ requestedState: "KE" })).toContain("ERROR requested_state sameState");
    expect(changed({ requestedState: "SU" })).toContain("ERROR requested_state unknownState");
  });

  it("warns of an unknown model and type, and lets the request go", () => {
    const found = withFirearm({ model: "unknown", type: FirearmType.UNKNOWN });
    expect(found).toEqual(["WARNING firearm.type unknown", "WARNING firearm.model unknown"]);
  });

  it("advises that a brand is made in several States", () => {
    const request = completeTraceRequest();
    const firearm = { ...request.firearm, make: "Beretta" } as Firearm;
    expect(changed({ requestedState: "IT", firearm })).toEqual([
      "ADVICE firearm.country_of_manufacture ambiguousOrigin",
    ]);
  });

  it("does not advise so when another State than the maker's is asked", () => {
    expect(withFirearm({ make: "Beretta" })).toEqual([]);
  });

  it.each([
    [SerialStatus.PRESENT, "", "missing"],
    [SerialStatus.PRESENT, "1-2", "tooShort"],
    [SerialStatus.RESTORED, "n/a", "unusable"],
    [SerialStatus.PARTIAL, "??1?2", "tooShort"],
    [SerialStatus.PARTIAL, "", "missing"],
    [SerialStatus.PRESENT, "9".repeat(41), "tooLong"],
  ])("refuses serial number status %i with %j: %s", (serialStatus, serialRaw, rule) => {
    expect(withFirearm({ serialStatus, serialRaw })).toContain(`ERROR firearm.serial_raw ${rule}`);
  });

  it("lets a partial serial number of three known characters go, and an obliterated one", () => {
    expect(withFirearm({ serialStatus: SerialStatus.PARTIAL, serialRaw: "MA??-1?3" })).toEqual([]);
    const gone = { serialStatus: SerialStatus.OBLITERATED, serialRaw: "" };
    const restorationMethod = RestorationMethod.NOT_TRIED;
    expect(withFirearm({ ...gone, restorationMethod })).toEqual([]);
  });

  it("demands marks unless the firearm was never marked", () => {
    expect(withFirearm({ markings: [] })).toEqual(["ERROR firearm.markings missing"]);
    const never = { serialStatus: SerialStatus.NEVER_MARKED, serialRaw: "", markings: [] };
    expect(withFirearm(never)).toEqual([]);
  });

  it("demands the country of manufacture or an import mark, and takes former States", () => {
    const mark = { country: "FR", year: 1998, importer: "" };
    expect(withFirearm({ countryOfManufacture: "" })).toEqual([
      "ERROR firearm.country_of_manufacture missing",
    ]);
    expect(withFirearm({ countryOfManufacture: "", importMark: mark })).toEqual([]);
    expect(withFirearm({ countryOfManufacture: "SUHH" })).toEqual([]);
    expect(withFirearm({ countryOfManufacture: "ZZ" })).toEqual([
      "ERROR firearm.country_of_manufacture unknownState",
    ]);
    expect(withFirearm({ importMark: { ...mark, year: 2027 } })).toEqual([
      "ERROR firearm.import_mark.year impossibleYear",
    ]);
  });

  it("refuses a calibre that designates none, and advises of one it does not know", () => {
    expect(withFirearm({ calibre: "unknown" })).toEqual(["ERROR firearm.calibre unusable"]);
    expect(withFirearm({ calibre: "6.5 Creedmoor" })).toEqual([
      "ADVICE firearm.calibre notInReference",
    ]);
  });

  it.each([
    ["2026-03-03", ["ERROR recovery.date inTheFuture"]],
    ["2026-02-30", ["ERROR recovery.date notADate"]],
    ["27.02.2026", ["ERROR recovery.date notADate"]],
    ["", ["ERROR recovery.date missing"]],
    // Already the next day where the sun rises first.
    ["2026-03-02", []],
  ])("judges a recovery on %j made known on 1 March", (date, expected) => {
    expect(withRecovery({ date })).toEqual(expected);
  });

  it("takes only recoveries of the requesting State, and warns of amnesties", () => {
    expect(withRecovery({ country: "TZ" })).toEqual(["ERROR recovery.country notRequestingState"]);
    expect(withRecovery({ method: RecoveryMethod.SURRENDERED })).toEqual([
      "WARNING recovery.method amnestyExcepted",
    ]);
  });

  it("demands the national checks first", () => {
    const priorChecks = PriorChecks.create({
      nationalRegistry: CheckResult.NOT_DONE,
      lostStolen: CheckResult.UNSPECIFIED,
      iarms: CheckResult.NOT_DONE,
    });
    expect(changed({ priorChecks })).toEqual([
      "ERROR prior_checks.national_registry notDone",
      "ERROR prior_checks.lost_stolen notDone",
      "ADVICE prior_checks.iarms notDone",
    ]);
  });

  it("demands a reason for urgency only of urgent requests", () => {
    expect(changed({}, { priority: Priority.ROUTINE })).toEqual([]);
    expect(changed({}, { priority: Priority.URGENT })).toContain(
      "ERROR urgency_justification missing",
    );
    expect(changed({ urgencyJustification: "soon" }, { priority: Priority.URGENT })).toEqual([
      "ERROR urgency_justification tooShort",
    ]);
  });

  it("does not let ammunition rely on the Tracing Instrument alone", () => {
    const ammunition = Ammunition.create({
      lot: "MU-21-004",
      calibre: "9x19mm",
      packagingMarks: ["MU 50"],
    });
    const subject = { subjectKind: SubjectKind.AMMUNITION, quantity: 50, ammunition };
    const rule = "ERROR subject_kind notCoveredByInstrument";
    expect(changed(subject, { instrumentBasis: [Instrument.ITI] })).toEqual([rule]);
    const both = [Instrument.ITI, Instrument.FIREARMS_PROTOCOL];
    expect(changed(subject, { instrumentBasis: both })).toEqual([]);
    expect(changed(subject)).toEqual([]);
  });

  it("counts one firearm to a request", () => {
    expect(changed({ quantity: 2 })).toEqual(["ERROR quantity oneFirearmPerRequest"]);
  });

  it("demands the resolution when an embargo is the ground", () => {
    const illicitGrounds = [IllicitGround.UNSC_EMBARGO];
    expect(changed({ illicitGrounds })).toEqual(["ERROR embargo_resolution resolutionMissing"]);
    const legalJustification = "Transferred against UNSC resolution 2713, paragraph 21.";
    expect(changed({ illicitGrounds, legalJustification })).toEqual([]);
  });

  it("wants a limitation named, and warns that it allows a refusal", () => {
    const limited = { canGuarantee: false, limitation: "" };
    expect(changed({ confidentiality: limited })).toEqual([
      "ERROR confidentiality.limitation missing",
      "WARNING confidentiality.can_guarantee refusalAllowed",
    ]);
  });

  it("keeps addresses of persons out of the officer reference", () => {
    expect(changed({ officerRef: "j.doe@police.example" })).toEqual([
      "ERROR officer_ref personalData",
    ]);
  });

  it("refuses values outside the closed lists, and doubled ones", () => {
    expect(changed({ intendedUse: 99 as never })).toEqual(["ERROR intended_use unknownValue"]);
    const { LAST_LEGAL_HOLDER } = Question;
    expect(changed({ questionsAsked: [LAST_LEGAL_HOLDER, LAST_LEGAL_HOLDER] })).toEqual([
      "ERROR questions_asked repeated",
    ]);
  });

  it("knows a chain by both its number and the request before, up to twelve hops", () => {
    const previousRequestId = "0199b1f0-7c1a-7000-8000-000000000001";
    expect(changed({ hopNumber: 1 })).toEqual(["ERROR hop_number bothOrNone"]);
    expect(changed({ hopNumber: 12, previousRequestId })).toEqual([]);
    expect(changed({ hopNumber: 13, previousRequestId })).toEqual([
      "ERROR hop_number chainTooLong",
    ]);
    expect(changed({ hopNumber: 1, previousRequestId: "x" })).toEqual([
      "ERROR previous_request_id notAnId",
    ]);
  });

  it.each(["", "not a tag", "e"])("refuses %j as a language", (languageTag) => {
    expect(changed({ languageTag })).toEqual(["ERROR language_tag notALanguageTag"]);
  });

  it("gives every finding a level", () => {
    for (const finding of checkTraceRequest({ ...completeTraceRequest(), quantity: 0 })) {
      expect(Object.values(FindingLevel)).toContain(finding.level);
      expect(finding.level).not.toBe(FindingLevel.UNSPECIFIED);
    }
  });
});
