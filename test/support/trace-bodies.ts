import {
  AttachmentManifest,
  AttachmentView,
  CheckResult,
  FirearmType,
  IllicitGround,
  IntendedUse,
  MarkKind,
  MarkLocation,
  Question,
  RecoveryMethod,
  SerialStatus,
  SubjectKind,
  TraceRequest,
} from "#proto";

/** When the requests below were made: 1 March 2026, noon UTC. */
export const CREATED_AT_MS = Date.UTC(2026, 2, 1, 12);

/** The announcement of a photograph of the serial number; each number is another one. */
export function photograph(number: number): AttachmentManifest {
  return AttachmentManifest.create({
    attachmentId: `0199b1f0-7c1a-7000-8000-00000000000${number}`,
    mediaType: "image/jpeg",
    sizeBytes: 120_000n,
    sha256: Buffer.alloc(32, number),
    view: AttachmentView.SERIAL,
  });
}

/** A trace request without a finding; tests change what they are about. */
export function completeTraceRequest(): TraceRequest {
  const seconds = (ms: number) => ({ seconds: BigInt(ms / 1_000), nanos: 0 });
  return TraceRequest.create({
    requestingState: "KE",
    requestedState: "AT",
    nationalCaseNumber: "KE/2026/17",
    createdAt: seconds(CREATED_AT_MS),
    languageTag: "en",
    illicitGrounds: [IllicitGround.LAW_OF_STATE_OF_FINDING],
    legalJustification: "Possession without a licence, Firearms Act section 4 (made up).",
    intendedUse: IntendedUse.CRIMINAL_INVESTIGATION,
    confidentiality: { canGuarantee: true, limitation: "" },
    subjectKind: SubjectKind.FIREARM,
    quantity: 1,
    firearm: {
      type: FirearmType.PISTOL_SELF_LOADING,
      make: "GLOCK",
      model: "17",
      calibre: "9 mm Luger",
      serialStatus: SerialStatus.PRESENT,
      serialRaw: "MADE-123",
      serialLocation: MarkLocation.FRAME_RECEIVER,
      countryOfManufacture: "AT",
      markings: [{ kind: MarkKind.SERIAL, text: "MADE-123" }],
    },
    recovery: {
      date: "2026-02-27",
      method: RecoveryMethod.SEIZED,
      country: "KE",
      place: "KE-30",
    },
    priorChecks: {
      nationalRegistry: CheckResult.NO_HIT,
      lostStolen: CheckResult.NO_HIT,
      iarms: CheckResult.NO_HIT,
    },
    attachments: [photograph(1)],
    questionsAsked: [Question.LAST_LEGAL_HOLDER],
    respondBy: seconds(CREATED_AT_MS + 30 * 86_400_000),
    officerRef: "desk-7",
  });
}
