import { Html, html } from "#runtime";
import type { Figure } from "#statistics";
import { type ExportSet, figureKey } from "../export-set.ts";
import { methodNote } from "../method-note.ts";
import { codeName, measureName } from "../names.ts";
import { isOfSdg, STATE } from "../sdmx-structure.ts";
import { barPlot, linePlot, type Months, type Series, statePlot } from "./plots.ts";
import { REPORT_STYLE } from "./report-style.ts";
import {
  breakdownTable,
  crossTable,
  monthTable,
  noteHtml,
  statesOf,
  wordsOf,
} from "./report-tables.ts";
import { legend, NOTHING, valueCell } from "./shown-value.ts";

const MONTHS = 12;
/** Which statistic of a measure: it tells lines of one measure apart. */
const STATISTIC = "STATISTIC";

/**
 * The yearly report of a body as one HTML file, to be read and printed (TP-OUT-13): no script,
 * nothing from the network. Each plot has its title and its table; what is withheld or missing is
 * shown as such; the method note is at its end.
 */
export function yearlyReport(set: ExportSet, year: number): string {
  const own = set.figures.filter(({ period }) => Number(period.slice(0, 4)) === year);
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${set.bodyName}: tracing of firearms in ${year}</title>
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<header>
${bannerOf(set)}
<h1>Tracing of firearms in ${year}</h1>
<p>${set.bodyName} (${set.body}) · prepared ${set.preparedAt.slice(0, 10)}</p>
</header>
<main>
${legend()}
${glance(own)}
${byMonth(own, year)}
${times(own, year)}
${indicator(own)}
${breakdowns(own)}
<section><h2>How these numbers are made</h2>${methodNote(set).map(noteHtml)}</section>
</main>
<footer><p>Made by Tracepost from counts that were made safe before they left, and from ledgers that States have signed off.</p></footer>
</body>
</html>
`;
  return page.text;
}

function bannerOf({ exchangeStatus }: ExportSet): Html {
  if (exchangeStatus === "ACTUAL") return NOTHING;
  return html`<p class="banner">${codeName(exchangeStatus)}: nothing in this report is real.</p>`;
}

const keysOf = ({ by }: Figure): string[] => Object.keys(by).sort();
/** Whether a figure is of all, or one statistic of all. */
const isTotal = (figure: Figure): boolean => keysOf(figure).every((key) => key === STATISTIC);
const isYear = ({ period }: Figure): boolean => period.length === 4;

/** Totals of the year. */
function glance(figures: readonly Figure[]): Html {
  const totals = figures.filter((figure) => isYear(figure) && isTotal(figure));
  if (totals.length === 0) return NOTHING;
  const tiles = totals.map(
    (figure) =>
      html`<li>${totalName(figure)}<b>${valueCell(figure)}</b><small>${unitWords(figure)}${statesOf(figure)} States · <time>${figure.vintage}</time></small></li>`,
  );
  return html`<section><h2>At a glance</h2><ul class="tiles">${tiles}</ul></section>`;
}

function unitWords({ unit }: Figure): string {
  return unit === "PERCENT" ? "" : `${unit.toLowerCase()} · `;
}

/** Monthly totals of what is counted: a plot and a table for each measure. */
function byMonth(figures: readonly Figure[], year: number): Html {
  const series = monthlySeries(figures, year, ({ unit }) => unit !== "HOURS" && unit !== "PERCENT");
  if (series.length === 0) return NOTHING;
  const plots = series.map((one) => {
    const title = `${one.name} by month, ${year}`;
    return html`<figure><figcaption>${title}</figcaption>${barPlot(title, one.months)}${monthTable(title, [one])}</figure>`;
  });
  return html`<section><h2>The exchange by month</h2>${plots}</section>`;
}

/** Times by month: all in one plot. */
function times(figures: readonly Figure[], year: number): Html {
  const series = monthlySeries(figures, year, ({ unit }) => unit === "HOURS");
  if (series.length === 0) return NOTHING;
  const title = `Hours by month, ${year}`;
  return html`<section><h2>How fast it is answered</h2><figure><figcaption>${title}</figcaption>${linePlot(title, series)}${monthTable(title, series)}</figure></section>`;
}

/** Series without a breakdown, or by the statistic alone. */
function monthlySeries(
  figures: readonly Figure[],
  year: number,
  isWanted: (figure: Figure) => boolean,
): Series[] {
  const monthly = figures.filter(
    (figure) => figure.period.length === 7 && isWanted(figure) && isTotal(figure),
  );
  const groups = Map.groupBy(monthly, ({ by, measure }) =>
    JSON.stringify([measure, by[STATISTIC]]),
  );
  return [...groups.values()].map((group): Series => {
    const known = new Map(group.map((figure) => [figureKey(figure), figure]));
    const by: Figure["by"] = group[0]?.by ?? {};
    const measure = group[0]?.measure ?? "";
    const months: Months = Array.from({ length: MONTHS }, (_, month) => {
      const period = `${year}-${String(month + 1).padStart(2, "0")}`;
      return known.get(figureKey({ measure, by, period }));
    });
    return { name: totalName({ by, measure }), months };
  });
}

/** A measure in words, with its statistic where it has one. */
function totalName({ by, measure }: Pick<Figure, "by" | "measure">): string {
  const name = measureName(measure);
  return by[STATISTIC] === undefined ? name : `${name}, ${codeName(by[STATISTIC]).toLowerCase()}`;
}

/** Indicator 16.4.2, State by State in the order of their names. */
function indicator(figures: readonly Figure[]): Html {
  const rows = figures
    .filter(isOfSdg)
    .map((figure) => ({ name: wordsOf(STATE, figure.by[STATE] ?? ""), figure }))
    .sort((one, other) => (one.name < other.name ? -1 : 1));
  const [first] = rows;
  if (first === undefined) return NOTHING;
  const title = `Indicator 16.4.2 by State, ${first.figure.period}`;
  const table = breakdownTable(
    title,
    STATE,
    rows.map(({ figure }) => figure),
  );
  return html`<section><h2>Arms of which the origin is known</h2><p>${measureName(first.figure.measure)}, percent.</p><figure><figcaption>${title}</figcaption>${statePlot(title, rows)}${table}</figure></section>`;
}

/** Yearly figures by one or two breakdowns, each a table. */
function breakdowns(figures: readonly Figure[]): Html {
  const broken = figures.filter((figure) => {
    const count = keysOf(figure).length;
    return isYear(figure) && !isTotal(figure) && count <= 2 && !isOfSdg(figure);
  });
  const groups = Map.groupBy(broken, (figure) => [figure.measure, ...keysOf(figure)].join(" "));
  const tables = [...groups.values()].map((group) => {
    const [first] = group;
    if (first === undefined) return NOTHING;
    const [one = "", other] = keysOf(first);
    const by = [one, other].flatMap((key) =>
      key === undefined ? [] : codeName(key).toLowerCase(),
    );
    const caption = `${measureName(first.measure)} by ${by.join(" and ")} (${first.unit.toLowerCase()})`;
    return other === undefined
      ? breakdownTable(caption, one, group)
      : crossTable(caption, [other, one], group);
  });
  if (tables.length === 0) return NOTHING;
  return html`<section><h2>Breakdowns of the year</h2>${tables}</section>`;
}
