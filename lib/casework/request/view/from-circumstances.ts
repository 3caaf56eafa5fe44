import {
  type AttachmentManifest,
  AttachmentView,
  Certainty,
  type CustodyEvent,
  CustodyEventKind,
  DatePrecision,
  EvidenceKind,
  ModusOperandiKind,
  PartyRole,
  type Recovery,
  RecoveryContext,
  RecoveryMethod,
  TransportMeans,
} from "#proto";
import { nameOf } from "../../list-names.ts";
import { given, hexText } from "./given.ts";

/** A recovery as JSON. */
export function fromRecovery(recovery: Recovery) {
  return {
    date: recovery.date,
    method: nameOf(RecoveryMethod, recovery.method),
    amnesty: given(recovery.amnesty),
    country: recovery.country,
    place: given(recovery.place),
    context: nameOf(RecoveryContext, recovery.context),
    modusOperandi: given(recovery.modusOperandi.map((kind) => nameOf(ModusOperandiKind, kind))),
    transportMeans: nameOf(TransportMeans, recovery.transportMeans),
    routeDeparture: given(recovery.routeDeparture),
    routeTransit: given(recovery.routeTransit),
    routeDestination: given(recovery.routeDestination),
  };
}

/** The announcement of a photograph or document as JSON. */
export function fromManifest(manifest: AttachmentManifest) {
  const { preview } = manifest;
  return {
    attachmentId: manifest.attachmentId,
    fileName: given(manifest.fileName),
    mediaType: manifest.mediaType,
    sizeBytes: Number(manifest.sizeBytes),
    sha256: hexText(manifest.sha256) ?? "",
    pieceBytes: given(manifest.pieceBytes),
    pieceSha256: given(manifest.pieceSha256.map((one) => hexText(one) ?? "")),
    view: nameOf(AttachmentView, manifest.view),
    description: given(manifest.description),
    preview: preview && { ...preview, sha256: hexText(preview.sha256) ?? "" },
  };
}

/** An event of custody as JSON, with everything an earlier hop told of it. */
export function fromCustodyEvent(event: CustodyEvent) {
  return {
    kind: nameOf(CustodyEventKind, event.kind),
    date: given(event.date),
    datePrecision: nameOf(DatePrecision, event.datePrecision),
    dateUntil: given(event.dateUntil),
    fromParty: given(event.fromParty),
    fromRole: nameOf(PartyRole, event.fromRole),
    fromState: given(event.fromState),
    toParty: given(event.toParty),
    toRole: nameOf(PartyRole, event.toRole),
    toState: given(event.toState),
    authorizationRef: given(event.authorizationRef),
    quantity: given(event.quantity),
    evidenceKind: nameOf(EvidenceKind, event.evidenceKind),
    certainty: nameOf(Certainty, event.certainty),
    commercialConfidential: given(event.commercialConfidential),
  };
}
