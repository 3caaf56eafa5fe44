import { type Html, html } from "#runtime";
import type { Figure } from "#statistics";
import { NOTHING, numberWords, valueWords } from "./shown-value.ts";

/** Sizes in units of the drawing. */
const WIDTH = 720;
const HEIGHT = 210;
/** Room for a number of seven digits. */
const LEFT = 64;
const RIGHT = 8;
const TOP = 18;
const BOTTOM = 24;
const MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
const SLOT = (WIDTH - LEFT - RIGHT) / MONTHS.length;
const BAR = SLOT * 0.62;
const DOT = 3;
/** Lines differ by their strokes too, so that they are told apart without colour. */
const DASHES = ["", "7 3", "2 3", "9 3 2 3"];
const PERCENT_MAX = 100;
const STEPS = [1, 1.5, 2, 3, 4, 5, 6, 8, 10];

/** One value for each month; undefined where there is no figure. */
export type Months = readonly (Figure | undefined)[];

/** A line of a plot. */
export interface Series {
  readonly name: string;
  readonly months: Months;
}

const middleOf = (month: number): number => LEFT + SLOT * (month + 0.5);
const heightOf = (value: number, top: number): number =>
  HEIGHT - BOTTOM - ((HEIGHT - BOTTOM - TOP) * value) / top;
const round = (value: number): string => value.toFixed(1);

/** A round number that is not below any value: a step of a power of ten. */
export function scaleTop(values: readonly number[]): number {
  const most = Math.max(1, ...values);
  const power = 10 ** Math.floor(Math.log10(most));
  return STEPS.map((step) => step * power).find((top) => top >= most) ?? most;
}

function valuesOf(months: Months): number[] {
  return months.flatMap((figure) => figure?.value ?? []);
}

/** Bars by month, with the value above each; where there is none, the sign for why. */
export function barPlot(title: string, months: Months): Html {
  const top = scaleTop(valuesOf(months));
  const bars = months.map((figure, month) => {
    const value = figure?.value ?? null;
    const x = middleOf(month);
    const y = heightOf(value ?? 0, top);
    const label = html`<text class="value" x="${round(x)}" y="${round(y - 4)}">${valueWords(figure)}</text>`;
    if (value === null) return label;
    const kind = figure?.status === "P" ? "bar provisional" : "bar";
    const height = round(HEIGHT - BOTTOM - y);
    return html`<rect class="${kind}" x="${round(x - BAR / 2)}" y="${round(y)}" width="${round(BAR)}" height="${height}"/>${label}`;
  });
  return plot(title, html`${axes(top)}${bars}`, describe(months));
}

/** Lines by month; a line is broken where there is no value. */
export function linePlot(title: string, series: readonly Series[]): Html {
  const top = scaleTop(series.flatMap(({ months }) => valuesOf(months)));
  const lines = series.map(({ months }, index) => {
    const style = `line line-${index % DASHES.length}`;
    const dash = DASHES[index % DASHES.length] ?? "";
    const points = months.map((figure, month) => {
      const value = figure?.value ?? null;
      return value === null ? undefined : ([middleOf(month), heightOf(value, top)] as const);
    });
    const path = points
      .map((point, at) => {
        if (point === undefined) return "";
        return `${points[at - 1] === undefined ? "M" : "L"}${point.map(round).join(" ")}`;
      })
      .join("");
    const dots = points.map((point) =>
      point === undefined
        ? NOTHING
        : html`<circle class="${style}" cx="${round(point[0])}" cy="${round(point[1])}" r="${DOT}"/>`,
    );
    return html`<path class="${style}" stroke-dasharray="${dash}" d="${path}"/>${dots}`;
  });
  const words = series.map(({ months, name }) => `${name}: ${describe(months)}`).join(" ");
  const keys = series.map(
    ({ name }, index) =>
      html`<li><svg width="30" height="8" aria-hidden="true"><path class="line line-${index % DASHES.length}" stroke-dasharray="${DASHES[index % DASHES.length] ?? ""}" d="M0 4H30"/></svg> ${name}</li>`,
  );
  return html`${plot(title, html`${axes(top)}${lines}`, words)}<ul class="keys">${keys}</ul>`;
}

const ROW = 20;
const NAME = 170;
const TRACK = 380;
const COVERAGE_AT = NAME + TRACK + 60;

/** One row of a plot by State. */
export interface StateRow {
  readonly name: string;
  readonly figure: Figure;
}

/** A bar of percent for each State, with its value and how many months were reported. */
export function statePlot(title: string, rows: readonly StateRow[]): Html {
  const height = ROW * rows.length + ROW;
  const drawn = rows.map(({ figure, name }, index) => {
    const y = ROW * (index + 1);
    const value = figure.value ?? 0;
    const length = (TRACK * Math.min(value, PERCENT_MAX)) / PERCENT_MAX;
    const { monthsExpected, monthsReporting } = figure.coverage;
    return html`<text class="name" x="${NAME - 8}" y="${y + 13}">${name}</text><rect class="track" x="${NAME}" y="${y + 3}" width="${TRACK}" height="13"/><rect class="bar" x="${NAME}" y="${y + 3}" width="${round(length)}" height="13"/><text class="at" x="${round(NAME + length + 5)}" y="${y + 13}">${valueWords(figure)}</text><text class="at" x="${COVERAGE_AT}" y="${y + 13}">${monthsReporting} of ${monthsExpected}</text>`;
  });
  const words = rows.map(({ figure, name }) => `${name} ${valueWords(figure)}`).join("; ");
  return plot(
    title,
    html`<text class="at" x="${COVERAGE_AT}" y="13">Months</text>${drawn}`,
    words,
    height,
  );
}

function axes(top: number): Html {
  const marks = [0, top / 2, top].map((value) => {
    const y = round(heightOf(value, top));
    return html`<path class="grid" d="M${LEFT} ${y}H${WIDTH - RIGHT}"/><text class="scale" x="${LEFT - 6}" y="${Number(y) + 4}">${numberWords(value)}</text>`;
  });
  const names = MONTHS.map(
    (name, month) =>
      html`<text class="month" x="${round(middleOf(month))}" y="${HEIGHT - 8}">${name}</text>`,
  );
  return html`${marks}${names}`;
}

function describe(months: Months): string {
  return `${months.map((figure, month) => `${MONTHS[month]} ${valueWords(figure)}`).join(", ")}.`;
}

function plot(title: string, drawing: Html, words: string, height = HEIGHT): Html {
  return html`<svg class="plot" role="img" viewBox="0 0 ${WIDTH} ${height}"><title>${title}</title><desc>${words}</desc>${drawing}</svg>`;
}
