import { readFileSync } from "node:fs";
import { type Static, Type } from "typebox";
import { parse } from "yaml";
import { TracepostError } from "#errors";
import { Instrument } from "#proto";
import { compileSchema, RECORDS_LIMITS } from "#runtime";
import { isRetentionClass } from "#wire";
import { neverLonger, parsePeriod } from "./period.ts";
import {
  RETENTION_ACTIONS,
  RETENTION_CLASSES,
  RETENTION_TRIGGERS,
  type RetentionLine,
  type RetentionSchedule,
} from "./schedule.ts";

const closed = { additionalProperties: false } as const;
const PeriodText = Type.String({ maxLength: 20 });
const INSTRUMENTS = Object.keys(Instrument).filter((name) => name !== "UNSPECIFIED");

/** A line as it is written. */
export const RetentionLineText = Type.Object(
  {
    class: Type.String({ maxLength: 64 }),
    instrument: Type.Optional(Type.Enum(INSTRUMENTS)),
    trigger: Type.Enum([...RETENTION_TRIGGERS]),
    as: Type.Optional(Type.String({ maxLength: 64 })),
    minimum: Type.Optional(PeriodText),
    maximum: Type.Optional(PeriodText),
    review: Type.Optional(PeriodText),
    action: Type.Enum([...RETENTION_ACTIONS]),
    basis: Type.String({ minLength: 1, maxLength: RECORDS_LIMITS.textCharsMax }),
  },
  closed,
);

const ScheduleText = Type.Object(
  {
    closedAfterSilence: PeriodText,
    lines: Type.Array(RetentionLineText, { minItems: 1, maxItems: RECORDS_LIMITS.linesMax }),
  },
  closed,
);
const scheduleText = compileSchema(ScheduleText);

/** Something wrong in a schedule. */
export interface ScheduleProblem {
  readonly field: string;
  readonly rule: string;
}

/** A schedule, or everything that is wrong with it. */
export type ParsedSchedule =
  | { readonly ok: true; readonly value: RetentionSchedule }
  | { readonly ok: false; readonly problems: readonly ScheduleProblem[] };

/**
 * Reads the text of a schedule, YAML or JSON (TP-RET-1): every class of the exchange has a line, no
 * class has two for one instrument, and no minimum is longer than its maximum.
 */
export function parseSchedule(text: string, version: number): ParsedSchedule {
  if (Buffer.byteLength(text) > RECORDS_LIMITS.scheduleBytesMax) {
    const rule = `is longer than ${RECORDS_LIMITS.scheduleBytesMax} bytes`;
    return { ok: false, problems: [{ field: "schedule", rule }] };
  }
  let written: unknown;
  try {
    // Without aliases: each line says what it says, and none unfolds into thousands.
    written = parse(text, { maxAliasCount: 0, logLevel: "error" });
  } catch (caught) {
    const [first = ""] = String(caught instanceof Error ? caught.message : caught).split("\n");
    return { ok: false, problems: [{ field: "schedule", rule: `is not YAML: ${first}` }] };
  }
  const checked = scheduleText.check(written);
  if (!checked.ok) return checked;
  const { closedAfterSilence, lines } = checked.value;
  const silence = parsePeriod(closedAfterSilence);
  const read = readLines(lines);
  const named = new Set(lines.map((line) => line.class));
  const problems = [
    ...(silence === undefined ? [{ field: "closedAfterSilence", rule: PERIOD_RULE }] : []),
    ...read.problems,
    ...RETENTION_CLASSES.filter((name) => !named.has(name)).map((name) => {
      return { field: "lines", rule: `say nothing of the class ${name}` };
    }),
  ];
  if (silence === undefined || problems.length > 0) return { ok: false, problems };
  return { ok: true, value: { version, closedAfterSilence: silence, lines: read.lines, text } };
}

const PERIOD_RULE =
  `must be an ISO 8601 period of at most ${RECORDS_LIMITS.periodYearsMax} years, such as P10Y, ` +
  "P18M or P90D";

type LineText = Static<typeof RetentionLineText>;

/** Reads lines as they are written, with everything that is wrong with them. */
export function readLines(lines: readonly LineText[]): {
  readonly lines: readonly RetentionLine[];
  readonly problems: readonly ScheduleProblem[];
} {
  const read = lines.map(readLine);
  const all = read.map(({ line }) => line);
  const problems = read.flatMap(({ line, wrong }, index) => {
    const own = wrong.length > 0 ? wrong : wrongInLine(line, index, all);
    return own.map(({ field, rule }) => ({ field: `lines.${index}.${field}`, rule }));
  });
  return { lines: all, problems };
}

function readLine({ maximum, minimum, review, ...line }: LineText): {
  readonly line: RetentionLine;
  readonly wrong: readonly ScheduleProblem[];
} {
  const texts = Object.entries({ minimum, maximum, review });
  const read = texts.map(([field, text]) => {
    return { field, text, period: text === undefined ? undefined : parsePeriod(text) };
  });
  const wrong = read.filter(({ period, text }) => text !== undefined && period === undefined);
  const periods = Object.fromEntries(read.map(({ field, period }) => [field, period]));
  return {
    line: { ...line, ...periods },
    wrong: wrong.map(({ field }) => ({ field, rule: PERIOD_RULE })),
  };
}

function wrongInLine(
  line: RetentionLine,
  index: number,
  all: readonly RetentionLine[],
): ScheduleProblem[] {
  const { action, as, instrument, maximum, minimum, review } = line;
  const wrong: ScheduleProblem[] = [];
  const say = (field: string, rule: string): void => {
    wrong.push({ field, rule });
  };
  if (!isRetentionClass(line.class)) say("class", "must be lower-case letters, digits and dashes");
  const first = all.findIndex((one) => one.class === line.class && one.instrument === instrument);
  if (first < index) say("class", `is said in line ${first + 1} already`);
  if (as !== undefined) {
    const known = all.filter((one) => one.class === as);
    if (known.length === 0) say("as", "names a class without a line");
    if (known.some((one) => one.as !== undefined)) say("as", "names a class that is itself as one");
  }
  if (minimum !== undefined && maximum !== undefined && !neverLonger(minimum, maximum)) {
    say("maximum", "is shorter than the minimum: split the record into parts of two classes");
  }
  const isReviewed = action === "REVIEW";
  if (isReviewed !== (review !== undefined)) say("review", "belongs to the action REVIEW");
  if (isReviewed && maximum !== undefined) say("maximum", "stands in the place of a review");
  if (action === "KEEP" && maximum !== undefined) say("maximum", "contradicts the action KEEP");
  const hasEnd = minimum !== undefined || maximum !== undefined || as !== undefined;
  if (action === "DESTROY" && !hasEnd) say("minimum", "or a maximum is needed for DESTROY");
  return wrong;
}

/** The text of the default schedule. */
export const DEFAULT_SCHEDULE_TEXT = readFileSync(
  new URL("default-schedule.yaml", import.meta.url),
  "utf8",
);

let built: RetentionSchedule | undefined;

/** The default schedule, version 0: what holds before one was signed (TP-RET-1). */
export function defaultSchedule(): RetentionSchedule {
  built ??= buildDefault();
  return built;
}

function buildDefault(): RetentionSchedule {
  const parsed = parseSchedule(DEFAULT_SCHEDULE_TEXT, 0);
  if (parsed.ok) return parsed.value;
  const problems = parsed.problems.map(({ field, rule }) => `${field} ${rule}`);
  throw new TracepostError("INTERNAL", "the default schedule does not hold", { problems });
}
