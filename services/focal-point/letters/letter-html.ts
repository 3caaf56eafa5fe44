import type { Letter, LetterRow, LetterSection } from "#casework";
import { Html, html } from "#runtime";

/** Style of a letter on screen and in print; A4, one column, no colour but that of an exercise. */
const STYLE = new Html(`
@page { size: A4; margin: 18mm 22mm 20mm }
body { font: 10.5pt/1.4 "DejaVu Sans", "Noto Sans", "Noto Naskh Arabic", sans-serif;
  max-width: 166mm; margin: 12mm auto; color: #111 }
header { border-bottom: 1.5pt solid #111; padding-bottom: 2mm }
header strong { display: block; font-size: 13.5pt }
.banner { border: 1pt solid #a00000; color: #a00000; font-weight: bold; text-align: center;
  padding: 2mm; margin-bottom: 5mm }
.title, dt { color: #555; font-size: 9pt }
.title { text-align: end }
.top { display: grid; grid-template-columns: 1fr 1fr; gap: 10mm; margin: 6mm 0 }
h1 { font-size: 12pt } h2 { font-size: 10.5pt; border-bottom: .5pt solid #999; margin: 5mm 0 2mm }
dl { display: grid; grid-template-columns: 32% 1fr; gap: 1mm 4mm; margin: 0 }
dd { margin: 0; unicode-bidi: plaintext; text-align: start } dd div { unicode-bidi: plaintext }
h2, dt { break-after: avoid } .sign { break-inside: avoid; display: grid;
  grid-template-columns: 3fr 2fr; gap: 10mm; margin-top: 8mm }
.line { border-top: .6pt solid #111; margin-top: 16mm; color: #555; font-size: 9pt }
.seal { border: .6pt solid #999; min-height: 26mm; color: #555; display: grid;
  place-items: center; font-size: 9pt }
`);

/** A letter as a page to be printed (TP-OFF-3); no script, nothing fetched from elsewhere. */
export function letterHtml(letter: Letter): string {
  const { direction, head, language, sender, title } = letter;
  const [first = "", ...others] = sender;
  const banner = letter.banner === undefined ? [] : [html`<p class="banner">${letter.banner}</p>`];
  return html`<!doctype html>
<html lang="${language}" dir="${direction}">
<head><meta charset="utf-8"><title>${title} ${head[0]?.lines[0] ?? ""}</title>
<style>${STYLE}</style></head>
<body>
${banner}
<header><strong>${first}</strong>${others.map((line) => html`<span>${line}</span>`)}</header>
<p class="title">${title}</p>
<div class="top"><p>${letter.addressee}</p>${rows(head)}</div>
<h1>${letter.subject}</h1>
<p>${letter.opening}</p>
${letter.sections.map(section)}
<p>${letter.closing}</p>
<div class="sign"><div><span>${letter.officer.label}</span><br>${letter.officer.lines[0] ?? ""}
<p class="line">${letter.signature}</p></div><div class="seal">${letter.seal}</div></div>
</body>
</html>
`.text;
}

function rows(all: readonly LetterRow[]): Html {
  const shown = all.map(({ label, lines }) => {
    return html`<dt>${label}</dt><dd>${lines.map((line) => html`<div>${line}</div>`)}</dd>`;
  });
  return html`<dl>${shown}</dl>`;
}

function section(all: LetterSection): Html {
  const { heading, numbered = [], paragraphs = [], rows: given = [] } = all;
  const list = numbered.map((text) => html`<li>${text}</li>`);
  return html`<section><h2>${heading}</h2>
${given.length === 0 ? [] : [rows(given)]}${paragraphs.map((text) => html`<p>${text}</p>`)}
${list.length === 0 ? [] : [html`<ol>${list}</ol>`]}</section>`;
}
