import {
  CheckResult,
  CustodyEvent,
  CustodyEventKind,
  Firearm,
  FirearmPart,
  FirearmType,
  IllicitGround,
  IntendedUse,
  Marking,
  MarkKind,
  Offence,
  PartKind,
  Question,
  RecoveryMethod,
  SerialStatus,
  TraceRequest,
} from "#proto";
import { toTimestamp } from "#wire";

const values = <T extends number>(list: Readonly<Record<string, T>>): T[] =>
  Object.values(list).filter((value) => value !== 0);

/** A made-up request that uses every value of the lists a letter has words for. */
export function letterRequest(changes: Partial<TraceRequest> = {}): TraceRequest {
  return TraceRequest.create({
    requestingState: "KE",
    requestedState: "ML",
    nationalCaseNumber: "KE/2026/17",
    createdAt: toTimestamp(Date.parse("2026-02-02T09:00:00Z")),
    respondBy: toTimestamp(Date.parse("2026-03-04T09:00:00Z")),
    languageTag: "en",
    illicitGrounds: values(IllicitGround),
    offences: values(Offence),
    parts: values(PartKind).map((kind) =>
      FirearmPart.create({ kind, make: "MADE-UP PARTS", serialRaw: `PART ${kind}` }),
    ),
    legalJustification: "Possession without a licence (made up).",
    intendedUse: IntendedUse.CRIMINAL_INVESTIGATION,
    confidentiality: { canGuarantee: true, limitation: "" },
    quantity: 1,
    firearm: Firearm.create({
      type: FirearmType.PISTOL_SELF_LOADING,
      make: "MADE-UP ARMS",
      model: "M 17",
      calibre: "9 mm Luger",
      serialStatus: SerialStatus.PRESENT,
      serialRaw: "ЖБ 0815",
      countryOfManufacture: "YUCS",
      yearOfManufacture: 1988,
      importMark: { country: "ML", year: 2004, importer: "Made-up Import SARL" },
      markings: values(MarkKind).map((kind) => Marking.create({ kind, text: `MARK ${kind}` })),
    }),
    recovery: { date: "2026-01-31", method: RecoveryMethod.SEIZED, country: "KE", place: "KE-30" },
    priorChecks: {
      nationalRegistry: CheckResult.NO_HIT,
      lostStolen: CheckResult.NO_HIT,
      iarms: CheckResult.NOT_DONE,
    },
    custodyHistory: values(CustodyEventKind).map((kind) =>
      CustodyEvent.create({ kind, date: "2004-03-02", fromState: "AT", toState: "ML" }),
    ),
    questionsAsked: values(Question),
    hopNumber: 2,
    previousRequestId: "019b0f6e-5a11-7a44-9b0c-2f6e8d1a7b3c",
    officerRef: "desk-7",
    ...changes,
  });
}
