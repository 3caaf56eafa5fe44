import { type Static, Type } from "typebox";
import { WATCH_LIMITS } from "#runtime";

const { countMin, daysMax, ruleNameCharsMax, rulesMax } = WATCH_LIMITS;
const strict = { additionalProperties: false } as const;
const name = Type.String({ pattern: `^[a-z][a-z0-9-]{0,${ruleNameCharsMax - 1}}$` });
const days = Type.Integer({ minimum: 1, maximum: daysMax });
const count = Type.Integer({ minimum: countMin });

/** What it reads; without it events where any were fed, and releases otherwise. */
const from = Type.Optional(Type.Enum(["EVENTS", "RELEASES"]));

/** Nothing was recorded for so many days: of each State by consent, of the others, of the feed. */
const Silence = Type.Object(
  { name, rule: Type.Literal("SILENCE"), of: Type.Enum(["STATES", "OTHERS", "FEED"]), days },
  strict,
);

/** Requests older than so many days, at least `count`, and `percent` of all open ones if given. */
const Backlog = Type.Object(
  {
    ...{ name, rule: Type.Literal("BACKLOG"), of: Type.Enum(["ALL", "STATES"]) },
    ...{ olderThanDays: days, count },
    percent: Type.Optional(Type.Integer({ minimum: 1, maximum: 100 })),
    from,
  },
  strict,
);

/** Refusals of one code on one day: `count` at least, and far above those of 28 days before. */
const Refusals = Type.Object(
  {
    ...{ name, rule: Type.Literal("REFUSALS"), count },
    /** So many standard deviations above the mean. */
    deviations: Type.Number({ minimum: 1, maximum: 100 }),
    /** So many times the mean as well. */
    ratio: Type.Optional(Type.Number({ minimum: 1, maximum: 1_000 })),
    from,
  },
  strict,
);

/** The counts of a day do not agree with what was fed of it. */
const Discrepancy = Type.Object({ name, rule: Type.Literal("DISCREPANCY") }, strict);

/** One rule of a configuration (TP-WATCH-4). */
const WatchRuleSchema = Type.Union([Silence, Backlog, Refusals, Discrepancy]);
/** The rules of a configuration. */
export const WATCH_RULES = Type.Array(WatchRuleSchema, { maxItems: rulesMax });

/** A rule: when somebody is told. */
export type WatchRule = Static<typeof WatchRuleSchema>;
/** What a rule is about. */
export type RuleKind = WatchRule["rule"];

/** What is watched where the configuration names no rules (TP-WATCH-4). */
export const DEFAULT_RULES: readonly WatchRule[] = [
  { name: "feed-silent", rule: "SILENCE", of: "FEED", days: 2 },
  { name: "state-silent", rule: "SILENCE", of: "STATES", days: 30 },
  { name: "others-silent", rule: "SILENCE", of: "OTHERS", days: 30 },
  { name: "old-requests", rule: "BACKLOG", of: "ALL", olderThanDays: 30, count: 20, percent: 25 },
  { name: "refusals", rule: "REFUSALS", count: 10, deviations: 4 },
  { name: "counts-differ", rule: "DISCREPANCY" },
];
