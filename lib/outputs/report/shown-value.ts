import { Html, html } from "#runtime";
import type { Figure } from "#statistics";

const NUMBER = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1 });
/** What stands for a value that is not there, as statistical offices print it. */
const WITHHELD = { F: "", N: "n", C: "c", D: "d" } as const;
const STATUS = { A: "", B: "b", E: "e", M: "", P: "p" } as const;
const MISSING = "..";
const MEANINGS: Readonly<Record<string, string>> = {
  n: "not for publication",
  c: "withheld: the count is small, or of one State",
  d: "withheld: it would give another value away",
  [MISSING]: "missing: nothing is known",
  b: "the series breaks here",
  e: "estimated",
  p: "provisional",
};

/** A value as text: 1,234, 62.5 %, or the sign for why there is none. */
export function valueWords(figure: Figure | undefined): string {
  if (figure === undefined) return MISSING;
  const { confidentiality, status, unit, value } = figure;
  if (value === null) return WITHHELD[confidentiality] || MISSING;
  const mark = STATUS[status] === "" ? "" : ` ${STATUS[status]}`;
  return `${NUMBER.format(value)}${unit === "PERCENT" ? " %" : ""}${mark}`;
}

/** The same in a table: a sign is told in words too. */
export function valueCell(figure: Figure | undefined): Html {
  const words = valueWords(figure);
  const meaning = MEANINGS[words];
  return meaning === undefined ? html`${words}` : html`<abbr title="${meaning}">${words}</abbr>`;
}

/** Signs and what they mean. */
export function legend(): Html {
  const all = Object.entries(MEANINGS).map(
    ([sign, meaning]) => html`<span><b>${sign}</b> ${meaning}</span>`,
  );
  return html`<p class="legend">${all}</p>`;
}

/** A number for a plot's scale. */
export function numberWords(value: number): string {
  return NUMBER.format(value);
}

/** Nothing. */
export const NOTHING = new Html("");
