import { type AlertJson, alertFromJson, alertToJson, nameOf } from "#casework";
import { instantMsOf } from "#http";
import { codeOf } from "#participant";
import {
  Alert,
  AlertHit,
  HitConfidence,
  HitKind,
  HitMethod,
  HitNextStep,
  WantedItem,
} from "#proto";
import { timestampMs, toTimestamp } from "#wire";
import type { NewHitBody } from "./alert-schema.ts";

/** A hit of the wire contract from what a caller gives. */
export function hitFromJson(body: NewHitBody, hitId: string, country: string): AlertHit {
  // Firearm, numbers and contact are written as in an alert.
  const { consignmentIds: ids, dutyContact, firearm } = body;
  const parts = alertFromJson({
    ...(firearm === undefined ? {} : { items: [{ firearm }] }),
    ...(ids === undefined ? {} : { consignment: { ids } }),
    dutyContact,
  } as unknown as AlertJson);
  return AlertHit.create({
    hitId,
    kind: codeOf(HitKind, body.kind),
    item: body.item ?? 0,
    country,
    place: body.place ?? "",
    at: toTimestamp(instantMsOf(body.at)),
    method: codeOf(HitMethod, body.method),
    confidence: codeOf(HitConfidence, body.confidence),
    nextStep: codeOf(HitNextStep, body.nextStep),
    firearm: parts.items[0]?.firearm,
    consignmentIds: parts.consignment?.ids ?? [],
    dutyContact: parts.dutyContact,
    remarks: body.remarks ?? "",
  });
}

/** A hit as JSON, in the form it was given. */
export function hitToJson(hit: AlertHit) {
  const told = alertToJson(
    Alert.fromPartial({
      items: hit.firearm === undefined ? [] : [WantedItem.fromPartial({ firearm: hit.firearm })],
      consignment: hit.consignmentIds.length === 0 ? undefined : { ids: hit.consignmentIds },
      dutyContact: hit.dutyContact,
    }),
  ) as {
    readonly items?: readonly { readonly firearm?: object }[];
    readonly consignment?: { readonly ids?: readonly object[] };
    readonly dutyContact?: object;
  };
  const atMs = timestampMs(hit.at);
  return {
    kind: nameOf(HitKind, hit.kind),
    item: hit.item,
    country: hit.country,
    place: hit.place || undefined,
    at: atMs === undefined ? undefined : new Date(atMs).toISOString(),
    method: nameOf(HitMethod, hit.method),
    confidence: nameOf(HitConfidence, hit.confidence),
    nextStep: nameOf(HitNextStep, hit.nextStep),
    firearm: told.items?.[0]?.firearm,
    consignmentIds: told.consignment?.ids,
    dutyContact: told.dutyContact,
    remarks: hit.remarks || undefined,
  };
}
