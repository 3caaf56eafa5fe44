import {
  type Alert,
  AlertCertainty,
  AlertKind,
  AlertMove,
  AlertScope,
  AlertSeverity,
  AlertUrgency,
  type Finding,
} from "#proto";
import { ALERT_LIMITS, CASEWORK_LIMITS } from "#runtime";
import { timestampMs } from "#wire";
import { FindingList } from "../finding-list.ts";
import { nameOf } from "../list-names.ts";
import { ALERT_KINDS, type AlertKindName } from "./alert-kinds.ts";
import { checkAlertContent } from "./check-content.ts";
import { checkConsignmentOf, checkItems } from "./check-items.ts";

const DAY_MS = 86_400_000;

/** What the header of an alert says, and what is known of the alert already. */
export interface AlertContext {
  readonly sender: string;
  readonly sentAtMs: number;
  /** Recipients, after groups were expanded. */
  readonly recipients: readonly string[];
  /** Messages of this alert that the checking side has. */
  readonly earlier: readonly {
    readonly sender: string;
    readonly messageId: string;
    readonly sentAtMs: number;
    /** It was cancelled, which ends the alert for good. */
    readonly cancelled?: boolean;
  }[];
}

/**
 * Everything that is wrong, doubtful or could be better in an alert, in the order of its fields. An
 * ERROR forbids sending it, and taking it at the other end (TP-ALERT-4 to TP-ALERT-7).
 */
export function checkAlert(alert: Alert, context: AlertContext): Finding[] {
  const found = new FindingList();
  found.choice(alert.move, WRITTEN_MOVES, "move");
  checkScope(alert, context, found);
  found.choice(alert.kind, AlertKind, "kind");
  checkReferences(alert, context, found);
  const kind = nameOf(AlertKind, alert.kind);
  if (alert.move === AlertMove.CANCEL) {
    // A cancel says why and nothing else: what it takes back stands in what it refers to.
    found.reason(alert.note, "note");
    return found.all();
  }
  checkTimes(alert, kind, context, found);
  checkWeight(alert, kind, found);
  checkInfos(alert, found);
  checkDutyContact(alert, found);
  checkItems(alert, found);
  checkConsignmentOf(alert, found);
  checkAlertContent(alert, kind, context.sentAtMs, found);
  checkAreas(alert, found);
  return found.all();
}

const WRITTEN_MOVES = {
  ALERT: AlertMove.ALERT,
  UPDATE: AlertMove.UPDATE,
  CANCEL: AlertMove.CANCEL,
} as const;

/** Scope as CAP has it, and never Public (TP-ALERT-5). */
function checkScope(alert: Alert, { recipients }: AlertContext, found: FindingList): void {
  const { restriction, scope } = alert;
  found.choice(scope, AlertScope, "scope");
  found.demand(scope !== AlertScope.PUBLIC, "scope", "publicScope");
  const { freeTextCharsMax } = CASEWORK_LIMITS;
  if (scope === AlertScope.RESTRICTED) found.text(restriction, "restriction", freeTextCharsMax);
  // On this exchange nothing is sent to nobody; Private demands it of the standard, too.
  found.demand(recipients.length > 0, "recipients", "missing");
}

/** Updates and cancels are about messages that are known, of the same sender (TP-ALERT-6). */
function checkReferences(alert: Alert, context: AlertContext, found: FindingList): void {
  const { move, references } = alert;
  const isFirst = move === AlertMove.ALERT;
  const isAbout = move === AlertMove.UPDATE || move === AlertMove.CANCEL;
  found.demand(!isFirst || references.length === 0, "references", "notExpected");
  found.demand(!isAbout || references.length > 0, "references", "missing");
  found.demand(references.length <= ALERT_LIMITS.referencesMax, "references", "tooMany");
  references.slice(0, ALERT_LIMITS.referencesMax).forEach((reference, at) => {
    const field = `references.${at}`;
    const known = context.earlier.find(({ messageId }) => messageId === reference.messageId);
    const isSame =
      known?.sender === reference.sender && known.sentAtMs === timestampMs(reference.sentAt);
    found.demand(isSame, field, "unresolved");
    found.demand(reference.sender === context.sender, field, "notOriginalSender");
    found.demand(known?.cancelled !== true, field, "alreadyCancelled");
  });
}

