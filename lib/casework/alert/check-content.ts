import { type Alert, type ModusOperandi, ModusOperandiKind } from "#proto";
import { isStateCode } from "#reference";
import { ALERT_LIMITS, CASEWORK_LIMITS } from "#runtime";
import { timestampMs } from "#wire";
import { checkConsignment } from "../consignment/check-consignment.ts";
import type { FindingList } from "../finding-list.ts";
import { ALERT_KINDS, type AlertKindName } from "./alert-kinds.ts";
import { isMakingFile, REVIEW_POINTS, textRulesOf } from "./modus-operandi.ts";

const SHA256_BYTES = 32;

/** What the kind of alert needs (TP-ALERT-4), and what no alert may carry. */
export function checkAlertContent(
  alert: Alert,
  kind: AlertKindName | undefined,
  sentAtMs: number,
  found: FindingList,
): void {
  const needs = kind === undefined ? [] : ALERT_KINDS[kind].needs;
  for (const field of needs) found.demand(!isEmpty(valueAt(alert, field)), field, "missing");
  checkForged(alert, found);
  checkConsignee(alert, found);
  if (kind === "NEW_MODUS_OPERANDI" && alert.modusOperandi !== undefined) {
    checkModusOperandi(alert, alert.modusOperandi, sentAtMs, found);
  }
  if (kind === "LOST_STOLEN_CONSIGNMENT" || kind === "DIVERSION_IN_TRANSIT") {
    const field = "consignment.authorization_ref";
    found.demand(!isEmpty(valueAt(alert, field)), field, "missing", "ADVICE");
    const ids = alert.consignment?.ids ?? [];
    found.demand(ids.length > 0, "consignment.ids", "missing", "ADVICE");
  }
  alert.attachments.forEach(({ fileName, mediaType }, at) => {
    const isMaking = isMakingFile(fileName) || isMakingFile(mediaType);
    found.demand(!isMaking, `attachments.${at}`, "makingFile");
  });
}

/** Value of a field by its path of the wire contract. */
function valueAt(message: object, path: string): unknown {
  return path.split(".").reduce<unknown>((value, name) => {
    const key = name.replaceAll(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
    return (value as Record<string, unknown> | undefined)?.[key];
  }, message);
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === 0) return true;
  if (typeof value === "string") return value.trim() === "";
  return (Array.isArray(value) || value instanceof Uint8Array) && value.length === 0;
}

function checkForged({ forgedAuthorization: forged }: Alert, found: FindingList): void {
  if (forged === undefined) return;
  const { freeTextCharsMax, markingCharsMax } = CASEWORK_LIMITS;
  found.demand(forged.number.length <= markingCharsMax, "forged_authorization.number", "tooLong");
  const isHash = [0, SHA256_BYTES].includes(forged.featuresImageSha256.length);
  const field = "forged_authorization.features_image_sha256";
  found.demand(isHash, field, "notAnImageHash");
  const isShort = forged.features.length <= freeTextCharsMax;
  found.demand(isShort, "forged_authorization.features", "tooLong");
}

/** Legal persons only (TP-ALERT-12): natural persons are for police channels. */
function checkConsignee({ consignee }: Alert, found: FindingList): void {
  if (consignee === undefined) return;
  const { country, name, registration } = consignee;
  const { markingCharsMax } = CASEWORK_LIMITS;
  found.demand(name.length <= markingCharsMax, "consignee.name", "tooLong");
  const isState = country === "" || isStateCode(country);
  found.demand(isState, "consignee.country", "unknownState");
  if (registration.trim() === "" || !isStateCode(country)) return;
  const kind = "CONSIGNEE_REGISTRATION";
  const checked = checkConsignment({ kind, value: registration, country });
  if (!checked.valid) found.demand(false, "consignee.registration", checked.problem.rule);
}

/** Indicators, read by a second person against the checklist (TP-ALERT-10). */
function checkModusOperandi(
  alert: Alert,
  operandi: ModusOperandi,
  sentAtMs: number,
  found: FindingList,
): void {
  const path = "modus_operandi";
  found.choice(operandi.kind, ModusOperandiKind, `${path}.kind`);
  const { freeTextCharsMax } = CASEWORK_LIMITS;
  const { indicators } = operandi;
  found.demand(indicators.length <= ALERT_LIMITS.indicatorsMax, `${path}.indicators`, "tooMany");
  const texts = [
    ...indicators.map((text, at) => [`${path}.indicators.${at}`, text] as const),
    [`${path}.detection_advice`, operandi.detectionAdvice] as const,
    ...alert.infos.flatMap(({ description, headline, instruction }, at) => [
      [`infos.${at}.headline`, headline] as const,
      [`infos.${at}.description`, description] as const,
      [`infos.${at}.instruction`, instruction] as const,
    ]),
  ];
  for (const [field, text] of texts) {
    if (field.startsWith(path)) found.demand(text.length <= freeTextCharsMax, field, "tooLong");
    for (const rule of textRulesOf(text)) found.demand(false, field, rule);
  }
  const steps = textRulesOf(indicators.join("\n")).includes("looksLikeSteps");
  found.demand(!steps, `${path}.indicators`, "looksLikeSteps");
  checkReview(alert, operandi, sentAtMs, found);
}

function checkReview(
  { officerRef }: Alert,
  { confirmed, reviewedAt, reviewerRef }: ModusOperandi,
  sentAtMs: number,
  found: FindingList,
): void {
  const path = "modus_operandi";
  found.text(reviewerRef, `${path}.reviewer_ref`, CASEWORK_LIMITS.caseNumberCharsMax);
  const isOther = reviewerRef === "" || reviewerRef !== officerRef;
  found.demand(isOther, `${path}.reviewer_ref`, "sameOfficer");
  found.demand(!reviewerRef.includes("@"), `${path}.reviewer_ref`, "personalData");
  const all = REVIEW_POINTS.every(({ code }) => confirmed.includes(code));
  found.demand(all, `${path}.confirmed`, "notReviewed");
  const reviewedAtMs = timestampMs(reviewedAt);
  const isDone = reviewedAtMs !== undefined && reviewedAtMs <= sentAtMs;
  found.demand(isDone, `${path}.reviewed_at`, "notReviewed");
}
