import type { TracepostError } from "#errors";
import { printable } from "./printable.ts";

/** What a person is told about a fault: what is wrong, each problem, and what to do now. */
export function faultLines(fault: TracepostError): string[] {
  const lines = [fault.message, ...fault.problems.map((problem) => `  - ${problem}`)];
  if (fault.remedy !== "") lines.push(fault.remedy);
  return lines.flatMap((line) => line.split("\n")).map(printable);
}
