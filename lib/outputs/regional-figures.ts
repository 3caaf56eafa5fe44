import { type Figure, regionalIndicator } from "#statistics";
import { SDG_SERIES, STATE } from "./sdmx-structure.ts";

const MONTHS = 12;

/** Of what a region is the sum. */
export interface RegionalSum {
  /** Members in the year, ISO 3166-1 alpha-2. */
  readonly members: readonly string[];
  /** Such as 2026. */
  readonly period: string;
  /** The day it is published on, where no State is in it. */
  readonly vintage: string;
}

/**
 * Arms recovered, of which the origin was established, and indicator 16.4.2 of a body in a year,
 * from the published figures of its members (TP-OUT-19). Coverage says how many are in it; with
 * none it is missing.
 */
export function regionalFigures(
  published: readonly Figure[],
  { members, period, vintage }: RegionalSum,
): Figure[] {
  const own = published.filter((one) => {
    return one.period === period && members.includes(one.by[STATE] ?? "") && isTotal(one);
  });
  const find = (state: string, measure: string): Figure | undefined =>
    own.find((one) => one.by[STATE] === state && one.measure === measure);
  const counted = members
    .map((state) => [find(state, ESTABLISHED), find(state, RECOVERED)] as const)
    .filter(([part, whole]) => typeof part?.value === "number" && typeof whole?.value === "number");
  const { denominator, numerator, states, value } = regionalIndicator(
    counted.map(([part, whole]) => ({
      numerator: part?.value ?? null,
      denominator: whole?.value ?? null,
    })),
  );
  const wholes = counted.flatMap(([, whole]) => whole ?? []);
  const months = wholes.map(({ coverage }) => coverage.monthsReporting);
  const of = {
    ...{ by: {}, period },
    confidentiality: "F",
    coverage: {
      ...{ statesExpected: members.length, statesReporting: states, monthsExpected: MONTHS },
      monthsReporting: months.length === 0 ? 0 : Math.min(...months),
    },
    vintage:
      wholes
        .map((one) => one.vintage)
        .toSorted()
        .at(-1) ?? vintage,
  } as const;
  const figure = (measure: string, unit: Figure["unit"], shown: number | null): Figure => {
    return { ...of, measure, unit, value: shown, status: shown === null ? "M" : "A" };
  };
  return [
    figure(RECOVERED, "PIECES", states === 0 ? null : denominator),
    figure(ESTABLISHED, "PIECES", states === 0 ? null : numerator),
    figure(SDG_SERIES, "PERCENT", value),
  ];
}

const RECOVERED = "ARMS_RECOVERED";
const ESTABLISHED = "ARMS_ORIGIN_ESTABLISHED";

function isTotal({ by }: Figure): boolean {
  return Object.keys(by).length === 1;
}
