import { type Alert, AlertKind, AlertMove, ExchangeStatus } from "#proto";
import { compileSchema } from "#runtime";
import { timestampMs } from "#wire";
import type { CapAlert, CapArea, CapInfo, CapNamed, CapProblem } from "../../cap/cap-alert.ts";
import { capTime, capTimeMs } from "../../cap/cap-time.ts";
import { nameOf } from "../../list-names.ts";
import { ALERT_KINDS, type AlertKindName } from "../alert-kinds.ts";
import { type AlertJson, AlertSchema, alertFromJson, alertToJson } from "../json/alert-json.ts";
import type { JsonValue } from "../json/field-codec.ts";
import { fromParameters, toParameters } from "./flat-json.ts";

/** What the header of a message says of an alert. */
export interface AlertHeader {
  readonly messageId: string;
  readonly sender: string;
  readonly sentAtMs: number;
  readonly status: ExchangeStatus;
  readonly recipients: readonly string[];
  /** Handling, such as TLP:AMBER. */
  readonly codes: readonly string[];
}

/** An alert as it was read from CAP: a draft that an officer looks at. */
export interface AlertDraft {
  readonly header: AlertHeader;
  readonly alert: Alert;
  /** Elements that have no place in an alert and were left behind. */
  readonly left: readonly string[];
}

/** Event code that names the kind of alert. */
const KIND_CODE = "tracepost:kind";
/** A block that stands for none: a cancel needs no words. */
const NO_LANGUAGE = "und";

/** Fields that CAP has an element for; every other one travels as a parameter. */
const IN_ELEMENTS: readonly (keyof AlertJson)[] = [
  "move",
  "scope",
  "restriction",
  "kind",
  "infos",
  "urgency",
  "severity",
  "certainty",
  "responseTypes",
  "effectiveAt",
  "onsetAt",
  "expiresAt",
  "references",
  "note",
  "incidents",
  "areas",
];

/** IMMEDIATE as Immediate. */
function capName(name: string | undefined): string {
  return name === undefined ? "Unknown" : `${name.slice(0, 1)}${name.slice(1).toLowerCase()}`;
}

/**
 * An alert as a message of CAP 1.2: what the standard has an element for stands there, the rest
 * in parameters named `tracepost:` and the path of the field (TP-ALERT-16). Instants lose what is
 * below a second, and attachments stay behind: they are bytes.
 */
export function capOfAlert(alert: Alert, header: AlertHeader): CapAlert {
  const json = alertToJson(alert) as Record<string, JsonValue | undefined>;
  const rest = Object.fromEntries(
    Object.entries(json).filter(([name]) => !IN_ELEMENTS.includes(name as keyof AlertJson)),
  );
  const parameter = toParameters(rest as JsonValue);
  const infos = alert.infos.length === 0 ? [undefined] : alert.infos;
  const texts = json as Readonly<Record<string, string | undefined>>;
  return {
    identifier: header.messageId,
    sender: header.sender,
    sent: capTime(header.sentAtMs),
    status: capName(nameOf(ExchangeStatus, header.status)) as CapAlert["status"],
    msgType: capName(nameOf(AlertMove, alert.move)) as CapAlert["msgType"],
    scope: capName(texts.scope) as CapAlert["scope"],
    ...optional({ restriction: alert.restriction, note: alert.note }),
    addresses: [...header.recipients],
    code: [...header.codes],
    references: alert.references.map(({ messageId, sender, sentAt }) => ({
      sender,
      identifier: messageId,
      sent: capTime(timestampMs(sentAt) ?? 0),
    })),
    incidents: [...alert.incidents],
    info: infos.map((info) => infoOf(alert, info, parameter)),
  };
}

function infoOf(
  alert: Alert,
  info: Alert["infos"][number] | undefined,
  parameter: readonly CapNamed[],
): CapInfo {
  const json = alertToJson(alert) as Readonly<Record<string, string | undefined>>;
  const kind = nameOf(AlertKind, alert.kind) ?? "WANTED_FIREARM";
  const isMoving = alert.consignment !== undefined;
  const { dutyContact } = alert;
  const contact = [dutyContact?.unit, dutyContact?.telephone, dutyContact?.email];
  const translated = info?.machineTranslated === true;
  const { description = "", headline = "", instruction = "" } = info ?? {};
  return {
    language: info?.languageTag ?? NO_LANGUAGE,
    category: isMoving ? ["Security", "Transport"] : ["Security"],
    event: ALERT_KINDS[kind].about,
    responseType: ((alertToJson(alert).responseTypes ?? []) as readonly string[]).map(
      capName,
    ) as CapInfo["responseType"],
    urgency: capName(json.urgency) as CapInfo["urgency"],
    severity: capName(json.severity) as CapInfo["severity"],
    certainty: capName(json.certainty) as CapInfo["certainty"],
    eventCode: [{ valueName: KIND_CODE, value: kind }],
    ...times(alert),
    ...optional({ senderName: dutyContact?.unit ?? "", headline, description, instruction }),
    ...optional({ contact: contact.filter((text) => text).join("; ") }),
    parameter: translated
      ? [...parameter, { valueName: "tracepost:machineTranslated", value: "true" }]
      : parameter,
    resource: [],
    area: alert.areas.map(areaOf),
  };
}

