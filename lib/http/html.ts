import { createHash } from "node:crypto";

/** Text that is HTML already; everything else is escaped. */
export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

type Fragment = Html | string | number | readonly Html[];

/** Builds HTML from a template; whatever is put in is escaped unless it is {@link Html}. */
export function html(parts: TemplateStringsArray, ...values: readonly Fragment[]): Html {
  let text = parts[0] ?? "";
  values.forEach((value, index) => {
    text += fragmentText(value) + (parts[index + 1] ?? "");
  });
  return new Html(text);
}

function fragmentText(value: Fragment): string {
  if (value instanceof Html) return value.text;
  if (typeof value === "string" || typeof value === "number") return escapeHtml(String(value));
  return value.map((item) => item.text).join("");
}

/** Escapes a text for element content and for quoted attributes. */
export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;")
    .replaceAll("'", "&#39;");
}

const STYLE = `
:root{color-scheme:light dark;font:16px/1.5 system-ui,sans-serif}
body{margin:2rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
table{border-collapse:collapse;width:100%}
th,td{border-bottom:1px solid #8886;padding:.3rem .6rem;text-align:start;vertical-align:top}
td.number{text-align:end;font-variant-numeric:tabular-nums}
p.note{color:#777}
pre{overflow-x:auto}`;

/** Source expression that lets the page's own style, and nothing else, through the policy. */
export const STYLE_SOURCE = `'sha256-${createHash("sha256").update(STYLE).digest("base64")}'`;

/** A section of a page: a heading over rows, each a name and its values. */
export interface PageTable {
  readonly heading: string;
  /** Names of the columns, the first included; without them the rows speak for themselves. */
  readonly columns?: readonly string[];
  readonly rows: readonly (readonly [name: string, ...values: (string | number)[]])[];
}

/** A whole page without script. */
export function renderPage(page: {
  readonly title: string;
  readonly note?: string;
  readonly tables: readonly PageTable[];
  /** After the tables. */
  readonly footer?: Html;
}): string {
  const tables = page.tables.map(renderTable);
  const note = page.note === undefined ? html`` : html`<p class="note">${page.note}</p>`;
  const head = html`<meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${page.title}</title>`;
  return `<!doctype html>
<html lang="en"><head>${head.text}<style>${STYLE}</style></head>
<body>${html`<h1>${page.title}</h1>${note}${tables}${page.footer ?? html``}`.text}</body></html>
`;
}

function renderTable(table: PageTable): Html {
  const columns = (table.columns ?? []).map((name) => html`<th scope="col">${name}</th>`);
  const head = columns.length === 0 ? html`` : html`<tr>${columns}</tr>`;
  const rows = table.rows.map(([name, ...values]) => {
    const cells = values.map((value) => html`<td class="number">${value}</td>`);
    return html`<tr><th scope="row">${name}</th>${cells}</tr>
`;
  });
  return html`<h2>${table.heading}</h2>
<table>${head}${rows}</table>
`;
}
