import { Type } from "typebox";
import {
  defaultSchedule,
  type Hold,
  type KeepingPlan,
  planRetention,
  RetentionLineText,
  type RetentionSchedule,
  readLines,
  ScheduleHistory,
} from "#records";
import { Instant, instantMsOf, RECORDS_LIMITS } from "#runtime";
import { createRule, type WrongInput } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const ClassName = Type.String({ maxLength: 64 });
const LIST_MAX = 1_000;
/** A period may be a hundred years, and a year has four digits. */
const TRIGGER_BEFORE_MS = Date.UTC(9_000, 0, 1);

/** How long something is kept (TP-RET-2 to TP-RET-5). */
export const retentionRule = createRule({
  name: "retention",
  about: "how long a record and its parts are kept: not before, review by, destroyed by",
  input: Type.Object(
    {
      class: ClassName,
      /** When what the period is counted from happened: the case was closed, the alert expired. */
      triggerAt: Instant,
      /** Lines of a schedule. Default: the default schedule of the exchange. */
      schedule: Type.Optional(
        Type.Object(
          { lines: Type.Array(RetentionLineText, { maxItems: RECORDS_LIMITS.linesMax }) },
          closed,
        ),
      ),
      /** Instruments the message relies on, such as ITI. */
      instruments: Type.Optional(Type.Array(Type.String({ maxLength: 64 }), { maxItems: 16 })),
      /** Legal holds; one without an end lasts. */
      holds: Type.Optional(
        Type.Array(Type.Object({ from: Instant, to: Type.Optional(Instant) }, closed), {
          maxItems: LIST_MAX,
        }),
      ),
      parts: Type.Optional(
        Type.Array(
          Type.Object({ name: Type.String({ maxLength: 128 }), class: ClassName }, closed),
          {
            maxItems: LIST_MAX,
          },
        ),
      ),
    },
    closed,
  ),
  decide: ({ holds = [], instruments = [], parts = [], schedule: given, triggerAt, ...item }) => {
    const { lines, problems } =
      given === undefined ? { lines: undefined, problems: [] } : readLines(given.lines);
    const schedule: RetentionSchedule = {
      ...defaultSchedule(),
      ...(lines && { version: 1, lines }),
    };
    const read = holds.map(({ from, to }): Hold => {
      return { fromMs: instantMsOf(from), toMs: to === undefined ? undefined : instantMsOf(to) };
    });
    const triggerAtMs = instantMsOf(triggerAt);
    const wrong: WrongInput[] = [
      ...problems.map(({ field, rule }) => ({ field: `schedule.${field}`, rule })),
      ...wrongClasses(item.class, parts, schedule),
      ...read.flatMap(({ fromMs, toMs = Infinity }, index) => {
        const rule = "must be later than its beginning";
        return toMs > fromMs ? [] : [{ field: `holds.${index}.to`, rule }];
      }),
    ];
    if (triggerAtMs >= TRIGGER_BEFORE_MS) {
      wrong.push({ field: "triggerAt", rule: "must be before the year 9000" });
    }
    if (wrong.length > 0) return { ok: false, wrong };
    const happened = triggerAtMs;
    const plan = planRetention(
      {
        class: item.class,
        triggers: {
          CASE_CLOSED: happened,
          EXPIRED: happened,
          DELIVERED: happened,
          RECORDED: happened,
        },
        takenUnder: schedule.version,
        instruments,
        parts,
        holds: read,
      },
      new ScheduleHistory(lines === undefined ? [] : [schedule]),
    );
    return { ok: true, value: answerOf(plan, plan.parts) };
  },
});

function wrongClasses(
  own: string,
  parts: readonly { readonly class: string }[],
  { lines }: RetentionSchedule,
): WrongInput[] {
  const isNamed = (name: string): boolean => lines.some((line) => line.class === name);
  const rule = "has no line in the schedule";
  return [
    ...(isNamed(own) ? [] : [{ field: "class", rule }]),
    ...parts.flatMap((part, index) =>
      isNamed(part.class) ? [] : [{ field: `parts.${index}.class`, rule }],
    ),
  ];
}

function answerOf(
  { notBeforeMs, reviewByMs }: KeepingPlan,
  parts: readonly (KeepingPlan & { readonly name: string })[],
) {
  return {
    notBefore: textOf(notBeforeMs) ?? null,
    reviewBy: textOf(reviewByMs) ?? null,
    parts: parts.map(({ destroyByMs, name, ...part }) => {
      const [notBefore, destroyBy] = [textOf(part.notBeforeMs), textOf(destroyByMs)];
      return { name, ...(notBefore && { notBefore }), ...(destroyBy && { destroyBy }) };
    }),
  };
}

function textOf(atMs: number | undefined): string | undefined {
  return atMs === undefined ? undefined : new Date(atMs).toISOString();
}
