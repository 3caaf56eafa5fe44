import { printable } from "#runtime";

/** Something found about a trace request. */
export interface FindingView {
  readonly field: string;
  readonly rule: string;
  readonly level: string;
  readonly remedy?: string;
}

/** Findings for a person, those that prevent sending first. */
export function findingLines(findings: readonly FindingView[]): string[] {
  const order = ["ERROR", "WARNING", "ADVICE"];
  const sorted = findings.toSorted(
    (left, right) => order.indexOf(left.level) - order.indexOf(right.level),
  );
  return sorted.map(({ field, level, remedy = "", rule }) => {
    const wayOut = remedy === "" ? "" : ` (${remedy})`;
    return printable(`  ${level.toLowerCase()}: ${field}: ${rule}${wayOut}`);
  });
}
