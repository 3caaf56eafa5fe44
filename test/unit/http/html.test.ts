import fc from "fast-check";
import { expect, test } from "vitest";
import { ageText, renderPage } from "#http";
import { escapeHtml, Html, html } from "#runtime";

test("whatever is put into a page stays text", () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const escaped = escapeHtml(text);
      expect(escaped).not.toMatch(/[<>"']/);
      expect(html`<p title="${text}">${text}</p>`.text).toBe(
        `<p title="${escaped}">${escaped}</p>`,
      );
    }),
  );
});

test("HTML put into HTML is not escaped again", () => {
  expect(html`<ul>${[html`<li>${"<1>"}</li>`, html`<li>${2}</li>`]}</ul>`.text).toBe(
    "<ul><li>&lt;1&gt;</li><li>2</li></ul>",
  );
  expect(html`${new Html("<br>")}`.text).toBe("<br>");
});

test("a page holds no script, and escapes title, headings, names and values", () => {
  const hostile = "<script>alert(1)</script>";
  const page = renderPage({
    title: hostile,
    note: hostile,
    alerts: [{ level: "stuck", what: hostile, remedy: hostile }],
    tables: [{ heading: hostile, rows: [[hostile, hostile]] }],
  });
  expect(page).not.toContain("<script");
  expect(page.match(/&lt;script&gt;/g)).toHaveLength(8);
});

const table = { heading: "Counts", rows: [["messages", 12_345]] } as const;

test("a page says first what needs a person, what is stuck before the rest", () => {
  const page = renderPage({
    title: "Tracepost",
    alerts: [
      { level: "look", what: "It may be.", remedy: "Look." },
      { level: "stuck", what: "It is.", remedy: "Act." },
    ],
    tables: [table],
  });
  expect(page).toContain("<title>(2) Tracepost</title>");
  expect(page).toContain("<h2>Needs attention: 1 stuck, 1 to look into</h2>");
  const places = ["<strong>Stuck:</strong> It is.", "Act.", "Look into:", "12,345"];
  const found = places.map((text) => page.indexOf(text));
  expect(found).not.toContain(-1);
  expect(found).toEqual(found.toSorted((one, other) => one - other));
});

test("a page without anything that needs a person says so", () => {
  const page = renderPage({ title: "Tracepost", alerts: [], tables: [table] });
  expect(page).toContain("Nothing needs attention.");
  expect(page).toContain("<title>Tracepost</title>");
});

test("tables are named for those who hear them, and left out when they are empty", () => {
  const empty = { heading: "Nothing here", rows: [] };
  const page = renderPage({ title: "Tracepost", alerts: [], tables: [empty, table] });
  expect(page).not.toContain("Nothing here");
  const [, id] = /<h2 id="(\w+)">Counts<\/h2>/.exec(page) ?? [];
  expect(page).toContain(`<table aria-labelledby="${id}">`);
  expect(page).toContain('<th scope="row">messages</th>');
});

test("ages are told in the unit that says something", () => {
  const texts = [0, 119_000, 121_000, 7_199_000, 7_201_000, 172_799_000, 172_801_000, -5];
  expect(texts.map(ageText)).toEqual([
    "0 s",
    "119 s",
    "2 min",
    "120 min",
    "2 h",
    "48 h",
    "2 days",
    "0 s",
  ]);
});
