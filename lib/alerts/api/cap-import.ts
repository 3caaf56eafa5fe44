import {
  type AlertDraft,
  type AlertJson,
  alertFromJson,
  alertOfCap,
  alertToJson,
  nameOf,
  parseCap,
} from "#casework";
import { type Problem, problemOf } from "#http";
import { instantText } from "#participant";
import { AlertKind, AlertMove, ExchangeStatus } from "#proto";
import { timestampMs } from "#wire";
import type { AlertVersion } from "../exchange/alert-record.ts";
import type { AlertFile, VersionPlace } from "../exchange/view-procedures.ts";
import { addresseesOf, CAP_CODES } from "./cap-export.ts";
import {
  type AlertContext,
  addressingOf,
  type DraftFinding,
  type GivenAlert,
  reviewAlert,
} from "./prepare-alert.ts";

/** A document that is read, or what is said to the caller. */
export type CapReading =
  | { readonly ok: true; readonly draft: AlertDraft }
  | { readonly ok: false; readonly problem: Problem };

/** Reads a CAP document as an alert; which kind it is may be chosen afterwards. */
export function readCap(xml: string): CapReading {
  const read = parseCap(xml);
  if (!read.ok) return no(problemOf("INPUT_INVALID", { problems: read.problems }));
  if (read.value.scope === "Public") {
    return no(problemOf("PUBLIC_SCOPE_FORBIDDEN", { field: "scope" }));
  }
  const found = alertOfCap(read.value, { kindLater: true });
  return found.ok ? found : no(problemOf("INPUT_INVALID", { problems: found.problems }));
}

function no(problem: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem };
}

/** What is kept here of what a document is about. */
export interface KeptHere {
  /** Places of the message itself and of what it refers to. */
  readonly places: readonly VersionPlace[];
  /** The one alert that it updates or cancels; null for none. */
  readonly file: AlertFile | null;
  /** Versions of it that a further one of ours replaces. */
  readonly own: readonly AlertVersion[];
}

/** Ids of the messages that a document names. */
export function messagesOf({ alert, header }: AlertDraft): string[] {
  return [header.messageId, ...alert.references.map(({ messageId }) => messageId)];
}

/** The one alert that a document updates or cancels, of ours; undefined for none or several. */
export function alertMeant(draft: AlertDraft, places: readonly VersionPlace[]): string | undefined {
  const ids = new Set(
    draft.alert.references.flatMap(({ messageId }) =>
      places.filter((place) => place.messageId === messageId).map(({ alertId }) => alertId),
    ),
  );
  const [only] = ids;
  return ids.size === 1 && draft.alert.move !== AlertMove.ALERT ? only : undefined;
}

/**
 * What a document says as the body of the route that sends it, with everything that an officer has
 * still to choose (TP-ALERT-47). It sends nothing and keeps nothing.
 */
export function importCap(draft: AlertDraft, kept: KeptHere, by: AlertContext & { actor: string }) {
  const { alert, header } = draft;
  const { file, own } = kept;
  const { to, strangers } = addresseesOf(header.recipients);
  const { move: _, references: __, ...facts } = alertToJson(alert) as Record<string, unknown>;
  const kind = facts.kind ?? nameOf(AlertKind, file?.head.kind ?? AlertKind.UNSPECIFIED);
  const json = { ...facts, ...(kind === undefined ? {} : { kind }) } as AlertJson;
  const given = { move: alert.move, to: addressingOf(to), alert: alertFromJson(json) };
  const findings = [...findingsOf(draft, kept), ...rulesOn({ ...given, earlier: own }, by)];
  const body = { to, alert: json };
  const codes = header.codes.filter((code) => !CAP_CODES.includes(code));
  return {
    move: nameOf(AlertMove, alert.move),
    ...nextOf(alert.move, file?.head.alertId, body, nameOf(ExchangeStatus, header.status)),
    complete: findings.every(({ level }) => level !== "ERROR"),
    findings,
    leftOut: [
      ...draft.left,
      ...strangers.map((address) => `addresses ${address}`),
      ...codes.map((code) => `code ${code}`),
    ],
    source: {
      identifier: header.messageId,
      sender: header.sender,
      sentAt: instantText(header.sentAtMs),
    },
  };
}

/** Which route sends it, and with what. */
function nextOf(
  move: AlertMove,
  alertId: string | undefined,
  body: { readonly to: object; readonly alert: AlertJson },
  status: string | undefined,
) {
  if (move === AlertMove.ALERT) return { body: { to: body.to, status, alert: body.alert } };
  const about = alertId === undefined ? {} : { alertId };
  if (move === AlertMove.UPDATE) return { ...about, body };
  return { ...about, body: { reason: body.alert.note ?? "" } };
}

/** What the rules of alerts say; of a cancel they know the reason alone. */
function rulesOn(
  given: Omit<GivenAlert, "actor">,
  { actor, ...context }: AlertContext & { actor: string },
): DraftFinding[] {
  const findings = reviewAlert({ ...given, actor }, context);
  // What it refers to is held against what is kept here, below.
  const own = findings.filter(({ field }) => !field.startsWith("alert.references"));
  if (given.move !== AlertMove.CANCEL) return own;
  return own
    .filter(({ field }) => field === "alert.note")
    .map((finding) => ({ ...finding, field: "reason" }));
}

/** What the alerts kept here say of it. */
function findingsOf({ alert, header }: AlertDraft, { file, own, places }: KeptHere) {
  const findings: DraftFinding[] = [];
  const error = (field: string, rule: string, remedy: string): void => {
    findings.push({ field, rule, remedy, level: "ERROR" });
  };
  const same = places.find(({ messageId }) => messageId === header.messageId);
  if (same !== undefined) {
    const remedy = `Look at alert ${same.alertId} first: sent, this becomes another message.`;
    findings.push({ field: "identifier", rule: "alreadyHere", remedy, level: "WARNING" });
  }
  if (alert.move === AlertMove.ALERT) return findings;
  alert.references.forEach(({ messageId, sender, sentAt }, at) => {
    const version = file?.versions.find((one) => one.messageId === messageId);
    const isSame =
      version?.sender === sender && secondOf(version.sentAtMs) === secondOf(timestampMs(sentAt));
    if (isSame) return;
    const remedy = "Refer to messages of one alert that is kept here, as they were sent.";
    error(`references.${at}`, "unresolved", remedy);
  });
  if (file === null) return findings;
  if (own.length === 0) {
    error("references", "notOriginalSender", "Ask the sender of the alert to change it.");
  }
  if (alert.kind !== AlertKind.UNSPECIFIED && alert.kind !== file.head.kind) {
    error("alert.kind", "neverChanges", "Keep the kind of the alert, or send a new alert.");
  }
  if (header.status !== file.head.status) {
    error("status", "neverChanges", "Keep the status of the alert, or send a new alert.");
  }
  return findings;
}

/** CAP knows no parts of a second. */
function secondOf(atMs: number | undefined): number {
  return Math.floor((atMs ?? -1) / 1_000);
}
