import { alertToJson, exerciseMark, nameOf } from "#casework";
import { flaggedView, instantOf, instantText } from "#participant";
import { AckLevel, Alert, AlertKind, AlertMove, ExchangeStatus, Instrument } from "#proto";
import type { AlertHead, AlertVersion } from "../exchange/alert-record.ts";
import type { HitRecord } from "../exchange/response-record.ts";
import { alertStateAt } from "../exchange/standing.ts";
import type { AlertDelivery, AlertFile } from "../exchange/view-procedures.ts";
import { NOTICE } from "./check-view.ts";
import { hitToJson } from "./hit-form.ts";

/** An alert as a line of a list. */
export function alertLine(head: AlertHead, nowMs: number) {
  return {
    alertId: head.alertId,
    side: head.side,
    originator: head.originator,
    agency: head.agency || undefined,
    status: nameOf(ExchangeStatus, head.status),
    mark: exerciseMark(head.status) || undefined,
    kind: nameOf(AlertKind, head.kind),
    state: alertStateAt(head, nowMs),
    headline: head.headline,
    messageId: head.currentId ?? undefined,
    effectiveAt: instantOf(head.effectiveAtMs),
    expiresAt: instantOf(head.expiresAtMs),
    openedAt: instantText(head.openedAtMs),
    updatedAt: instantText(head.updatedAtMs),
  };
}

/** An alert with everything that is known of it here. */
export function alertDetail(file: AlertFile, nowMs: number) {
  const { acks, deliveries, head, hits, versions } = file;
  const left = versions.filter(({ state }) => state === "sent" || state === "received");
  const current = versions.find(({ messageId }) => messageId === head.currentId) ?? left.at(-1);
  return {
    ...alertLine(head, nowMs),
    notice: NOTICE,
    alert: alertToJson((current ?? versions.at(-1))?.alert ?? Alert.fromPartial({})),
    versions: versions.map(versionView),
    recipients: recipientViews(deliveries, file),
    acknowledgements: acks.map(({ participant, unit, level, atMs }) => ({
      participant,
      unit: unit || undefined,
      level: nameOf(AckLevel, level),
      at: instantText(atMs),
    })),
    hits: hits.map(hitView),
    flagged: flaggedView(file.flagged),
  };
}

function versionView(version: AlertVersion) {
  const { addressedTo } = version.alert;
  return {
    messageId: version.messageId,
    move: nameOf(AlertMove, version.move),
    sender: version.sender,
    carrier: version.carrier || undefined,
    state: version.state,
    reason: version.reason || undefined,
    leftAs: version.leftAs ?? undefined,
    sentAt: instantText(version.sentAtMs),
    note: version.alert.note || undefined,
    to:
      addressedTo === undefined
        ? undefined
        : {
            states: addressedTo.states.length === 0 ? undefined : addressedTo.states,
            group: addressedTo.group || undefined,
            instrument: nameOf(Instrument, addressedTo.instrument),
          },
  };
}

/** One line a recipient: what became of the newest message to it, and how far it took it up. */
function recipientViews(deliveries: readonly AlertDelivery[], { acks, head, versions }: AlertFile) {
  const place = new Map(versions.map(({ messageId, position }) => [messageId, position]));
  const newest = new Map<string, AlertDelivery>();
  const ordered = deliveries.toSorted((one, other) => {
    return (place.get(one.messageId) ?? 0) - (place.get(other.messageId) ?? 0);
  });
  for (const delivery of ordered) newest.set(delivery.recipient, delivery);
  return [...newest.values()].map(({ code, messageId, recipient, state }) => {
    const own = acks.filter(({ participant }) => participant === recipient);
    const reached = Math.max(
      state === "delivered" ? AckLevel.RECEIVED : AckLevel.UNSPECIFIED,
      ...own.map(({ level }) => level),
    ) as AckLevel;
    return {
      participant: recipient,
      messageId,
      isCurrent: messageId === head.currentId,
      delivery: state === "open" ? "under way" : state,
      code: code ?? undefined,
      level: nameOf(AckLevel, reached),
    };
  });
}

function hitView({ foundBy, hit, hitId, reason, reportedAtMs, reporter, ...record }: HitRecord) {
  return {
    hitId,
    reporter,
    foundBy,
    state: record.state,
    reason: reason || undefined,
    reportedAt: instantText(reportedAtMs),
    retractedAt: instantOf(record.retractedAtMs),
    notice: NOTICE,
    hit: hitToJson(hit),
  };
}
