import { describe, expect, it } from "vitest";
import {
  createExport,
  type ExportAbout,
  ledgerFigures,
  ledgerNotes,
  methodNote,
  noteMarkdown,
  yearlyReport,
} from "#outputs";
import type { Figure } from "#statistics";
import { scaleTop } from "../../../lib/outputs/report/plots.ts";
import { LEDGERS } from "../../support/ledgers.ts";

const ABOUT: ExportAbout = {
  ...{ body: "ECOWAS", bodyName: "Community <of> West African States", threshold: 5 },
  ...{ exchangeStatus: "ACTUAL", preparedAt: "2027-07-01T10:00:00Z", notes: ledgerNotes(LEDGERS) },
};

function monthly(month: string, rest: Partial<Figure>): Figure {
  return {
    ...{ measure: "TRACE_REQUESTS", by: {}, period: `2026-${month}`, value: 12, unit: "CASES" },
    ...{ status: "A", confidentiality: "F", vintage: "2027-01-15" },
    coverage: { statesExpected: 12, statesReporting: 10, monthsExpected: 1, monthsReporting: 1 },
    ...rest,
  };
}

const FIGURES = [
  monthly("01", { value: 1234 }),
  monthly("02", { value: 3, confidentiality: "C" }),
  monthly("04", { value: 40, status: "P" }),
  monthly("01", { measure: "HOURS_TO_ANSWER", by: { STATISTIC: "MEDIAN" }, unit: "HOURS" }),
  ...ledgerFigures(LEDGERS),
];
const report = (about = ABOUT): string => yearlyReport(createExport(about, FIGURES), 2026);

describe("the yearly report", () => {
  it("is one file without script, network or other files (TP-OUT-13)", () => {
    const page = report();
    expect(page.startsWith("<!doctype html>")).toBe(true);
    expect(page).not.toMatch(/<script|<img|<link|<iframe|\son\w+=|url\(|https?:/iu);
    expect(page).toContain("default-src 'none'");
    expect(page).toContain("Community &lt;of&gt; West African States");
  });

  it("has a title, a description and a table beside each plot (TP-OUT-13)", () => {
    const figures = report().split("<figure>").slice(1);
    expect(figures).toHaveLength(3);
    for (const figure of figures) {
      expect(figure).toMatch(
        /^<figcaption>.+?<svg [^>]*role="img"[^>]*><title>.+?<desc>.+?<table/su,
      );
    }
  });

  it("shows what is withheld and what is missing as such (TP-OUT-2, TP-OUT-13)", () => {
    const page = report();
    expect(page).toContain("Jan 1,234, Feb c, Mar .., Apr 40 p, May ..");
    expect(page).toContain('<abbr title="missing: nothing is known">..</abbr>');
    expect(page).toContain('<abbr title="withheld: the count is small, or of one State">c</abbr>');
    expect(page).toMatch(/<th scope="row">Benin<\/th><td><abbr[^>]+>\.\.<\/abbr><\/td>/u);
    expect(page).toMatch(
      /<th scope="row">Niger<\/th><td>25 %<\/td><td>1\/1<\/td><td>12\/12<\/td>/u,
    );
  });

  it("says at its top when it is of an exercise (TP-OUT-13)", () => {
    expect(report()).not.toContain("nothing in this report is real");
    expect(report({ ...ABOUT, exchangeStatus: "EXERCISE" })).toContain(
      "Exercise: nothing in this report is real.",
    );
  });

  it("is made of figures of its year alone", () => {
    const page = yearlyReport(createExport(ABOUT, FIGURES), 2025);
    expect(page).not.toContain("<svg");
    expect(page).toContain("How these numbers are made");
  });
});

describe("the scale of a plot", () => {
  it("ends at a round number that no value is above", () => {
    expect([0, 1, 12, 99, 1213, 7254].map((value) => scaleTop([value]))).toEqual([
      1, 1, 15, 100, 1500, 8000,
    ]);
  });
});

describe("the method note", () => {
  const note = noteMarkdown(methodNote(createExport(ABOUT, FIGURES)));

  it("says what is counted, withheld, covered, and of when (TP-OUT-12)", () => {
    for (const words of [
      "in percent: 100 · N / D.",
      "Where D is 0 there is no value. That is not a value of 0.",
      "A count from 1 to 4 is withheld",
      "The oldest figure is of 2027-01-15, the newest of 2027-06-01.",
    ]) {
      expect(note).toContain(words);
    }
  });

  it("has what a State says differs, as text and not as markup (TP-OUT-12)", () => {
    expect(note).toContain(
      "| Niger | 2026 | 2027-06-01 | Arms \\| of the gendarmerie are counted \\<from\\> 2026 on. |",
    );
    expect(report()).toContain("Arms | of the gendarmerie are counted &lt;from&gt; 2026 on.");
  });
});
