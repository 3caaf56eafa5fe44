import { type Static, Type } from "typebox";

import {
  FindingLevel,
  IllicitGround,
  IntendedUse,
  MilitaryCivil,
  Offence,
  Question,
  SubjectKind,
} from "#proto";
import { CASEWORK_LIMITS, Instant, REQUEST_LIMITS } from "#runtime";
import { nameSchema } from "../../name-schema.ts";
import {
  CustodyHistoryFacts,
  ManifestFacts,
  PriorCheckFacts,
  RecoveryFacts,
} from "./circumstance-schema.ts";
import { closed, count, reference, state, text } from "./field-schemas.ts";
import { AmmunitionFacts, FirearmFacts, PartFacts } from "./firearm-facts-schema.ts";

const instant = Type.Optional(Instant);
const { caseNumberCharsMax } = CASEWORK_LIMITS;
const { attachmentsMax, codesMax, custodyEventsMax, findingsMax, linksMax, partsMax } =
  REQUEST_LIMITS;

const FindingFacts = Type.Object(
  { field: Type.String(), rule: Type.String(), level: nameSchema(FindingLevel) },
  closed,
);

/**
 * The facts of a trace request, as JSON (TP-REQ-1): every field of tracepost.v1.TraceRequest but
 * what the service itself knows. Only shapes and closed lists are checked here; what a request
 * must hold is decided by `checkTraceRequest`, which names field, rule and level. Names of lists
 * are those of the contract without their prefix.
 */
export const TraceRequestFacts = Type.Object(
  {
    nationalCaseNumber: text(caseNumberCharsMax),
    createdAt: instant,
    urgencyJustification: text(),
    languageTag: text(),
    translationAttached: Type.Optional(Type.Boolean()),
    illicitGrounds: Type.Optional(Type.Array(nameSchema(IllicitGround), { maxItems: 16 })),
    embargoResolution: reference,
    legalJustification: text(),
    intendedUse: Type.Optional(nameSchema(IntendedUse)),
    offences: Type.Optional(Type.Array(nameSchema(Offence), { maxItems: codesMax })),
    offenceIccs: Type.Optional(Type.Array(Type.String({ maxLength: 8 }), { maxItems: codesMax })),
    confidentiality: Type.Optional(
      Type.Object({ canGuarantee: Type.Boolean(), limitation: text() }, closed),
    ),
    handlingText: text(),
    subjectKind: Type.Optional(nameSchema(SubjectKind)),
    quantity: count,
    recordHolder: Type.Optional(nameSchema(MilitaryCivil)),
    firearm: Type.Optional(FirearmFacts),
    parts: Type.Optional(Type.Array(PartFacts, { maxItems: partsMax })),
    ammunition: Type.Optional(AmmunitionFacts),
    recovery: Type.Optional(RecoveryFacts),
    priorChecks: Type.Optional(PriorCheckFacts),
    attachments: Type.Optional(Type.Array(ManifestFacts, { maxItems: attachmentsMax })),
    links: Type.Optional(
      Type.Array(Type.String({ maxLength: REQUEST_LIMITS.linkCharsMax }), { maxItems: linksMax }),
    ),
    linkedAuthorizationRef: reference,
    ballistics: Type.Optional(Type.Object({ ibinRef: reference, nationalRef: reference }, closed)),
    questionsAsked: Type.Optional(Type.Array(nameSchema(Question), { maxItems: 16 })),
    respondBy: instant,
    previousRequestId: text(),
    hopNumber: count,
    onwardForwardConsent: Type.Optional(Type.Boolean()),
    custodyHistory: Type.Optional(Type.Array(CustodyHistoryFacts, { maxItems: custodyEventsMax })),
    forwardedFor: state,
    /** Findings made before, such as those of a screening; the service adds its own. */
    findings: Type.Optional(Type.Array(FindingFacts, { maxItems: findingsMax })),
    /** Paths of fields that somebody other than the officer filled in. */
    suppliedFields: Type.Optional(Type.Array(Type.String(), { maxItems: findingsMax })),
    officerRef: text(caseNumberCharsMax),
    contact: text(CASEWORK_LIMITS.markingCharsMax),
    specialInstructions: text(),
  },
  closed,
);

/** The type of {@link TraceRequestFacts}. */
export type TraceRequestFacts = Static<typeof TraceRequestFacts>;
