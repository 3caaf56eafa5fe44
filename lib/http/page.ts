import { createHash } from "node:crypto";
import { type Static, Type } from "typebox";
import { type Html, html } from "#runtime";

/** Colours have a contrast of 4.5 to 1 or more, in light and in dark; none says anything alone. */
const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif;
--page:#fff;--text:#1b1b1f;--soft:#55555e;--line:#d4d4dc;
--stuck:#8f1d1d;--stuck-page:#fdeeee;--look:#6d4400;--look-page:#fff5e0;
--good:#14532d;--good-page:#ecf8f0}
@media(prefers-color-scheme:dark){:root{--page:#17171b;--text:#ececf1;--soft:#b4b4bf;--line:#3d3d47;
--stuck:#ffb4b4;--stuck-page:#3b1a1c;--look:#ffd591;--look-page:#382a12;
--good:#a7e3bf;--good-page:#14301f}}
body{margin:0 auto;max-width:72rem;padding:1.5rem 1rem 3rem;background:var(--page);
color:var(--text)}
h1{font-size:1.4rem;margin:0}h2{font-size:1.1rem;margin:0 0 .4rem}
p.note{color:var(--soft);margin:.2rem 0 1rem}
.verdict{border-inline-start:.4rem solid;border-radius:.2rem;padding:.6rem 1rem;margin:.5rem 0}
.verdict p{margin:0}.verdict p+p{color:var(--text)}
.verdicts{margin:.5rem 0 0;padding:0;list-style:none}
.good{color:var(--good);background:var(--good-page)}
.look{color:var(--look);background:var(--look-page)}
.stuck{color:var(--stuck);background:var(--stuck-page)}
main{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,21rem),1fr));
gap:1.8rem 2.5rem;margin-top:1.8rem;align-items:start}
section{min-width:0}section.wide{grid-column:1/-1}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid var(--line);padding:.3rem .6rem;text-align:start;vertical-align:top}
thead th{color:var(--soft);font-weight:500}tbody th{font-weight:500}
th:first-child{padding-inline-start:0}
.number{text-align:end;font-variant-numeric:tabular-nums}
section:not(.wide) td{white-space:nowrap}
pre{margin:0;white-space:pre-wrap;overflow-wrap:anywhere}`;

/** Source expression that lets the page's own style, and nothing else, through the policy. */
export const STYLE_SOURCE = `'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;

type Cell = string | number;

/** A section of a page: a heading over rows, each a name and its values. */
export interface PageTable {
  readonly heading: string;
  /** Names of the columns, the first included; without them the rows speak for themselves. */
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly [name: string, ...values: Cell[]])[];
  /** Under the heading. */
  readonly note?: string;
  /** Takes the whole width. */
  readonly wide?: boolean;
}

const PageAlert = Type.Object({
  level: Type.Enum(["stuck", "look"], {
    description: "stuck: nothing goes on by itself; look: somebody should look into it",
  }),
  what: Type.String({ description: "What is so, and why" }),
  remedy: Type.String({ description: "What to do" }),
});

/** Something that a person should look at. */
export type PageAlert = Readonly<Static<typeof PageAlert>>;

/** What needs a person, as a summary tells it. */
export const attentionList = Type.Array(PageAlert);

/** A whole page without script. */
export interface Page {
  readonly title: string;
  readonly note?: string;
  /** What needs a person; an empty list says that nothing does. */
  readonly alerts: readonly PageAlert[];
  readonly tables: readonly PageTable[];
  /** After the tables. */
  readonly footer?: Html;
}

/** Renders a page; whatever comes in is escaped. Tables without rows are left out. */
export function renderPage({ title, note, alerts, tables, footer }: Page): string {
  const shown = tables.filter((table) => table.rows.length > 0).map(renderTable);
  const noted = note === undefined ? html`` : html`<p class="note">${note}</p>`;
  const head = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${alerts.length === 0 ? title : `(${alerts.length}) ${title}`}</title>`;
  const body = html`<h1>${title}</h1>${noted}${renderVerdict(alerts)}
<main>
${shown}${footer ?? html``}</main>`;
  return `<!doctype html>
<html lang="en"><head>${head.text}<style>${STYLE}</style></head>
<body>${body.text}</body></html>
`;
}

function renderVerdict(alerts: readonly PageAlert[]): Html {
  if (alerts.length === 0) return html`<p class="verdict good">Nothing needs attention.</p>`;
  const stuck = alerts.filter(({ level }) => level === "stuck");
  const others = alerts.filter(({ level }) => level === "look");
  const counts = [
    ...(stuck.length === 0 ? [] : [`${stuck.length} stuck`]),
    ...(others.length === 0 ? [] : [`${others.length} to look into`]),
  ];
  const items = [...stuck, ...others].map(({ level, what, remedy }) => {
    const word = level === "stuck" ? "Stuck" : "Look into";
    return html`<li class="verdict ${level}"><p><strong>${word}:</strong> ${what}</p>
<p>${remedy}</p></li>
`;
  });
  return html`<h2>Needs attention: ${counts.join(", ")}</h2>
<ul class="verdicts">
${items}</ul>`;
}

function renderTable(table: PageTable, at: number): Html {
  // A column of numbers stands at the end of the line, its heading with it.
  const isNumber = (column: number): boolean =>
    table.rows.every((row) => typeof row[column] === "number" || row[column] === "");
  const columns = (table.columns ?? []).map((name, column) =>
    column > 0 && isNumber(column)
      ? html`<th scope="col" class="number">${name}</th>`
      : html`<th scope="col">${name}</th>`,
  );
  const head = columns.length === 0 ? html`` : html`<thead><tr>${columns}</tr></thead>`;
  const rows = table.rows.map(([name, ...values]) => {
    const cells = values.map((value) => renderCell(value, columns.length === 0));
    return html`<tr><th scope="row">${name}</th>${cells}</tr>
`;
  });
  const id = `t${at}`;
  const noted = table.note === undefined ? html`` : html`<p class="note">${table.note}</p>`;
  return html`<section${table.wide === true ? html` class="wide"` : html``}>
<h2 id="${id}">${table.heading}</h2>${noted}
<div class="scroll" role="region" aria-labelledby="${id}" tabindex="0">
<table aria-labelledby="${id}">${head}<tbody>
${rows}</tbody></table></div></section>
`;
}

function renderCell(value: Cell, isAtEnd: boolean): Html {
  const text = typeof value === "number" ? value.toLocaleString("en-US") : value;
  const end = isAtEnd || typeof value === "number" ? html` class="number"` : html``;
  return html`<td${end}>${text}</td>`;
}

/** A length of time in words, in the largest unit that says something. */
export function ageText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1_000));
  if (seconds < 120) return `${seconds} s`;
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** A point in time as people read it, from its RFC 3339 form in UTC. */
export function timeText(instant: string): string {
  return `${instant.slice(0, 10)} ${instant.slice(11, 19)} UTC`;
}
