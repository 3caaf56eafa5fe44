import { type Finding, FindingLevel } from "#proto";
import { nameOf } from "../list-names.ts";
import { jsonPath } from "../request/view/from-finding.ts";

/** What to do about each rule of an alert. */
export const ALERT_WAYS_OUT: Readonly<Record<string, string>> = {
  missing: "Fill it in.",
  unknownValue: "Use a name of the closed list.",
  repeated: "Give it once.",
  tooShort: "Give more: it is too short to be used.",
  tooLong: "Shorten it, or put it into an attachment.",
  tooMany: "Give fewer, or make several alerts.",
  publicScope: "Address named States or a group: Private, or Restricted with its restriction.",
  notExpected: "Leave it away in this kind of message.",
  unresolved: "Refer to a message of this alert by sender, id and time, as it was sent.",
  notOriginalSender: "Ask the sender of the alert to update or cancel it.",
  alreadyCancelled: "Send a new alert: what was cancelled is not raised again.",
  notAfterSent: "Choose a later time: it must come after the alert is sent.",
  lifeTooLong: "Choose an earlier time; an update before then renews the alert.",
  notBeforeExpiry: "Choose a time before the alert expires.",
  unusual: "Keep it if you mean it; the kind's usual value is another.",
  notALanguageTag: "Use a language tag, such as fr or ar (BCP 47).",
  originalFirst: "Put the block that a person wrote first.",
  notATelephone: "Write it with + and the code of the country: +254201234567.",
  notAnAddress: "Write the address of the duty unit: duty@example.org.",
  unidentified: "Give serial number, make and model, or three readable characters of the number.",
  unusable: "Give what is marked; a placeholder is no identifier.",
  unknownState: "Use a current ISO 3166-1 alpha-2 code.",
  notAPlace: "Use a State, a region (ISO 3166-2), a UN/LOCODE or the id of a border post.",
  wrongShape: "Write it as on the document or the container.",
  checkDigit: "Read the number again: its check digit does not hold.",
  notAFirearmsHeading: "Use a heading from 9301 to 9306.",
  notAnImageHash: "Give the SHA-256 of the image that shows the features.",
  notReviewed: "Have a second person answer every point of the checklist.",
  sameOfficer: "Have somebody other than the author review it.",
  hasLink: "Take the link out: an alert names no source of how it is done.",
  looksLikeSteps: "Tell what gives it away, not the steps; have the reviewer look again.",
  makingFile: "Take the file out: an alert carries no drawings or print files.",
  personalData: "Leave persons out: police channels are for those.",
};

/** A finding for people and programs. */
export function alertFindingView({ field, rule, level }: Finding) {
  return {
    field: jsonPath(field),
    rule,
    level: nameOf(FindingLevel, level) ?? ("ADVICE" as const),
    wayOut: ALERT_WAYS_OUT[rule] ?? "Correct this field.",
  };
}
