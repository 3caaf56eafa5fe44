import { type Finding, FindingLevel } from "#proto";
import { CASEWORK_LIMITS } from "#runtime";

/** How serious a finding is, by name. */
export type LevelName = Exclude<keyof typeof FindingLevel, "UNSPECIFIED">;

/** Collects findings field by field, so that all are told together (TP-CASE-1). */
export class FindingList {
  readonly #findings: Finding[] = [];

  /** Adds a finding unless the rule holds. */
  demand(holds: boolean, field: string, rule: string, level: LevelName = "ERROR"): void {
    if (!holds) this.#findings.push({ field, rule, level: FindingLevel[level] });
  }

  /** A mandatory text of bounded length; findings `missing` and `tooLong`. */
  text(value: string, field: string, charsMax: number): void {
    this.demand(value.trim() !== "", field, "missing");
    this.demand(value.length <= charsMax, field, "tooLong");
  }

  /** A text that may be absent and has a bound; finding `tooLong`. */
  bounded(value: string, field: string, charsMax: number): void {
    this.demand(value.length <= charsMax, field, "tooLong");
  }

  /** A reason that says something; findings `missing`, `tooShort` and `tooLong`. */
  reason(value: string, field: string): void {
    this.text(value, field, CASEWORK_LIMITS.freeTextCharsMax);
    const length = value.trim().length;
    const enough = length === 0 || length >= CASEWORK_LIMITS.justificationCharsMin;
    this.demand(enough, field, "tooShort");
  }

  /** A closed list's value; findings `missing` for UNSPECIFIED and `unknownValue`. */
  choice(value: number, list: Readonly<Record<string, number>>, field: string): void {
    this.demand(value !== 0, field, "missing");
    this.demand(Object.values(list).includes(value), field, "unknownValue");
  }

  /** A closed list's value, or none; finding `unknownValue`. */
  optionalChoice(value: number, list: Readonly<Record<string, number>>, field: string): void {
    this.demand(Object.values(list).includes(value), field, "unknownValue");
  }

  /** At least one value of a closed list, none twice; findings `missing`, `repeated` and others. */
  choices(values: readonly number[], list: Readonly<Record<string, number>>, field: string): void {
    this.demand(values.length > 0, field, "missing");
    this.demand(new Set(values).size === values.length, field, "repeated");
    const known = values.every((value) => value !== 0 && Object.values(list).includes(value));
    this.demand(known, field, "unknownValue");
  }

  /** Everything found, in the order it was looked for. */
  all(): Finding[] {
    return [...this.#findings];
  }
}
