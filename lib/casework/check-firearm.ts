import { type Firearm, FirearmType, type ImportMark, SerialStatus } from "#proto";
import { calibreOf, formerState, isStateCode, makerOf } from "#reference";
import { CASEWORK_LIMITS } from "#runtime";
import type { FindingList } from "./finding-list.ts";
import { checkCalibre, checkSerial, SERIAL_CHARS_MIN } from "./identity-rules.ts";
import { normalizeMake, normalizeSerial } from "./normalize.ts";

/** What may stand in `model` when nobody could read it. */
const UNKNOWN_MODEL = "UNKNOWN";

/** Checks what is marked on the firearm (domain notes 1.2, ITI para 17(b)). */
export function checkFirearm(
  firearm: Firearm | undefined,
  requestedState: string,
  createdYear: number,
  found: FindingList,
): void {
  if (firearm === undefined) {
    found.demand(false, "firearm", "missing");
    return;
  }
  found.choice(firearm.type, FirearmType, "firearm.type");
  // Without a photograph the type and model may be unknown; the answer suffers, so it is said.
  found.demand(firearm.type !== FirearmType.UNKNOWN, "firearm.type", "unknown", "WARNING");
  found.text(firearm.model, "firearm.model", CASEWORK_LIMITS.markingCharsMax);
  const modelKnown = normalizeMake(firearm.model) !== UNKNOWN_MODEL;
  found.demand(modelKnown, "firearm.model", "unknown", "WARNING");
  checkMakeAndCalibre(firearm, found);
  checkSerialNumber(firearm, found);
  checkOrigin(firearm, requestedState, createdYear, found);
  checkMarkings(firearm, found);
}

function checkMakeAndCalibre(firearm: Firearm, found: FindingList): void {
  found.text(firearm.make, "firearm.make", CASEWORK_LIMITS.markingCharsMax);
  const maker = makerOf(normalizeMake(firearm.make));
  const inTable = firearm.make.trim() === "" || maker !== undefined;
  found.demand(inTable, "firearm.make", "notInReference", "ADVICE");
  found.text(firearm.calibre, "firearm.calibre", CASEWORK_LIMITS.markingCharsMax);
  const rule = checkCalibre(firearm.calibre);
  found.demand(rule !== "unusable", "firearm.calibre", "unusable");
  const known = rule !== undefined || calibreOf(firearm.calibre) !== undefined;
  found.demand(known, "firearm.calibre", "notInReference", "ADVICE");
}

function checkSerialNumber(firearm: Firearm, found: FindingList): void {
  const field = "firearm.serial_raw";
  const { serialRaw, serialStatus } = firearm;
  found.choice(serialStatus, SerialStatus, "firearm.serial_status");
  found.demand(serialRaw.length <= CASEWORK_LIMITS.serialCharsMax, field, "tooLong");
  switch (serialStatus) {
    case SerialStatus.PRESENT:
    case SerialStatus.RESTORED: {
      const rule = checkSerial(serialRaw);
      if (rule !== undefined) found.demand(false, field, rule);
      return;
    }
    case SerialStatus.PARTIAL: {
      const known = normalizeSerial(serialRaw).replaceAll("?", "");
      found.demand(serialRaw.trim() !== "", field, "missing");
      found.demand([...known].length >= SERIAL_CHARS_MIN, field, "tooShort");
      return;
    }
    default:
      return;
  }
}

function checkOrigin(
  firearm: Firearm,
  requestedState: string,
  createdYear: number,
  found: FindingList,
): void {
  const field = "firearm.country_of_manufacture";
  const { countryOfManufacture: country, importMark } = firearm;
  found.demand(country !== "" || importMark !== undefined, field, "missing");
  const known = country === "" || isStateCode(country) || formerState(country) !== undefined;
  found.demand(known, field, "unknownState");
  if (importMark !== undefined) checkImportMark(importMark, createdYear, found);
  const maker = makerOf(normalizeMake(firearm.make));
  const certain = maker?.ambiguous !== true || maker.state !== requestedState;
  found.demand(certain, field, "ambiguousOrigin", "ADVICE");
}

function checkImportMark(mark: ImportMark, createdYear: number, found: FindingList): void {
  found.demand(isStateCode(mark.country), "firearm.import_mark.country", "unknownState");
  const { year } = mark;
  const possible =
    year === 0 || (year >= CASEWORK_LIMITS.manufactureYearMin && year <= createdYear);
  found.demand(possible, "firearm.import_mark.year", "impossibleYear");
}

function checkMarkings(firearm: Firearm, found: FindingList): void {
  const { markings, serialStatus } = firearm;
  const needed = serialStatus !== SerialStatus.NEVER_MARKED;
  found.demand(!needed || markings.length > 0, "firearm.markings", "missing");
  found.demand(markings.length <= CASEWORK_LIMITS.markingsMax, "firearm.markings", "tooMany");
  const complete = markings.every((mark) => mark.kind !== 0 && mark.text.trim() !== "");
  found.demand(complete, "firearm.markings", "incomplete");
}