function times({ effectiveAt, expiresAt, onsetAt }: Alert) {
  const given = { effective: effectiveAt, onset: onsetAt, expires: expiresAt };
  const texts = Object.entries(given).flatMap(([name, instant]) => {
    const atMs = timestampMs(instant);
    return atMs === undefined ? [] : [[name, capTime(atMs)] as const];
  });
  return Object.fromEntries(texts) as Partial<Pick<CapInfo, "effective" | "onset" | "expires">>;
}

function areaOf({ description, geocodes }: Alert["areas"][number]): CapArea {
  const geocode = geocodes.map((value) => ({ valueName: placeName(value), value }));
  return { areaDesc: description, polygon: [], circle: [], geocode };
}

const PLACE_NAMES = ["ISO3166-1", "ISO3166-2", "UN/LOCODE", "tracepost:post"];

function placeName(code: string): string {
  if (/^[A-Z]{2}$/.test(code)) return "ISO3166-1";
  if (/^[A-Z]{2}-/.test(code)) return "ISO3166-2";
  return code.includes(":") ? "tracepost:post" : "UN/LOCODE";
}

function optional<T extends Record<string, string>>(texts: T): Partial<T> {
  return Object.fromEntries(Object.entries(texts).filter(([, it]) => it !== "")) as Partial<T>;
}

/** A draft, or every element that stands in its way. */
export type AlertDraftResult =
  | { readonly ok: true; readonly draft: AlertDraft }
  | { readonly ok: false; readonly problems: readonly CapProblem[] };

const checkJson = compileSchema(AlertSchema);

/**
 * The alert a message of CAP 1.2 tells of (TP-ALERT-17), ours or somebody else's: what it has no
 * place for is named, never dropped in silence. Whether it may be sent is checkAlert's to say.
 * With `kindLater` a message that names no kind is read, too: somebody chooses it afterwards.
 */
export function alertOfCap(
  cap: CapAlert,
  { kindLater = false }: { readonly kindLater?: boolean } = {},
): AlertDraftResult {
  const problems: CapProblem[] = [];
  const status = ExchangeStatus[cap.status.toUpperCase() as keyof typeof ExchangeStatus];
  const isOurs = status !== undefined;
  if (!isOurs) problems.push({ field: "status", rule: "must be Actual, Exercise or Test" });
  if (cap.msgType === "Ack" || cap.msgType === "Error") {
    problems.push({ field: "msgType", rule: "must be Alert, Update or Cancel" });
  }
  const [first] = cap.info;
  const kind = kindOf(first);
  if (kind === undefined && !(kindLater && kindCode(first) === undefined)) {
    const rule = `must have an eventCode ${KIND_CODE} of: ${Object.keys(ALERT_KINDS).join(", ")}`;
    problems.push({ field: "info.0.eventCode", rule });
  }
  const read = fromParameters(first?.parameter ?? []);
  for (const name of read.wrong)
    problems.push({ field: "info.0.parameter", rule: `${name} is no field` });
  const { machineTranslated: _, ...rest } = read.json;
  const doubled = Object.keys(rest).filter((name) => IN_ELEMENTS.includes(name as keyof AlertJson));
  for (const name of doubled) {
    problems.push({ field: "info.0.parameter", rule: `${name} has an element of its own` });
  }
  if (problems.length > 0) return { ok: false, problems };
  const json = { ...rest, ...elementsOf(cap, kind) };
  const checked = checkJson.check(json, { convert: true });
  if (!checked.ok) {
    const wrong = checked.problems.map(({ field, rule }) => ({ field: `alert.${field}`, rule }));
    return { ok: false, problems: wrong };
  }
  const header = {
    messageId: cap.identifier,
    sender: cap.sender,
    sentAtMs: capTimeMs(cap.sent) ?? 0,
    status: status ?? ExchangeStatus.TEST,
    recipients: [...cap.addresses],
    codes: [...cap.code],
  };
  const alert = alertFromJson(checked.value as AlertJson);
  return { ok: true, draft: { header, alert, left: leftOf(cap, alert, read.strangers) } };
}

