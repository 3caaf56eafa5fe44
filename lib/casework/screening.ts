import { makerOf } from "#reference";
import { checkCalibre, checkMake, checkSerial, type IdentityRule } from "./identity-rules.ts";
import { normalizeMake } from "./normalize.ts";

/** What screening reads of a recovered firearm, everything as recorded. */
export interface RecoveredFirearm {
  readonly manufacturer: string;
  readonly serialNumber: string;
  readonly calibre: string;
  /** State that recovered it and asks, ISO 3166-1 alpha-2. */
  readonly recoveredIn: string;
}

/** A field that cannot be used, and why. Field names are those of the input file. */
export interface FailedField {
  readonly field: "serial_number" | "manufacturer" | "calibre";
  readonly rule: IdentityRule;
}

/** Where a recovered firearm goes. */
export type Screening =
  | { readonly outcome: "incomplete"; readonly fields: readonly FailedField[] }
  | { readonly outcome: "domestic" }
  | {
      readonly outcome: "sent";
      /** State to ask, ISO 3166-1 alpha-2. */
      readonly to: string;
      /** The brand is made in several States; this one is asked first. */
      readonly ambiguousOrigin: boolean;
    };

const CHECKS = [
  ["serial_number", (row: RecoveredFirearm) => checkSerial(row.serialNumber)],
  ["manufacturer", (row: RecoveredFirearm) => checkMake(row.manufacturer)],
  ["calibre", (row: RecoveredFirearm) => checkCalibre(row.calibre)],
] as const;

/**
 * Decides what becomes of a recovered firearm: incomplete with every failing field, else domestic
 * when the maker's State is the asking one, else sent to the maker's State (TP-SCR-1).
 */
export function screenRow(row: RecoveredFirearm): Screening {
  const fields = CHECKS.flatMap(([field, check]) => {
    const rule = check(row);
    return rule === undefined ? [] : [{ field, rule }];
  });
  const maker = makerOf(normalizeMake(row.manufacturer));
  if (fields.length > 0 || maker === undefined) return { outcome: "incomplete", fields };
  if (maker.state === row.recoveredIn) return { outcome: "domestic" };
  return { outcome: "sent", to: maker.state, ambiguousOrigin: maker.ambiguous };
}
