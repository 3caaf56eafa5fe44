import {
  Alert,
  AlertCertainty,
  AlertKind,
  AlertMove,
  AlertResponseType,
  AlertScope,
  AlertSeverity,
  AlertUrgency,
  AuthorizationKind,
  ConsignmentIdKind,
  FirearmAction,
  FirearmType,
  InformationEvaluation,
  MarkCondition,
  MarkingFinding,
  MarkKind,
  MarkLocation,
  MarkMethod,
  MilitaryCivil,
  ModusOperandiKind,
  PartKind,
  RemovalMethod,
  RestorationMethod,
  SerialStatus,
  SourceReliability,
  SubjectKind,
  WantedReason,
} from "#proto";
import { ALERT_LIMITS, CASEWORK_LIMITS, WIRE_LIMITS } from "#runtime";
import {
  count,
  flag,
  group,
  instant,
  type JsonValue,
  listed,
  many,
  sha256,
  text,
} from "./field-codec.ts";

const { caseNumberCharsMax, consignmentCharsMax, freeTextCharsMax, markingCharsMax } =
  CASEWORK_LIMITS;
const { serialCharsMax, markingsMax } = CASEWORK_LIMITS;
const id = text(WIRE_LIMITS.shortTextCharsMax);
const marked = text(markingCharsMax);
const remark = text(freeTextCharsMax);
const country = text(4);

const marking = group({
  kind: listed(MarkKind),
  text: marked,
  symbolRef: marked,
  location: listed(MarkLocation),
  method: listed(MarkMethod),
  script: text(4),
  condition: listed(MarkCondition),
  imageSha256: sha256,
});

const firearm = group({
  type: listed(FirearmType),
  make: marked,
  model: marked,
  calibre: marked,
  serialStatus: listed(SerialStatus),
  serialRaw: text(serialCharsMax),
  countryOfManufacture: country,
  importMark: group({ country, year: count, importer: marked }),
  markings: many(marking, markingsMax),
  action: listed(FirearmAction),
  maker: marked,
  licensor: marked,
  makeAsMarked: marked,
  modelAsMarked: marked,
  measuredCalibreMm: text(16),
  serialLocation: listed(MarkLocation),
  removalMethod: listed(RemovalMethod),
  restorationMethod: listed(RestorationMethod),
  yearOfManufacture: count,
  militaryCivil: listed(MilitaryCivil),
  characteristics: remark,
});

const part = group({
  kind: listed(PartKind),
  serialStatus: listed(SerialStatus),
  serialRaw: text(serialCharsMax),
  make: marked,
  markings: many(marking, markingsMax),
});

const ammunition = group({
  headstamp: marked,
  lot: marked,
  calibre: marked,
  packagingMarks: many(marked, markingsMax),
  roundCount: count,
  manufacturer: marked,
});

const consignment = group({
  ids: many(
    group({ kind: listed(ConsignmentIdKind), value: text(consignmentCharsMax), country: text(2) }),
    ALERT_LIMITS.consignmentIdsMax,
  ),
  authorizationRef: marked,
  carrier: marked,
  declaredRoute: many(text(6), ALERT_LIMITS.routeStopsMax),
  actualRoute: many(text(6), ALERT_LIMITS.routeStopsMax),
  lastSeenPlace: remark,
  lastSeenAt: instant,
});

const fields = {
  move: listed(AlertMove),
  scope: listed(AlertScope),
  restriction: remark,
  kind: listed(AlertKind),
  infos: many(
    group({
      languageTag: text(35, "BCP 47"),
      headline: text(ALERT_LIMITS.headlineCharsMax),
      description: remark,
      instruction: remark,
      machineTranslated: flag,
    }),
    ALERT_LIMITS.infosMax,
  ),
  urgency: listed(AlertUrgency),
  severity: listed(AlertSeverity),
  certainty: listed(AlertCertainty),
  responseTypes: many(listed(AlertResponseType), 8),
  effectiveAt: instant,
  onsetAt: instant,
  expiresAt: instant,
  references: many(
    group({ sender: id, messageId: id, sentAt: instant }),
    ALERT_LIMITS.referencesMax,
  ),
  note: remark,
  incidents: many(marked, 64),
  sourceReliability: listed(SourceReliability),
  informationEvaluation: listed(InformationEvaluation),
  ackRequiredBy: instant,
  hitReportTo: id,
  dutyContact: group({ unit: marked, telephone: text(16), email: marked }),
  items: many(
    group({
      subjectKind: listed(SubjectKind),
      firearm,
      part,
      ammunition,
      quantity: count,
    }),
    ALERT_LIMITS.itemsMax,
  ),
  wantedReason: listed(WantedReason),
  consignment,
  forgedAuthorization: group({
    kind: listed(AuthorizationKind),
    number: marked,
    purportedIssuer: marked,
    featuresImageSha256: sha256,
    features: remark,
  }),
  modusOperandi: group({
    kind: listed(ModusOperandiKind),
    indicators: many(remark, ALERT_LIMITS.indicatorsMax),
    detectionAdvice: remark,
    reviewerRef: text(caseNumberCharsMax),
    reviewedAt: instant,
    confirmed: many(text(64), 32),
  }),
  markingTechnique: group({
    finding: listed(MarkingFinding),
    method: listed(MarkMethod),
    removalMethod: listed(RemovalMethod),
    marking,
    description: remark,
  }),
  consignee: group({ name: marked, registration: text(consignmentCharsMax), country: text(2) }),
  areas: many(
    group({ description: remark, geocodes: many(text(40), ALERT_LIMITS.geocodesMax) }),
    ALERT_LIMITS.areasMax,
  ),
  handlingText: remark,
  officerRef: text(caseNumberCharsMax),
} as const;

const codec = group(fields);

/** An alert as JSON; attachments, which are bytes, are told elsewhere. */
export type AlertJson = { readonly [name in keyof typeof fields]?: JsonValue };

/**
 * JSON Schema of an alert: names of closed lists, RFC 3339 times. Everything is optional, so that a
 * draft can be checked while it is written; the rules say what is missing.
 */
export const AlertSchema = codec.schema;

/** An alert of the wire contract from JSON that fits {@link AlertSchema}. */
export function alertFromJson(json: AlertJson): Alert {
  return Alert.create(codec.read(json as JsonValue) as Partial<Alert>);
}

/** An alert as JSON, in the form it was given. */
export function alertToJson(alert: Alert): AlertJson {
  return codec.write(alert) as AlertJson;
}
