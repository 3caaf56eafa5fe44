import { type IndicatorLedger, type LedgerLine, RecoveryKind, recoveryKindToJSON } from "#proto";
import type { Coverage, Figure } from "#statistics";
import type { StateNote } from "./export-set.ts";
import { SDG_SERIES, STATE } from "./sdmx-structure.ts";

const MONTHS = 12;
const PERCENT = 100;
const RECOVERIES = [RecoveryKind.SEIZED, RecoveryKind.FOUND, RecoveryKind.SURRENDERED] as const;
const PREFIX = "RECOVERY_KIND_";

/** Arms of some lines, and in how many of them the origin was established, and how. */
interface Sum {
  readonly arms: number;
  readonly byTrace: number;
  readonly byAuthority: number;
}

/** What of lines is one figure. */
interface Part {
  readonly by: Readonly<Record<string, string>>;
  readonly of: (line: LedgerLine) => boolean;
}

/**
 * Figures of the ledgers that States have signed off (TP-OUT-9): arms by how they were recovered
 * and by type, by marking, those whose origin was established, indicator 16.4.2, traces off the
 * exchange; of each State the latest vintage of a year. D = 0 is missing, not zero. Parts and
 * ammunition are in no ledger, so they are in no figure.
 */
export function ledgerFigures(ledgers: readonly IndicatorLedger[]): Figure[] {
  return latestLedgers(ledgers).flatMap(figuresOf);
}

/** What States say beside their numbers: of each State and year the latest vintage. */
export function ledgerNotes(ledgers: readonly IndicatorLedger[]): StateNote[] {
  return latestLedgers(ledgers).map(({ asOf, methodNote, national, state, year }) => ({
    ...{ state, year, asOf, text: methodNote },
    national: national.map(({ code, title, unit, value = null }) => ({ code, title, value, unit })),
  }));
}

/** Of each State and year the ledger with the latest vintage, by State and year. */
function latestLedgers(ledgers: readonly IndicatorLedger[]): IndicatorLedger[] {
  const latest = new Map<string, IndicatorLedger>();
  for (const ledger of ledgers) {
    const key = `${ledger.state} ${ledger.year}`;
    if ((latest.get(key)?.vintage ?? 0) < ledger.vintage) latest.set(key, ledger);
  }
  return [...latest].sort(([one], [other]) => (one < other ? -1 : 1)).map(([, ledger]) => ledger);
}

function figuresOf(ledger: IndicatorLedger): Figure[] {
  const { lines, offExchangeTraces, state } = ledger;
  const months = new Set(ledger.monthsReported).size;
  const common = {
    period: String(ledger.year).padStart(4, "0"),
    status: "A",
    confidentiality: "F",
    coverage: coverageOf(months),
    vintage: ledger.asOf,
  } as const;
  const pieces = (measure: string, by: Part["by"], value: number): Figure => ({
    ...common,
    ...{ measure, by: { [STATE]: state, ...by }, value, unit: "PIECES" },
  });
  const whole = sumOf(lines);
  return [
    ...partsOf(lines).map(({ by, of }) => pieces("ARMS_RECOVERED", by, sumOf(lines, of).arms)),
    ...RECOVERY_PARTS.flatMap(({ by, of }) => {
      const { byAuthority, byTrace } = sumOf(lines, of);
      return [
        pieces("ARMS_ORIGIN_ESTABLISHED", by, byTrace + byAuthority),
        pieces("ARMS_ORIGIN_ESTABLISHED", { ...by, ESTABLISHED_BY: "TRACE" }, byTrace),
        pieces(
          "ARMS_ORIGIN_ESTABLISHED",
          { ...by, ESTABLISHED_BY: "COMPETENT_AUTHORITY" },
          byAuthority,
        ),
      ];
    }),
    {
      ...common,
      measure: SDG_SERIES,
      by: { [STATE]: state },
      unit: "PERCENT",
      ...indicatorOf(whole),
    },
    {
      ...common,
      ...{ measure: "OFF_EXCHANGE_TRACES", by: { [STATE]: state }, unit: "CASES" },
      value: Number(offExchangeTraces),
    },
  ];
}

/** 100 · N / D; with D = 0 there is no value. */
function indicatorOf({ arms, byAuthority, byTrace }: Sum): Pick<Figure, "value" | "status"> {
  if (arms === 0) return { value: null, status: "M" };
  return { value: (PERCENT * (byTrace + byAuthority)) / arms, status: "A" };
}

const RECOVERY_PARTS: readonly Part[] = [
  { by: {}, of: () => true },
  ...RECOVERIES.map((kind) => ({
    by: { RECOVERY: recoveryKindToJSON(kind).slice(PREFIX.length) },
    of: (line: LedgerLine) => line.recovery === kind,
  })),
];

/** All, by how they were recovered; each of them also by type, and by marking. */
function partsOf(lines: readonly LedgerLine[]): Part[] {
  const split = (field: "type" | "marking", key: string): Part[] =>
    [...new Set(lines.map((line) => line[field]))].flatMap((code) =>
      RECOVERY_PARTS.map(({ by, of }) => ({
        by: { ...by, [key]: code },
        of: (line) => line[field] === code && of(line),
      })),
    );
  return [...RECOVERY_PARTS, ...split("type", "TYPE"), ...split("marking", "MARKING")];
}

function sumOf(lines: readonly LedgerLine[], of: Part["of"] = () => true): Sum {
  const sum = { arms: 0, byTrace: 0, byAuthority: 0 };
  for (const line of lines) {
    if (!of(line)) continue;
    sum.arms += Number(line.arms);
    sum.byTrace += Number(line.establishedByTrace);
    sum.byAuthority += Number(line.establishedByAuthority);
  }
  return sum;
}

function coverageOf(monthsReporting: number): Coverage {
  return { statesExpected: 1, statesReporting: 1, monthsExpected: MONTHS, monthsReporting };
}
