import { alpha2OfM49, m49Of, stateName } from "#reference";
import type { Figure } from "#statistics";
import { breakdownsOf, type ExportSet } from "./export-set.ts";
import { codeName, measureName } from "./names.ts";

/** A component of an SDMX structure: a dimension or an attribute. */
export interface SdmxComponent {
  readonly id: string;
  readonly name: string;
  /** Values are of a code list; others are written as they are. */
  readonly isCoded: boolean;
  readonly nameOf?: (code: string) => string;
}

/** One observation: its key and attributes by component, and its value. */
export interface SdmxObservation {
  readonly key: Readonly<Record<string, string>>;
  /** Null: withheld (CONF_STATUS) or missing (OBS_STATUS). */
  readonly value: number | null;
  readonly attributes: Readonly<Record<string, string>>;
}

/** What one structure says of a set of figures. */
export interface SdmxDataSet {
  /** Such as IAEG-SDGs:SDG(1.24). */
  readonly structure: string;
  readonly name: string;
  readonly dimensions: readonly SdmxComponent[];
  readonly attributes: readonly SdmxComponent[];
  readonly observations: readonly SdmxObservation[];
}

/** The global series of SDG indicator 16.4.2. */
export const SDG_SERIES = "VC_ARM_SZTRACE";
/** No breakdown by this dimension: code _T of the cross-domain code lists. */
const TOTAL = "_T";
const SDG_STRUCTURE = "IAEG-SDGs:SDG(1.24)";
const OWN_STRUCTURE = "TRACEPOST:FIGURES(1.0)";
/** The breakdown by State, which is the area of an observation. */
export const STATE = "STATE";

/** Dimensions of the SDG structure that say nothing of a series about arms. */
const SDG_TOTALS = [
  ["SEX", "Sex"],
  ["AGE", "Age"],
  ["URBANISATION", "Urbanisation"],
  ["INCOME_WEALTH_QUANTILE", "Income or wealth quantile"],
  ["EDUCATION_LEV", "Education level"],
  ["OCCUPATION", "Occupation"],
  ["CUST_BREAKDOWN", "Custom breakdown"],
  ["COMPOSITE_BREAKDOWN", "Composite breakdown"],
  ["DISABILITY_STATUS", "Disability status"],
  ["ACTIVITY", "Activity"],
  ["PRODUCT", "Product"],
] as const;

const coded = (id: string, name: string, nameOf?: SdmxComponent["nameOf"]): SdmxComponent => ({
  ...{ id, name, isCoded: true },
  ...(nameOf === undefined ? {} : { nameOf }),
});
const plain = (id: string, name: string): SdmxComponent => ({ id, name, isCoded: false });

const FREQ = coded("FREQ", "Frequency", (code) => codeName(`FREQ:${code}`));
const REF_AREA = coded("REF_AREA", "Reference area", areaName);
const TIME_PERIOD = plain("TIME_PERIOD", "Time period");

const STATUSES = [
  coded("OBS_STATUS", "Observation status", (code) => codeName(`OBS_STATUS:${code}`)),
  coded("CONF_STATUS", "Confidentiality status", (code) => codeName(`CONF_STATUS:${code}`)),
  coded("UNIT_MULT", "Unit multiplier", () => "Units"),
  coded("UNIT_MEASURE", "Unit of measure", codeName),
] as const;
const COVERAGE = [
  plain("STATES_REPORTING", "States that reported"),
  plain("STATES_EXPECTED", "States expected to report"),
  plain("MONTHS_REPORTING", "Months reported"),
  plain("MONTHS_EXPECTED", "Months expected"),
  plain("DATA_LAST_UPDATE", "Date of the release or sign-off"),
] as const;

/**
 * Figures as observations of SDMX structures (TP-OUT-5, TP-OUT-6). The yearly indicator of a State
 * is an observation of the SDG structure, which has no breakdown for it; everything else is of a
 * structure of this product. A structure without observations is left out.
 */
export function sdmxDataSets(set: ExportSet): SdmxDataSet[] {
  const sdg = set.figures.filter(isOfSdg);
  const own = set.figures.filter((figure) => !isOfSdg(figure));
  return [sdgDataSet(sdg), ownDataSet(set, own)].filter(
    ({ observations }) => observations.length > 0,
  );
}

