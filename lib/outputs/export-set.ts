import type { Figure } from "#statistics";

/** Whose figures they are, and of what. */
export interface ExportAbout {
  /** Code of the body, such as ECOWAS. */
  readonly body: string;
  readonly bodyName: string;
  /** Exercise and Test are never in one export with Actual. */
  readonly exchangeStatus: ExchangeStatusName;
  /** Below it a count is withheld. */
  readonly threshold: number;
  /** When it was prepared, ISO 8601 in UTC. */
  readonly preparedAt: string;
  /** What States say beside the numbers that they have signed off. */
  readonly notes: readonly StateNote[];
}

/** What a State says of its counting, as it was signed off. */
export interface StateNote {
  /** ISO 3166-1 alpha-2. */
  readonly state: string;
  readonly year: number;
  /** Date as of which it was counted. */
  readonly asOf: string;
  /** What differs from the method note; empty: nothing. */
  readonly text: string;
  /** Indicators of its own making. */
  readonly national: readonly {
    readonly code: string;
    readonly title: string;
    /** Null: missing, not zero. */
    readonly value: number | null;
    readonly unit: string;
  }[];
}

/** Whether what was counted was meant. */
export type ExchangeStatusName = "ACTUAL" | "EXERCISE" | "TEST";

/** Figures as they leave: one of each, in a fixed order. Made by {@link createExport}. */
export interface ExportSet extends ExportAbout {
  readonly figures: readonly Figure[];
}

/**
 * What may leave of figures: of each the latest vintage, sorted, so that the same figures are the
 * same bytes (TP-OUT-1), and no value where the statuses say that there is none to be shown
 * (TP-OUT-2).
 */
export function createExport(about: ExportAbout, figures: readonly Figure[]): ExportSet {
  const latest = new Map<string, Figure>();
  for (const figure of figures) {
    const key = figureKey(figure);
    const before = latest.get(key);
    if (before === undefined || before.vintage <= figure.vintage) latest.set(key, figure);
  }
  const sorted = [...latest].sort(([one], [other]) => (one < other ? -1 : 1));
  return { ...about, figures: sorted.map(([, figure]) => withoutHidden(figure)) };
}

/** What a figure is of, as a text: the same for its vintages, and in the order of an export. */
export function figureKey({
  by,
  measure,
  period,
}: Pick<Figure, "by" | "measure" | "period">): string {
  return JSON.stringify([measure, period, ...Object.entries(broken(by)).sort(byName)]);
}

/** Whether a figure has a value that may be seen. */
export function isShown({ confidentiality, status, value }: Figure): boolean {
  return value !== null && confidentiality === "F" && status !== "M";
}

/** What a figure is broken down by; a key without a value says nothing. */
function broken(by: Figure["by"]): Record<string, string> {
  return Object.fromEntries(Object.entries(by).filter(([, value]) => value !== ""));
}

/** No value where the statuses say so; and where there is none and they do not, it is missing. */
function withoutHidden(figure: Figure): Figure {
  const { by, confidentiality, status, value } = figure;
  const isUnsaid = value === null && confidentiality === "F";
  return {
    ...figure,
    by: broken(by),
    value: isShown(figure) ? value : null,
    status: isUnsaid ? "M" : status,
  };
}

function byName([one]: readonly string[], [other]: readonly string[]): number {
  return (one ?? "") < (other ?? "") ? -1 : 1;
}

/** Keys that figures are broken down by, sorted. */
export function breakdownsOf(figures: readonly Figure[]): string[] {
  return [...new Set(figures.flatMap(({ by }) => Object.keys(by)))].sort();
}
