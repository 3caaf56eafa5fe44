import { PeriodLength } from "#proto";
import { CUTS, type Cut, HOURS_CUTS } from "../ingest/cuts.ts";
import { type FigureQuestion, wrong } from "./figure-question.ts";

/** Dimensions of who sent: the State, or its region ({@link regionOf} of `#reference`). */
const STATE: string = "STATE";
const REGION: string = "REGION";
/** Of the State it went to, and its region. */
const TO = "TO";
const TO_REGION = "TO_REGION";
/** A State that is not told, or several. */
export const NOT_NAMED = "NOT_NAMED";

/** Measures of events, with what each can be broken down by besides who sent. */
export const EVENT_MEASURES: ReadonlyMap<string, readonly string[]> = new Map<
  string,
  readonly string[]
>([
  ...[...Map.groupBy(CUTS, ({ measure }) => measure)].map(([measure, cuts]) => {
    const names = cuts.map(({ dimension }) => dimension);
    return [measure, names.includes(TO) ? [...names, TO_REGION] : names] as const;
  }),
  ...HOURS_CUTS.map(({ measure }) => [measure, []] as const),
]);

/** How sums are put together: by nothing, by what they are kept by, or by its region. */
export type Grouping = "ALL" | "EACH" | "REGION";

/** What a question about events is broken down by, checked. */
export interface Breakdown {
  /** Name of the dimension of who sent, as it is told. */
  readonly sender: string | undefined;
  readonly bySender: Grouping;
  /** Name of the other dimension. */
  readonly other: string | undefined;
  readonly byKey: Grouping;
}

/** Checks it (TP-MON-13). Throws InvalidRequest, which names the field. */
export function breakdownOf({ by, length, measure, members, state }: FigureQuestion): Breakdown {
  const known = EVENT_MEASURES.get(measure) ?? [];
  const senders = by.filter((name) => name === STATE || name === REGION);
  const others = by.filter((name) => !senders.includes(name));
  const isUnknown = others.some((name) => !known.includes(name));
  if (isUnknown || senders.length > 1 || others.length > 1) {
    const choices = known.length === 0 ? "" : `, and one of ${known.join(", ")}`;
    throw wrong("by", `must be at most one of ${STATE}, ${REGION}${choices} for ${measure}`);
  }
  const isApart = senders.length > 0 || state !== undefined || members !== "ALL";
  if (length === PeriodLength.HOUR && isApart) {
    throw wrong("length", "by the hour there are sums over all States alone; ask for days");
  }
  return {
    sender: senders[0],
    bySender: groupingOf(senders[0], REGION),
    other: others[0],
    byKey: groupingOf(others[0], TO_REGION),
  };
}

/** The cut a breakdown is read from; any of the measure where there is none. */
export function cutOf(measure: string, { other }: Breakdown): Cut {
  const cuts = CUTS.filter((cut) => cut.measure === measure);
  const wanted = other === TO_REGION ? TO : other;
  const found = cuts.find(({ dimension }) => dimension === wanted) ?? cuts[0];
  if (found === undefined) throw wrong("measure", "is none of events");
  return found;
}

function groupingOf(name: string | undefined, region: string): Grouping {
  if (name === undefined) return "ALL";
  return name === region ? "REGION" : "EACH";
}
