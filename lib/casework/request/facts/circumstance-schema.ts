import { Type } from "typebox";
import {
  AttachmentView,
  Certainty,
  CheckResult,
  CustodyEventKind,
  DatePrecision,
  EvidenceKind,
  ModusOperandiKind,
  PartyRole,
  RecoveryContext,
  RecoveryMethod,
  TransportMeans,
} from "#proto";
import { REQUEST_LIMITS } from "#runtime";
import { nameSchema } from "../../name-schema.ts";
import { closed, count, digest, marked, reference, state, text } from "./field-schemas.ts";

/** Where and how it was recovered. */
export const RecoveryFacts = Type.Object(
  {
    date: text(),
    method: Type.Optional(nameSchema(RecoveryMethod)),
    amnesty: Type.Optional(Type.Boolean()),
    country: state,
    place: text(),
    context: Type.Optional(nameSchema(RecoveryContext)),
    modusOperandi: Type.Optional(
      Type.Array(nameSchema(ModusOperandiKind), { maxItems: REQUEST_LIMITS.codesMax }),
    ),
    transportMeans: Type.Optional(nameSchema(TransportMeans)),
    routeDeparture: state,
    routeTransit: Type.Optional(
      Type.Array(Type.String({ pattern: "^[A-Z]{2}$" }), {
        maxItems: REQUEST_LIMITS.transitStatesMax,
      }),
    ),
    routeDestination: state,
  },
  closed,
);

const Result = Type.Optional(nameSchema(CheckResult));
const Day = Type.Optional(Type.String({ maxLength: 10, description: "YYYY-MM-DD" }));

/** What was looked up at home before. */
export const PriorCheckFacts = Type.Object(
  {
    nationalRegistry: Result,
    nationalRegistryOn: Day,
    lostStolen: Result,
    lostStolenOn: Day,
    iarms: Result,
    iarmsOn: Day,
    iarmsRef: reference,
  },
  closed,
);

const Preview = Type.Object(
  { mediaType: Type.String({ maxLength: 100 }), sizeBytes: Type.Integer(), sha256: digest },
  closed,
);

/** A photograph or document that travels beside the request. */
export const ManifestFacts = Type.Object(
  {
    attachmentId: Type.String({ maxLength: 64 }),
    fileName: text(255),
    mediaType: Type.String({ maxLength: 100 }),
    sizeBytes: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
    sha256: digest,
    pieceBytes: Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 })),
    pieceSha256: Type.Optional(Type.Array(digest, { maxItems: 1_000 })),
    view: Type.Optional(nameSchema(AttachmentView)),
    description: text(),
    preview: Type.Optional(Preview),
  },
  closed,
);

/** What an earlier hop told of the firearm's life. */
export const CustodyHistoryFacts = Type.Object(
  {
    kind: nameSchema(CustodyEventKind),
    date: Type.Optional(Type.String({ maxLength: 10 })),
    datePrecision: Type.Optional(nameSchema(DatePrecision)),
    dateUntil: Type.Optional(Type.String({ maxLength: 10 })),
    fromParty: marked,
    fromRole: Type.Optional(nameSchema(PartyRole)),
    fromState: state,
    toParty: marked,
    toRole: Type.Optional(nameSchema(PartyRole)),
    toState: state,
    authorizationRef: reference,
    quantity: count,
    evidenceKind: Type.Optional(nameSchema(EvidenceKind)),
    certainty: Type.Optional(nameSchema(Certainty)),
    commercialConfidential: Type.Optional(Type.Boolean()),
  },
  closed,
);
