/** The look of a report, on a screen and on paper. Contrast is 4.5 to 1 or more. */
export const REPORT_STYLE = `
:root { --ink: #1b2733; --soft: #55636f; --line: #cfd6dc; --bar: #1f5f8b; --pale: #eef2f5; }
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 60rem; padding: 2rem 1.5rem 4rem; color: var(--ink); background: #fff;
  font: 15px/1.5 system-ui, "Segoe UI", "Noto Sans", "DejaVu Sans", sans-serif; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .3rem; }
h2 { font-size: 1.3rem; margin: 2.4rem 0 .6rem; padding-top: .6rem; border-top: 2px solid var(--bar); }
h3 { font-size: 1.02rem; margin: 1.4rem 0 .3rem; }
p { margin: .4rem 0; }
header p { color: var(--soft); }
.banner { background: #8b1f1f; color: #fff; padding: .6rem 1rem; font-weight: 600; }
.legend { color: var(--soft); font-size: .85rem; }
.legend span { display: inline-block; margin-right: 1.1rem; }
.tiles { display: grid; grid-template-columns: repeat(auto-fill, minmax(11.5rem, 1fr)); gap: .8rem; padding: 0; }
.tiles li { list-style: none; background: var(--pale); padding: .8rem 1rem; border-left: 4px solid var(--bar); }
.tiles b { display: block; font-size: 1.6rem; line-height: 1.2; font-variant-numeric: tabular-nums; }
.tiles small { display: block; color: var(--soft); }
figure { margin: .8rem 0 1.6rem; }
figcaption { font-weight: 600; margin-bottom: .3rem; }
.plot { width: 100%; height: auto; display: block; font-size: 11px; }
.plot text { fill: var(--ink); }
.plot .value, .plot .month { text-anchor: middle; }
.plot .scale, .plot .name { text-anchor: end; }
.plot .scale { fill: var(--soft); }
.grid { stroke: var(--line); stroke-width: 1; fill: none; }
.bar { fill: var(--bar); }
.bar.provisional { fill: #7fa8c4; }
.track { fill: var(--pale); }
path.line { fill: none; stroke-width: 2; }
.line-0 { stroke: #1f5f8b; } circle.line-0 { fill: #1f5f8b; }
.line-1 { stroke: #b3541e; } circle.line-1 { fill: #b3541e; }
.line-2 { stroke: #35704a; } circle.line-2 { fill: #35704a; }
.line-3 { stroke: #6b4a8a; } circle.line-3 { fill: #6b4a8a; }
.keys { padding: 0; margin: .2rem 0 .6rem; font-size: .85rem; }
.keys li { display: inline-block; margin-right: 1.4rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .85rem; font-variant-numeric: tabular-nums; }
figure caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
table.months { min-width: 50rem; }
table.months tbody th { min-width: 8rem; }
table.months td { white-space: nowrap; }
table.months th, table.months td { padding-left: .2rem; padding-right: .2rem; }
time { white-space: nowrap; }
table + p { margin-bottom: 1rem; }
.scroll { margin-bottom: 1.2rem; position: relative; }
caption { text-align: left; color: var(--soft); padding: .2rem 0; }
th, td { padding: .25rem .45rem; border-bottom: 1px solid var(--line); text-align: right; vertical-align: top; }
th:first-child, td.words, .words th { text-align: left; }
thead th { border-bottom: 2px solid var(--soft); font-weight: 600; }
tbody th { font-weight: 400; }
td.words { overflow-wrap: anywhere; }
abbr { text-decoration: none; color: var(--soft); }
footer { margin-top: 3rem; color: var(--soft); font-size: .85rem; }
@page { size: A4; margin: 16mm 14mm; }
@media print {
  body { max-width: none; padding: 0; font-size: 10.5pt; }
  * { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
  h2, h2 + p, h3, figcaption, .plot { break-after: avoid; }
  .plot, .tiles li, tr, figure:has(table.months) { break-inside: avoid; }
  table.months { min-width: 0; font-size: 7pt; }
  .scroll { overflow: visible; }
}
`;