/** Whether a figure is an observation of the series that the SDG database has. */
export function isOfSdg({ by, measure, period }: Figure): boolean {
  const keys = Object.keys(by);
  const hasArea = keys.length === 1 && m49Of(by[STATE] ?? "") !== undefined;
  return measure === SDG_SERIES && hasArea && frequencyOf(period) === "A";
}

function sdgDataSet(figures: readonly Figure[]): SdmxDataSet {
  const totals = Object.fromEntries(SDG_TOTALS.map(([id]) => [id, TOTAL]));
  return {
    structure: SDG_STRUCTURE,
    name: "Sustainable Development Goals",
    dimensions: [
      FREQ,
      coded("REPORTING_TYPE", "Reporting type", () => "National"),
      coded("SERIES", "Series", measureName),
      REF_AREA,
      ...SDG_TOTALS.map(([id, name]) => coded(id, name, () => "Total or no breakdown")),
      TIME_PERIOD,
    ],
    attributes: [
      ...STATUSES,
      coded("NATURE", "Nature of data", (code) => codeName(`NATURE:${code}`)),
      ...COVERAGE,
    ],
    observations: figures.map((figure) => ({
      key: {
        ...{ FREQ: "A", REPORTING_TYPE: "N", SERIES: SDG_SERIES },
        ...{ REF_AREA: m49Of(figure.by[STATE] ?? "") ?? "", ...totals },
        TIME_PERIOD: figure.period,
      },
      value: figure.value,
      attributes: { ...attributesOf(figure), NATURE: natureOf(figure) },
    })),
  };
}

function ownDataSet(set: ExportSet, figures: readonly Figure[]): SdmxDataSet {
  const keys = breakdownsOf(figures).filter((key) => key !== STATE);
  return {
    structure: OWN_STRUCTURE,
    name: "Figures of an exchange of trace requests",
    dimensions: [
      FREQ,
      coded("EXCHANGE_STATUS", "Whether it was meant", codeName),
      coded("MEASURE", "Measure", measureName),
      REF_AREA,
      ...keys.map((key) => coded(key, codeName(key), codeName)),
      TIME_PERIOD,
    ],
    attributes: [...STATUSES, ...COVERAGE],
    observations: figures.map((figure) => ({
      key: {
        ...{ FREQ: frequencyOf(figure.period), EXCHANGE_STATUS: set.exchangeStatus },
        ...{ MEASURE: figure.measure, REF_AREA: areaOf(figure.by[STATE], set.body) },
        ...Object.fromEntries(keys.map((key) => [key, figure.by[key] ?? TOTAL])),
        TIME_PERIOD: timePeriodOf(figure.period),
      },
      value: figure.value,
      attributes: attributesOf(figure),
    })),
  };
}

function attributesOf({ confidentiality, coverage, status, unit, vintage }: Figure) {
  return {
    ...{ OBS_STATUS: status, CONF_STATUS: confidentiality, UNIT_MULT: "0" },
    UNIT_MEASURE: unit === "PERCENT" ? "PT" : unit,
    STATES_REPORTING: String(coverage.statesReporting),
    STATES_EXPECTED: String(coverage.statesExpected),
    MONTHS_REPORTING: String(coverage.monthsReporting),
    MONTHS_EXPECTED: String(coverage.monthsExpected),
    DATA_LAST_UPDATE: vintage,
  };
}

/** Data of the country where it has a value; else none that is known. */
function natureOf({ value }: Figure): string {
  return value === null ? "_X" : "C";
}

function areaOf(state: string | undefined, body: string): string {
  return state === undefined ? body : (m49Of(state) ?? state);
}

function areaName(code: string): string {
  const state = alpha2OfM49(code);
  return state === undefined ? code : stateName(state);
}

/** Frequency of a period, of CL_FREQ: by the year, month, day or hour. */
export function frequencyOf(period: string): "A" | "M" | "D" | "H" {
  const lengths = { 4: "A", 7: "M", 10: "D" } as const;
  return lengths[period.length as keyof typeof lengths] ?? "H";
}

/** A period as SDMX writes it: an hour is a date with a time. */
function timePeriodOf(period: string): string {
  return frequencyOf(period) === "H" ? `${period}:00:00` : period;
}
