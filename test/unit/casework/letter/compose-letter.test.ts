import { describe, expect, test } from "vitest";
import { ExchangeStatus, Instrument, MarkKind, Priority, type TraceRequest } from "#proto";
import { LETTER_LANGUAGE_NAMES, type LetterLanguage } from "#reference";
import { composeLetter, type Letter } from "../../../../lib/casework/letter/compose-letter.ts";
import { letterRequest } from "../../../support/letter-request.ts";

const LANGUAGES = Object.keys(LETTER_LANGUAGE_NAMES) as LetterLanguage[];

function compose(language: LetterLanguage, changes: Partial<TraceRequest> = {}): Letter {
  return composeLetter({
    request: letterRequest(changes),
    language,
    senderName: "Focal point of Kenya (made up)",
    dateMs: Date.parse("2026-02-02T10:00:00Z"),
    priority: Priority.URGENT,
    status: ExchangeStatus.ACTUAL,
    instruments: Object.values(Instrument).filter((value) => value !== 0),
    tlp: "AMBER",
  });
}

/** Every text of a letter. */
function textsOf(letter: Letter): string[] {
  const rows = (all: Letter["head"]) => all.flatMap(({ label, lines }) => [label, ...lines]);
  return [
    ...[letter.title, letter.addressee, letter.subject, letter.opening, letter.closing],
    ...letter.sender,
    ...rows(letter.head),
    ...letter.sections.flatMap(({ heading, numbered = [], paragraphs = [], rows: given = [] }) => [
      heading,
      ...numbered,
      ...paragraphs,
      ...rows(given),
    ]),
  ];
}

describe("an official letter (TP-OFF-3)", () => {
  test.each(LANGUAGES)("in %s says everything, and leaves nothing to be filled in", (language) => {
    const texts = textsOf(compose(language));
    const whole = texts.join("\n");
    expect(whole).not.toMatch(/[{}]|undefined|UNSPECIFIED/u);
    for (const verbatim of ["MADE-UP ARMS", "M 17", "9 mm Luger", "ЖБ 0815", "KE/2026/17"]) {
      expect(texts.some((text) => text.includes(verbatim))).toBe(true);
    }
    const marks = Object.values(MarkKind).filter((kind) => kind !== 0);
    for (const kind of marks) expect(whole).toContain(`MARK ${kind}`);
    expect(whole).toContain("(KEN)");
    expect(whole).toContain("(MLI)");
    expect(whole).toContain("Yugoslavia (YUCS)");
    expect(whole).toContain("1988");
    expect(whole).toContain("TLP:AMBER");
  });

  test.each(LANGUAGES)("in %s names each offence and each part in words of its own", (language) => {
    const rows = compose(language).sections.flatMap(({ rows: given = [] }) => given);
    for (const many of [11, 14]) {
      const lines = rows.find((row) => row.lines.length === many)?.lines ?? [];
      expect(new Set(lines).size).toBe(many);
    }
    const parts = rows.find(({ lines }) => lines.length === 14)?.lines ?? [];
    expect(parts[0]).toMatch(/^[^,]{4,}, MADE-UP PARTS, .*PART 1$/u);
  });

  test("asks each question in words of its own in every language", () => {
    const all = LANGUAGES.map((language) => {
      const asked = compose(language).sections.find(({ numbered }) => numbered?.length === 7);
      return asked?.numbered ?? [];
    });
    const sentences = all.flat();
    expect(sentences).toHaveLength(7 * LANGUAGES.length);
    expect(new Set(sentences).size).toBe(sentences.length);
  });

  test.each([
    ["en", "2 February 2026"],
    ["fr", "2 février 2026"],
    ["es", "2 de febrero de 2026"],
    ["pt", "2 de fevereiro de 2026"],
    ["ru", "2 февраля 2026 г."],
    ["ar", "2 فبراير 2026"],
  ] as const)("in %s is dated %s, and names States in that language", (language, date) => {
    expect(compose(language).head.flatMap(({ lines }) => lines)).toContain(date);
    const kenya = { en: "Kenya", fr: "Kenya", es: "Kenia", pt: "Quénia", ru: "Кения", ar: "كينيا" };
    const name = language === "pt" ? /Qu[êé]nia/u : kenya[language];
    expect(compose(language).sender[0]).toMatch(name);
  });

  test("runs from right to left in Arabic alone", () => {
    const directions = LANGUAGES.map((language) => [language, compose(language).direction]);
    expect(directions.filter(([, direction]) => direction === "rtl")).toEqual([["ar", "rtl"]]);
  });

  test("says that confidentiality cannot be guaranteed, with the reason", () => {
    const confidentiality = { canGuarantee: false, limitation: "Open court files (made up)." };
    expect(textsOf(compose("en", { confidentiality })).join("\n")).toContain(
      "We cannot guarantee confidentiality, for the following reason: Open court files (made up).",
    );
  });

  test("of an exercise says so first", () => {
    const facts = { request: letterRequest(), language: "fr", senderName: "x", dateMs: 0 } as const;
    const rest = { priority: Priority.ROUTINE, instruments: [Instrument.ITI], tlp: "AMBER" };
    const status = ExchangeStatus.EXERCISE;
    expect(composeLetter({ ...facts, ...rest, status }).banner).toMatch(/^EXERCICE/u);
    const meant = ExchangeStatus.ACTUAL;
    expect(composeLetter({ ...facts, ...rest, status: meant }).banner).toBeUndefined();
  });
});
