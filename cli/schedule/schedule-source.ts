import { TracepostError } from "#errors";
import {
  defaultSchedule,
  formatPeriod,
  parseSchedule,
  parseScheduleFile,
  type RetentionLine,
  type RetentionSchedule,
  type ScheduleChange,
  type ScheduleFile,
} from "#records";
import { RECORDS_LIMITS } from "#runtime";
import { readInput } from "../read-input.ts";

/** A schedule as it is looked at, and the file it stands in, if it does. */
export interface ScheduleSource {
  readonly schedule: RetentionSchedule;
  readonly file: ScheduleFile | undefined;
}

const IS_TEXT = /\.(ya?ml|json)$/u;

/**
 * Reads a schedule for looking at it: a text (`.yaml`, `.yml`, `.json`), a schedule file whoever
 * signed it, or `default`. Throws TracepostError INPUT_INVALID with every problem.
 */
export async function readScheduleSource(source: string): Promise<ScheduleSource> {
  if (source === "default") return { schedule: defaultSchedule(), file: undefined };
  const bytes = await readInput(source, RECORDS_LIMITS.scheduleFileBytesMax);
  if (IS_TEXT.test(source)) {
    const text = Buffer.from(bytes).toString("utf8");
    return { schedule: requireSchedule(source, text, 0), file: undefined };
  }
  const file = requireScheduleFile(source, bytes);
  const { text, version } = file.version;
  return { schedule: requireSchedule(source, text, Number(version)), file };
}

/** A schedule file, whoever signed it. Throws TracepostError INPUT_INVALID. */
export function requireScheduleFile(source: string, bytes: Uint8Array): ScheduleFile {
  const parsed = parseScheduleFile(bytes);
  if (parsed.ok) return parsed.value;
  throw new TracepostError("INPUT_INVALID", `${source} is no schedule file`, {
    problems: [`${parsed.refusal.field} ${parsed.refusal.detail}`],
    remedy: "Give a text that ends in .yaml, a file of `tracepost schedule draft`, or default.",
  });
}

/** A schedule out of a text. Throws TracepostError INPUT_INVALID with every problem. */
export function requireSchedule(source: string, text: string, version: number): RetentionSchedule {
  const parsed = parseSchedule(text, version);
  if (parsed.ok) return parsed.value;
  throw new TracepostError("INPUT_INVALID", `${source} is no retention schedule`, {
    problems: parsed.problems.map(({ field, rule }) => `${field} ${rule}`),
    remedy: "Correct what is named; `tracepost schedule show default` shows a whole one.",
  });
}

/** One line of a schedule for people. */
export function scheduleLine(line: RetentionLine): string {
  const { action, as, basis, instrument, maximum, minimum, review, trigger } = line;
  const kept = minimum && `not before ${formatPeriod(minimum)}`;
  const periods = [
    as === undefined ? kept : `as ${as}, and ${formatPeriod(minimum ?? { months: 0, days: 0 })}`,
    maximum && `destroyed by ${formatPeriod(maximum)}`,
    review && `reviewed by ${formatPeriod(review)}`,
    action === "KEEP" ? "kept for good" : undefined,
  ].filter((one) => one !== undefined);
  const name = instrument === undefined ? line.class : `${line.class} (${instrument})`;
  return `${name}: ${periods.join(", ")}, from ${trigger} [${basis}]`;
}

/** One difference between two schedules for people. */
export function changeLine(change: ScheduleChange): string {
  const { after, before, class: name, effect, field, instrument } = change;
  const of = name === "" ? "" : `${name}${instrument === undefined ? "" : ` (${instrument})`} `;
  const what = effect === "OTHER" ? "" : `, ${effect.toLowerCase()}`;
  return `${of}${field}: ${before ?? "none"} becomes ${after ?? "none"}${what}`;
}

/** A line or a change as JSON: periods as they are written. */
export function lineJson({ maximum, minimum, review, ...line }: RetentionLine) {
  const texts = Object.entries({ minimum, maximum, review }).flatMap(([name, period]) =>
    period === undefined ? [] : [[name, formatPeriod(period)]],
  );
  return { ...line, ...Object.fromEntries(texts) };
}
