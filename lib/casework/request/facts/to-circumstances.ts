import {
  AttachmentManifest,
  AttachmentView,
  Certainty,
  CustodyEvent,
  CustodyEventKind,
  DatePrecision,
  EvidenceKind,
  ModusOperandiKind,
  PartyRole,
  Recovery,
  RecoveryContext,
  RecoveryMethod,
  TransportMeans,
} from "#proto";
import { codeOf } from "../../name-schema.ts";
import type { TraceRequestFacts } from "./request-schema.ts";

type RecoveryFacts = NonNullable<TraceRequestFacts["recovery"]>;
type ManifestFacts = NonNullable<TraceRequestFacts["attachments"]>[number];
type CustodyFacts = NonNullable<TraceRequestFacts["custodyHistory"]>[number];

/** A recovery as the wire has it. */
export function toRecovery(facts: RecoveryFacts): Recovery {
  return Recovery.create({
    date: facts.date ?? "",
    method: codeOf(RecoveryMethod, facts.method),
    amnesty: facts.amnesty ?? false,
    country: facts.country ?? "",
    place: facts.place ?? "",
    context: codeOf(RecoveryContext, facts.context),
    modusOperandi: (facts.modusOperandi ?? []).map((name) => codeOf(ModusOperandiKind, name)),
    transportMeans: codeOf(TransportMeans, facts.transportMeans),
    routeDeparture: facts.routeDeparture ?? "",
    routeTransit: facts.routeTransit ?? [],
    routeDestination: facts.routeDestination ?? "",
  });
}

/** The announcement of a photograph or document as the wire has it. */
export function toManifest(facts: ManifestFacts): AttachmentManifest {
  const { preview } = facts;
  return AttachmentManifest.create({
    attachmentId: facts.attachmentId,
    fileName: facts.fileName ?? "",
    mediaType: facts.mediaType,
    sizeBytes: BigInt(facts.sizeBytes),
    sha256: Buffer.from(facts.sha256, "hex"),
    pieceBytes: facts.pieceBytes ?? 0,
    pieceSha256: (facts.pieceSha256 ?? []).map((one) => Buffer.from(one, "hex")),
    view: codeOf(AttachmentView, facts.view),
    description: facts.description ?? "",
    preview: preview && { ...preview, sha256: Buffer.from(preview.sha256, "hex") },
  });
}

/** An event of custody as the wire has it. */
export function toCustodyEvent(facts: CustodyFacts): CustodyEvent {
  return CustodyEvent.create({
    kind: codeOf(CustodyEventKind, facts.kind),
    date: facts.date ?? "",
    datePrecision: codeOf(DatePrecision, facts.datePrecision),
    dateUntil: facts.dateUntil ?? "",
    fromParty: facts.fromParty ?? "",
    fromRole: codeOf(PartyRole, facts.fromRole),
    fromState: facts.fromState ?? "",
    toParty: facts.toParty ?? "",
    toRole: codeOf(PartyRole, facts.toRole),
    toState: facts.toState ?? "",
    authorizationRef: facts.authorizationRef ?? "",
    quantity: facts.quantity ?? 0,
    evidenceKind: codeOf(EvidenceKind, facts.evidenceKind),
    certainty: codeOf(Certainty, facts.certainty),
    commercialConfidential: facts.commercialConfidential ?? false,
  });
}
