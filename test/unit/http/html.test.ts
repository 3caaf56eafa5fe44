import fc from "fast-check";
import { expect, test } from "vitest";
import { escapeHtml, Html, html, renderPage } from "#http";

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
    tables: [{ heading: hostile, rows: [[hostile, hostile]] }],
  });
  expect(page).not.toContain("<script");
  expect(page.match(/&lt;script&gt;/g)).toHaveLength(6);
});
