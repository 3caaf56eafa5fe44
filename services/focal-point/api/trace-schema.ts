import { type Static, Type } from "typebox";
import { Instant } from "#http";
import {
  CheckResult,
  ExchangeStatus,
  FindingLevel,
  FirearmType,
  IllicitGround,
  Instrument,
  IntendedUse,
  MarkKind,
  Priority,
  Question,
  RecoveryMethod,
  SerialStatus,
  SubjectKind,
  Tlp,
  UseRestriction,
} from "#proto";
import { CASEWORK_LIMITS, WIRE_LIMITS } from "#runtime";
import { nameSchema } from "./names.ts";

/**
 * What `POST /v1/traces` takes. Only shapes and closed lists are checked here, all fields of the
 * request are optional: what a request must hold is decided by `checkTraceRequest` (domain notes
 * 1.2), which names field and rule. Names of lists are those of tracepost.v1 without their prefix.
 */

const closed = { additionalProperties: false } as const;
const text = (maxLength: number = CASEWORK_LIMITS.freeTextCharsMax) =>
  Type.Optional(Type.String({ maxLength }));
const instant = Type.Optional(Instant);
const state = Type.Optional(Type.String({ pattern: "^[A-Z]{2,4}$" }));

const Marking = Type.Object({ kind: nameSchema(MarkKind), text: Type.String() }, closed);

const FirearmFacts = Type.Object(
  {
    type: Type.Optional(nameSchema(FirearmType)),
    make: text(CASEWORK_LIMITS.markingCharsMax),
    model: text(CASEWORK_LIMITS.markingCharsMax),
    calibre: text(CASEWORK_LIMITS.markingCharsMax),
    serialStatus: Type.Optional(nameSchema(SerialStatus)),
    serialRaw: text(CASEWORK_LIMITS.markingCharsMax),
    countryOfManufacture: state,
    importMark: Type.Optional(
      Type.Object(
        {
          country: state,
          year: Type.Optional(Type.Integer({ minimum: 0, maximum: 9999 })),
          importer: text(),
        },
        closed,
      ),
    ),
    markings: Type.Optional(Type.Array(Marking, { maxItems: CASEWORK_LIMITS.markingsMax })),
  },
  closed,
);

const RecoveryFacts = Type.Object(
  {
    date: text(),
    method: Type.Optional(nameSchema(RecoveryMethod)),
    country: state,
    place: text(),
  },
  closed,
);

const PriorCheckFacts = Type.Object(
  {
    nationalRegistry: Type.Optional(nameSchema(CheckResult)),
    lostStolen: Type.Optional(nameSchema(CheckResult)),
    iarms: Type.Optional(nameSchema(CheckResult)),
  },
  closed,
);

const FindingFacts = Type.Object(
  { field: Type.String(), rule: Type.String(), level: nameSchema(FindingLevel) },
  closed,
);

/** The facts of a trace request, as JSON. */
export const TraceRequestFacts = Type.Object(
  {
    nationalCaseNumber: text(CASEWORK_LIMITS.caseNumberCharsMax),
    createdAt: instant,
    urgencyJustification: text(),
    languageTag: text(),
    illicitGrounds: Type.Optional(Type.Array(nameSchema(IllicitGround), { maxItems: 16 })),
    legalJustification: text(),
    intendedUse: Type.Optional(nameSchema(IntendedUse)),
    confidentiality: Type.Optional(
      Type.Object({ canGuarantee: Type.Boolean(), limitation: text() }, closed),
    ),
    subjectKind: Type.Optional(nameSchema(SubjectKind)),
    quantity: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
    firearm: Type.Optional(FirearmFacts),
    recovery: Type.Optional(RecoveryFacts),
    priorChecks: Type.Optional(PriorCheckFacts),
    questionsAsked: Type.Optional(Type.Array(nameSchema(Question), { maxItems: 16 })),
    respondBy: instant,
    previousRequestId: text(),
    hopNumber: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
    /** Findings made before, such as those of a screening; the service adds its own. */
    findings: Type.Optional(Type.Array(FindingFacts, { maxItems: 64 })),
    /** Paths of fields that somebody other than the officer filled in. */
    suppliedFields: Type.Optional(Type.Array(Type.String(), { maxItems: 64 })),
    officerRef: text(CASEWORK_LIMITS.caseNumberCharsMax),
  },
  closed,
);

/** The type of {@link TraceRequestFacts}. */
export type TraceRequestFacts = Static<typeof TraceRequestFacts>;

const HandlingFacts = Type.Object(
  {
    tlp: Type.Optional(nameSchema(Tlp)),
    use: Type.Optional(Type.Array(nameSchema(UseRestriction), { maxItems: 8 })),
    releasableTo: Type.Optional(Type.Array(Type.String(), { maxItems: WIRE_LIMITS.recipientsMax })),
  },
  closed,
);

/** Body of `POST /v1/traces`: whom to ask, how it travels, and the facts. */
export const NewTrace = Type.Object(
  {
    /** Participant id of the requested focal point, such as "AT". */
    to: Type.String(),
    /** Default ROUTINE. */
    priority: Type.Optional(nameSchema(Priority)),
    /** Instruments the request relies on; both States must apply one of them. */
    instrumentBasis: Type.Array(nameSchema(Instrument), { minItems: 1, maxItems: 8 }),
    /** Default ACTUAL. EXERCISE and TEST never count. */
    status: Type.Optional(nameSchema(ExchangeStatus)),
    /** Default: TLP AMBER, not passed on without permission. */
    handling: Type.Optional(HandlingFacts),
    /** Default: 90 days from now. */
    expiresAt: instant,
    /** The same firearm is in another case, and is asked about again all the same. */
    despite: Type.Optional(Type.Boolean()),
    /** With `despite`: why; it stays with the case. */
    despiteReason: text(),
    request: TraceRequestFacts,
  },
  closed,
);

/** The type of {@link NewTrace}. */
export type NewTrace = Static<typeof NewTrace>;