/** It ends after it begins, within the life of its kind (TP-ALERT-7). */
function checkTimes(
  alert: Alert,
  kind: AlertKindName | undefined,
  { sentAtMs }: AlertContext,
  found: FindingList,
): void {
  const expiresAtMs = timestampMs(alert.expiresAt);
  const lifeDaysMax = kind === undefined ? null : ALERT_KINDS[kind].lifeDaysMax;
  if (kind !== undefined && lifeDaysMax === null) {
    found.demand(alert.expiresAt === undefined, "expires_at", "notExpected");
    return;
  }
  found.demand(expiresAtMs !== undefined, "expires_at", "missing");
  if (expiresAtMs === undefined) return;
  found.demand(expiresAtMs > sentAtMs, "expires_at", "notAfterSent");
  const latestMs = sentAtMs + (lifeDaysMax ?? 0) * DAY_MS;
  found.demand(kind === undefined || expiresAtMs <= latestMs, "expires_at", "lifeTooLong");
  for (const [field, instant] of [
    ["effective_at", alert.effectiveAt],
    ["onset_at", alert.onsetAt],
    ["ack_required_by", alert.ackRequiredBy],
  ] as const) {
    const atMs = timestampMs(instant);
    found.demand(instant === undefined || atMs !== undefined, field, "unknownValue");
    found.demand(atMs === undefined || atMs < expiresAtMs, field, "notBeforeExpiry");
  }
}

function checkWeight(alert: Alert, kind: AlertKindName | undefined, found: FindingList): void {
  const { certainty, responseTypes, severity, urgency } = alert;
  found.choice(urgency, AlertUrgency, "urgency");
  found.choice(severity, AlertSeverity, "severity");
  found.choice(certainty, AlertCertainty, "certainty");
  const isOnce = new Set(responseTypes).size === responseTypes.length;
  found.demand(isOnce, "response_types", "repeated");
  if (kind === undefined) return;
  const usual = ALERT_KINDS[kind];
  const isUsual = (name: string | undefined, own: string): boolean =>
    name === undefined || name === own;
  const names = {
    urgency: isUsual(nameOf(AlertUrgency, urgency), usual.urgency),
    severity: isUsual(nameOf(AlertSeverity, severity), usual.severity),
    certainty: isUsual(nameOf(AlertCertainty, certainty), usual.certainty),
  };
  for (const [field, holds] of Object.entries(names)) {
    found.demand(holds, field, "unusual", "ADVICE");
  }
}

function checkInfos({ infos }: Alert, found: FindingList): void {
  found.demand(infos.length > 0, "infos", "missing");
  found.demand(infos.length <= ALERT_LIMITS.infosMax, "infos", "tooMany");
  const languages = infos.map(({ languageTag }) => languageTag.toLowerCase());
  found.demand(new Set(languages).size === languages.length, "infos", "repeated");
  found.demand(infos[0]?.machineTranslated !== true, "infos.0", "originalFirst");
  infos.slice(0, ALERT_LIMITS.infosMax).forEach((info, at) => {
    const field = `infos.${at}`;
    found.demand(isLanguageTag(info.languageTag), `${field}.language_tag`, "notALanguageTag");
    found.text(info.headline, `${field}.headline`, ALERT_LIMITS.headlineCharsMax);
    const { freeTextCharsMax } = CASEWORK_LIMITS;
    const isShort = (text: string): boolean => text.length <= freeTextCharsMax;
    found.demand(isShort(info.description), `${field}.description`, "tooLong");
    found.demand(isShort(info.instruction), `${field}.instruction`, "tooLong");
  });
}

function isLanguageTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text).length === 1;
  } catch {
    return false;
  }
}

const TELEPHONE = /^\+[1-9]\d{6,14}$/;
const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;

/** Whoever reads it at night can call somebody (TP-ALERT-11). */
function checkDutyContact({ dutyContact }: Alert, found: FindingList): void {
  found.demand(dutyContact !== undefined, "duty_contact", "missing");
  if (dutyContact === undefined) return;
  const { email, telephone, unit } = dutyContact;
  found.text(unit, "duty_contact.unit", CASEWORK_LIMITS.markingCharsMax);
  found.demand(telephone !== "", "duty_contact.telephone", "missing");
  const isNumber = telephone === "" || TELEPHONE.test(telephone);
  found.demand(isNumber, "duty_contact.telephone", "notATelephone");
  const isAddress = email === "" || ADDRESS.test(email);
  found.demand(isAddress, "duty_contact.email", "notAnAddress");
}

/** A State, a region of one, a UN/LOCODE, or the id of a border post. */
const PLACE = /^(?:[A-Z]{2}|[A-Z]{2}-[A-Z0-9]{1,3}|[A-Z]{2} ?[A-Z2-9]{3}|[A-Z]{2}:[\w-]{1,32})$/;

function checkAreas({ areas }: Alert, found: FindingList): void {
  found.demand(areas.length <= ALERT_LIMITS.areasMax, "areas", "tooMany");
  areas.slice(0, ALERT_LIMITS.areasMax).forEach(({ description, geocodes }, at) => {
    const field = `areas.${at}`;
    found.text(description, `${field}.description`, CASEWORK_LIMITS.freeTextCharsMax);
    const known = geocodes.every((code) => PLACE.test(code));
    found.demand(known, `${field}.geocodes`, "notAPlace");
    found.demand(geocodes.length <= ALERT_LIMITS.geocodesMax, `${field}.geocodes`, "tooMany");
  });
}