function kindCode(info: CapInfo | undefined): string | undefined {
  return info?.eventCode.find(({ valueName }) => valueName === KIND_CODE)?.value;
}

function kindOf(info: CapInfo | undefined): AlertKindName | undefined {
  const code = kindCode(info);
  return code !== undefined && Object.hasOwn(ALERT_KINDS, code)
    ? (code as AlertKindName)
    : undefined;
}

/** Names of CAP in those of the contract; a cancel that weighs nothing says Unknown. */
function weight(name: string | undefined, isCancel: boolean): string | undefined {
  return name === undefined || (isCancel && name === "Unknown") ? undefined : name.toUpperCase();
}

function elementsOf(cap: CapAlert, kind: AlertKindName | undefined): Record<string, unknown> {
  const [first] = cap.info;
  const isCancel = cap.msgType === "Cancel";
  const elements = {
    move: cap.msgType.toUpperCase(),
    scope: cap.scope.toUpperCase(),
    kind,
    restriction: cap.restriction,
    note: cap.note,
    incidents: cap.incidents.length === 0 ? undefined : cap.incidents,
    references: cap.references.map(({ identifier, sender, sent }) => ({
      sender,
      messageId: identifier,
      sentAt: instantOf(sent),
    })),
    infos: cap.info.filter(({ language }) => language !== NO_LANGUAGE).map(infoJson),
    urgency: weight(first?.urgency, isCancel),
    severity: weight(first?.severity, isCancel),
    certainty: weight(first?.certainty, isCancel),
    responseTypes: first?.responseType.map((name) => name.toUpperCase()),
    effectiveAt: instantOf(first?.effective),
    onsetAt: instantOf(first?.onset),
    expiresAt: instantOf(first?.expires),
    areas: first?.area.map(({ areaDesc, geocode }) => ({
      description: areaDesc,
      geocodes: geocode
        .filter(({ valueName }) => PLACE_NAMES.includes(valueName))
        .map(({ value }) => value),
    })),
  };
  return Object.fromEntries(Object.entries(elements).filter(([, value]) => value !== undefined));
}

function infoJson({ description, headline, instruction, language, parameter }: CapInfo) {
  const isTranslated = parameter.some(
    ({ value, valueName }) => valueName === "tracepost:machineTranslated" && value === "true",
  );
  const texts = { languageTag: language, headline, description, instruction };
  const given = Object.entries(texts).filter(([, text]) => text !== undefined);
  return { ...Object.fromEntries(given), ...(isTranslated ? { machineTranslated: true } : {}) };
}

function instantOf(text: string | undefined): string | undefined {
  const atMs = text === undefined ? undefined : capTimeMs(text);
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}

/** Elements nobody looks at afterwards. */
function leftOf(cap: CapAlert, alert: Alert, strangers: readonly string[]): string[] {
  const left = strangers.map((name) => `info.0.parameter ${name}`);
  // Ours are written from the kind and from the duty contact, and need no place of their own.
  const ours = { event: alert.kind !== 0, contact: alert.dutyContact !== undefined };
  if (cap.source !== undefined) left.push("source");
  cap.info.forEach((info, at) => {
    const field = `info.${at}`;
    if (!ours.event) left.push(`${field}.event`);
    const codes = info.eventCode.filter(({ valueName }) => valueName !== KIND_CODE);
    left.push(...codes.map(({ valueName }) => `${field}.eventCode ${valueName}`));
    const isCalled = info.contact !== undefined || info.senderName !== undefined;
    if (isCalled && !ours.contact) left.push(`${field}.contact`);
    if (info.audience !== undefined) left.push(`${field}.audience`);
    if (info.web !== undefined) left.push(`${field}.web`);
    if (info.resource.length > 0) left.push(`${field}.resource`);
    info.area.forEach(({ altitude, circle, geocode, polygon }, index) => {
      const isPlain = polygon.length + circle.length === 0 && altitude === undefined;
      if (!isPlain) left.push(`${field}.area.${index}`);
      const isKnown = geocode.every(({ valueName }) => PLACE_NAMES.includes(valueName));
      if (!isKnown) left.push(`${field}.area.${index}.geocode`);
    });
  });
  return left;
}
