import { stateName } from "#reference";
import { type Html, html, OUTPUT_LIMITS } from "#runtime";
import type { Figure } from "#statistics";
import type { NoteBlock } from "../method-note.ts";
import { codeName } from "../names.ts";
import { STATE } from "../sdmx-structure.ts";
import type { Series } from "./plots.ts";
import { NOTHING, valueCell } from "./shown-value.ts";

const MONTH_NUMBERS = Array.from({ length: 12 }, (_, month) => month + 1);

/** A code of a breakdown in words; a State by its name. */
export function wordsOf(key: string, code: string): string {
  return key === STATE || key === "TO" || key === "FROM" ? stateName(code) : codeName(code);
}

/** In the order of what is read. */
function byWords(key: string): (one: string, other: string) => number {
  return (one, other) => (wordsOf(key, one) < wordsOf(key, other) ? -1 : 1);
}

/** Months from left to right: a row for each series, and one for who reported. */
export function monthTable(caption: string, series: readonly Series[]): Html {
  const head = MONTH_NUMBERS.map((month) => html`<th scope="col">${month}</th>`);
  const rows = series.map(
    ({ months, name }) =>
      html`<tr><th scope="row">${name}</th>${months.map((figure) => html`<td>${valueCell(figure)}</td>`)}</tr>`,
  );
  const coverage = (series[0]?.months ?? []).map((figure) => html`<td>${statesOf(figure)}</td>`);
  return table(
    caption,
    html`<tr><th scope="col">Month</th>${head}</tr>`,
    html`${rows}<tr><th scope="row">States reporting</th>${coverage}</tr>`,
    "months",
  );
}

/** One breakdown: a row for each of its values. */
export function breakdownTable(caption: string, key: string, figures: readonly Figure[]): Html {
  const sorted = figures.toSorted((one, other) =>
    byWords(key)(one.by[key] ?? "", other.by[key] ?? ""),
  );
  const rows = sorted.map(
    (figure) =>
      html`<tr><th scope="row">${wordsOf(key, figure.by[key] ?? "")}</th><td>${valueCell(figure)}</td><td>${statesOf(figure)}</td><td>${monthsOf(figure)}</td><td>${figure.vintage}</td></tr>`,
  );
  return table(caption, headRow([codeName(key), "Value", "States", "Months", "Vintage"]), rows);
}

/** Two breakdowns crossed: values of one down, of the other across. */
export function crossTable(
  caption: string,
  [down, across]: readonly [string, string],
  figures: readonly Figure[],
): Html {
  const valuesOf = (key: string): string[] => [
    ...new Set(figures.map(({ by }) => by[key] ?? "").sort(byWords(key))),
  ];
  const columns = valuesOf(across);
  const rows = valuesOf(down).map((row) => {
    const cells = columns.map((column) => {
      const figure = figures.find(({ by }) => by[down] === row && by[across] === column);
      return html`<td>${valueCell(figure)}</td>`;
    });
    return html`<tr><th scope="row">${wordsOf(down, row)}</th>${cells}</tr>`;
  });
  const names = columns.map((column) => wordsOf(across, column));
  return table(caption, headRow([codeName(down), ...names]), rows);
}

/** A block of the method note. */
export function noteHtml(block: NoteBlock): Html {
  switch (block.kind) {
    case "heading":
      return html`<h3>${block.text}</h3>`;
    case "text":
      return html`<p>${block.text}</p>`;
    case "items":
      return html`<ul>${block.items.map((item) => html`<li>${item}</li>`)}</ul>`;
    case "table": {
      const rows = block.rows.map(
        (row) => html`<tr>${row.map((cell) => html`<td class="words">${cell}</td>`)}</tr>`,
      );
      return table("", headRow(block.head), rows, "words");
    }
  }
}

function headRow(names: readonly string[]): Html {
  return html`<tr>${names.map((name) => html`<th scope="col">${name}</th>`)}</tr>`;
}

function table(
  caption: string,
  head: Html,
  body: Html | readonly Html[],
  look: "" | "months" | "words" = "",
): Html {
  const rows = Array.isArray(body) ? body.slice(0, OUTPUT_LIMITS.reportRowsMax) : [body as Html];
  const rest = Array.isArray(body) ? body.length - rows.length : 0;
  const more = rest > 0 ? html`<p>${rest} more rows are in the exports.</p>` : NOTHING;
  const words = caption === "" ? NOTHING : html`<caption>${caption}</caption>`;
  return html`<div class="scroll"><table class="${look}">${words}<thead>${head}</thead><tbody>${rows}</tbody></table>${more}</div>`;
}

/** States that reported of those expected. */
export function statesOf(figure: Figure | undefined): string {
  if (figure === undefined) return "";
  return `${figure.coverage.statesReporting}/${figure.coverage.statesExpected}`;
}

function monthsOf({ coverage }: Figure): string {
  return `${coverage.monthsReporting}/${coverage.monthsExpected}`;
}
