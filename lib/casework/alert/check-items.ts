import {
  type Alert,
  AlertKind,
  type Ammunition,
  type Consignment,
  ConsignmentIdKind,
  type Firearm,
  type FirearmPart,
  SerialStatus,
  SubjectKind,
  type WantedItem,
} from "#proto";
import { isStateCode } from "#reference";
import { ALERT_LIMITS, CASEWORK_LIMITS } from "#runtime";
import { checkConsignment } from "../consignment/check-consignment.ts";
import type { FindingList } from "../finding-list.ts";
import { checkSerial, SERIAL_CHARS_MIN } from "../identity-rules.ts";
import { nameOf } from "../list-names.ts";
import { normalizeSerial } from "../normalize.ts";

/** What is looked for must be known well enough to be found (TP-ALERT-4). */
export function checkItems({ items, kind }: Alert, found: FindingList): void {
  found.demand(items.length <= ALERT_LIMITS.itemsMax, "items", "tooMany");
  items.slice(0, ALERT_LIMITS.itemsMax).forEach((item, at) => {
    const field = `items.${at}`;
    found.choice(item.subjectKind, SubjectKind, `${field}.subject_kind`);
    if (item.subjectKind === SubjectKind.AMMUNITION) {
      checkAmmunition(item.ammunition, `${field}.ammunition`, found);
    } else if (item.subjectKind === SubjectKind.PART_COMPONENT) {
      checkPart(item.part, `${field}.part`, found);
    } else {
      checkWanted(item, kind, `${field}.firearm`, found);
    }
  });
}

function checkAmmunition(ammunition: Ammunition | undefined, field: string, found: FindingList) {
  const { headstamp = "", lot = "" } = ammunition ?? {};
  found.demand(lot.trim() !== "" || headstamp.trim() !== "", `${field}.lot`, "unidentified");
  const { markingCharsMax } = CASEWORK_LIMITS;
  found.demand(lot.length <= markingCharsMax, `${field}.lot`, "tooLong");
  found.demand(headstamp.length <= markingCharsMax, `${field}.headstamp`, "tooLong");
}

function checkPart(part: FirearmPart | undefined, field: string, found: FindingList): void {
  found.demand(part !== undefined, field, "missing");
  if (part === undefined) return;
  found.demand(part.kind !== 0, `${field}.kind`, "missing");
  checkMarkedNumber(part.serialRaw, part.serialStatus, `${field}.serial_raw`, found);
}

function checkWanted({ firearm }: WantedItem, kind: AlertKind, field: string, found: FindingList) {
  found.demand(firearm !== undefined, field, "missing");
  if (firearm === undefined) return;
  checkMarkedNumber(firearm.serialRaw, firearm.serialStatus, `${field}.serial_raw`, found);
  const { markingCharsMax } = CASEWORK_LIMITS;
  // A number alone is worn by firearms of many makers (domain notes 3.2).
  const level = kind === AlertKind.WANTED_FIREARM ? "ERROR" : "ADVICE";
  for (const [name, text] of [
    ["make", firearm.make],
    ["model", firearm.model],
  ] as const) {
    const isKnown = text.trim() !== "" || isRestoredPart(firearm);
    found.demand(isKnown, `${field}.${name}`, "missing", level);
    found.demand(text.length <= markingCharsMax, `${field}.${name}`, "tooLong");
  }
}

/** A number that was made readable in part is looked for with whatever else is known. */
function isRestoredPart({ serialRaw, serialStatus }: Firearm): boolean {
  const isPartial = serialStatus === SerialStatus.PARTIAL || serialRaw.includes("?");
  return isPartial || serialStatus === SerialStatus.RESTORED;
}

function checkMarkedNumber(
  raw: string,
  status: SerialStatus,
  field: string,
  found: FindingList,
): void {
  const known = normalizeSerial(raw).replaceAll(/[?*]/g, "");
  found.demand(raw.length <= CASEWORK_LIMITS.serialCharsMax, field, "tooLong");
  found.demand([...known].length >= SERIAL_CHARS_MIN, field, "unidentified");
  if (status !== SerialStatus.PARTIAL && known !== "" && !/[?*]/.test(raw)) {
    found.demand(checkSerial(raw) === undefined, field, "unusable");
  }
}

/** Numbers of the consignment, and its ways. */
export function checkConsignmentOf({ consignment }: Alert, found: FindingList): void {
  if (consignment === undefined) return;
  const { ids } = consignment;
  found.demand(ids.length <= ALERT_LIMITS.consignmentIdsMax, "consignment.ids", "tooMany");
  ids.slice(0, ALERT_LIMITS.consignmentIdsMax).forEach(({ country, kind, value }, at) => {
    const field = `consignment.ids.${at}`;
    const name = nameOf(ConsignmentIdKind, kind);
    found.demand(name !== undefined, `${field}.kind`, "missing");
    if (name === undefined) return;
    const checked = checkConsignment({ kind: name, value, country });
    if (checked.valid) return;
    const { problem } = checked;
    // What is painted on a container may be wrong on purpose: it is sent as it was read.
    const level = problem.rule === "checkDigit" ? "WARNING" : "ERROR";
    found.demand(false, `${field}.${problem.field}`, problem.rule, level);
  });
  checkRoute(consignment, found);
}

function checkRoute({ actualRoute, declaredRoute }: Consignment, found: FindingList): void {
  for (const [name, route] of [
    ["declared_route", declaredRoute],
    ["actual_route", actualRoute],
  ] as const) {
    const field = `consignment.${name}`;
    found.demand(route.length <= ALERT_LIMITS.routeStopsMax, field, "tooMany");
    const known = route.every((stop) => isStateCode(stop) || isLocode(stop));
    found.demand(known, field, "notAPlace");
  }
}

function isLocode(text: string): boolean {
  return /^[A-Z]{2} ?[A-Z2-9]{3}$/.test(text) && isStateCode(text.slice(0, 2));
}
