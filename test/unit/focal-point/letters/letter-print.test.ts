import { describe, expect, test } from "vitest";
import { composeLetter } from "#casework";
import { ExchangeStatus, Firearm, Instrument, Priority } from "#proto";
import { LETTER_LANGUAGE_NAMES, type LetterLanguage } from "#reference";
import { printableIn } from "../../../../services/focal-point/letters/letter-font.ts";
import { letterHtml } from "../../../../services/focal-point/letters/letter-html.ts";
import { letterPdf } from "../../../../services/focal-point/letters/letter-pdf.ts";
import {
  breakLines,
  directionOf,
  visualRuns,
} from "../../../../services/focal-point/letters/set-lines.ts";
import { letterRequest } from "../../../support/letter-request.ts";

const LANGUAGES = Object.keys(LETTER_LANGUAGE_NAMES) as LetterLanguage[];
const DATE = Date.parse("2026-02-02T10:00:00Z");

function letterOf(language: LetterLanguage, serialRaw = "ЖБ 0815") {
  const request = letterRequest();
  return composeLetter({
    request: { ...request, firearm: Firearm.create({ ...request.firearm, serialRaw }) },
    language,
    senderName: "Focal point of Kenya (made up)",
    dateMs: DATE,
    priority: Priority.ROUTINE,
    status: ExchangeStatus.ACTUAL,
    instruments: [Instrument.ITI],
    tlp: "AMBER",
  });
}

describe("a letter in print (TP-OFF-3)", () => {
  test.each(LANGUAGES)("in %s is a PDF of two or three pages with its fonts", async (language) => {
    const pdf = (await letterPdf(letterOf(language), DATE)).toString("latin1");
    expect(pdf.startsWith("%PDF-1.")).toBe(true);
    expect(pdf.trimEnd().endsWith("%%EOF")).toBe(true);
    expect(pdf).toContain(`/Lang (${language})`);
    expect(pdf.match(/\/FontFile2/gu)).toHaveLength(2);
    const pages = pdf.match(/\/Type \/Page\b/gu)?.length ?? 0;
    expect([2, 3]).toContain(pages);
  });

  test.each(LANGUAGES)(
    "in %s is a page without script that escapes what was marked",
    (language) => {
      const page = letterHtml(letterOf(language, '<img src="x">'));
      expect(page).toContain(`<html lang="${language}"`);
      expect(page).toContain("&lt;img src=&quot;x&quot;&gt;");
      expect(page).not.toMatch(/<script|<img|https?:/u);
    },
  );
});

describe("what the font cannot show (TP-OFF-4)", () => {
  test("is given by its number, and nothing else is touched", () => {
    expect(printableIn("A 中 ก 🦄")).toBe("A [U+4E2D] [U+0E01] [U+1F984]");
    const shown = "Latin ÄÖñ ЖБ Ω ع پ ש Ա ა 9×19 – “?”";
    expect(printableIn(shown)).toBe(shown);
  });
});

describe("a line", () => {
  const measure = (text: string): number => text.length;

  test("is broken between words, and within a word that is wider than the column", () => {
    expect(breakLines("one two three", 8, measure)).toEqual(["one two", "three"]);
    expect(breakLines("ABCDEFGHIJ", 4, measure)).toEqual(["ABCD", "EFGH", "IJ"]);
    expect(breakLines("a ABCDEFGHIJ b", 4, measure)).toEqual(["a", "ABCD", "EFGH", "IJ b"]);
    expect(breakLines("", 4, measure)).toEqual([""]);
  });

  test("of Arabic stands from right to left, its numbers and Latin marks from left to right", () => {
    const runs = visualRuns("مرجعنا KE/17 في 2026", "rtl");
    expect(runs.map(({ text }) => text.trim()).filter((text) => text !== "")).toEqual([
      "2026",
      "في",
      "KE/17",
      "مرجعنا",
    ]);
  });

  test("turns brackets within Arabic, and leaves others", () => {
    const [run] = visualRuns("(ع)", "rtl");
    expect(run?.text).toBe(")ع(");
    expect(visualRuns("(A)", "ltr")).toEqual([{ text: "(A)", isRightToLeft: false }]);
  });

  test("of what was marked runs the way it was marked", () => {
    expect(directionOf("9 mm Luger")).toBe("ltr");
    expect(directionOf("(123) برهان")).toBe("rtl");
    expect(directionOf("0815")).toBeUndefined();
  });
});
