import type { Firearm, ImportMark } from "#proto";
import { formerState, isStateCode, makerOf } from "#reference";
import { CASEWORK_LIMITS } from "#runtime";
import type { FindingList } from "../finding-list.ts";
import { normalizeMake } from "../normalize.ts";
import { isCraftMade } from "./firearm-kinds.ts";

/** Nothing made from this year on is an antique (SDG 16.4.2 metadata). */
const ANTIQUE_BEFORE = 1900;
/** What is older is often in no record, and excepted from tracing (MOSAIC 05.31). */
const TRACED_FROM = 1946;

/** Checks where and when it was made, and where it was last imported (ITI 8; TP-REQ-2). */
export function checkOrigin(
  firearm: Firearm,
  requestedState: string,
  createdYear: number,
  found: FindingList,
): void {
  const field = "firearm.country_of_manufacture";
  const { countryOfManufacture: country, importMark } = firearm;
  const isGiven = country !== "" || importMark !== undefined;
  // Craft production bears no country: whom to ask follows from where such firearms come from.
  found.demand(isGiven, field, "missing", isCraftMade(firearm.type) ? "WARNING" : "ERROR");
  const known = country === "" || isStateCode(country) || formerState(country) !== undefined;
  found.demand(known, field, "unknownState");
  const maker = makerOf(normalizeMake(firearm.make));
  const certain = maker?.ambiguous !== true || maker.state !== requestedState;
  found.demand(certain, field, "ambiguousOrigin", "ADVICE");
  checkYear(firearm.yearOfManufacture, createdYear, found);
  if (importMark !== undefined) {
    checkImportMark(importMark, firearm.yearOfManufacture, createdYear, found);
  }
}

function checkYear(year: number, createdYear: number, found: FindingList): void {
  const field = "firearm.year_of_manufacture";
  if (year === 0) return;
  if (year < CASEWORK_LIMITS.manufactureYearMin || year > createdYear) {
    found.demand(false, field, "impossibleYear");
    return;
  }
  found.demand(year >= TRACED_FROM, field, "madeBefore1946", "WARNING");
  found.demand(year >= ANTIQUE_BEFORE, field, "perhapsAntique", "WARNING");
}

function checkImportMark(
  { country, importer, year }: ImportMark,
  madeIn: number,
  createdYear: number,
  found: FindingList,
): void {
  found.demand(isStateCode(country), "firearm.import_mark.country", "unknownState");
  const { manufactureYearMin, markingCharsMax } = CASEWORK_LIMITS;
  const possible = year === 0 || (year >= manufactureYearMin && year <= createdYear);
  found.demand(possible, "firearm.import_mark.year", "impossibleYear");
  const isInOrder = year === 0 || madeIn === 0 || year >= madeIn;
  found.demand(isInOrder, "firearm.import_mark.year", "beforeManufacture", "WARNING");
  found.bounded(importer, "firearm.import_mark.importer", markingCharsMax);
}
