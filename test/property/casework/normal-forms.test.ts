import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { normalizeMake, normalizeSerial, screenRow } from "#casework";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  fc
    .array(fc.constantFrom("A", "a", "1", "-", ".", " ", "\u0301", "\u0308", "ΐ", "ß", "ﬁ", "—"), {
      maxLength: 12,
    })
    .map((glyphs) => glyphs.join("")),
);
const separator = fc.constantFrom(" ", "-", ".", "\t", "–", "—", "‑", "\u200B", "\u00A0");
const plainSerial = fc.stringMatching(/^[A-Z0-9]{1,20}$/u);

describe("normal forms", () => {
  it("do not change when applied again", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const serial = normalizeSerial(text);
        expect(normalizeSerial(serial)).toBe(serial);
        const make = normalizeMake(text);
        expect(normalizeMake(make)).toBe(make);
      }),
    );
  });

  it("of a serial number do not depend on case and separators", () => {
    fc.assert(
      fc.property(
        plainSerial,
        fc.array(separator, { maxLength: 8 }),
        fc.nat(),
        (text, marks, at) => {
          const position = at % (text.length + 1);
          const written = `${text.slice(0, position)}${marks.join("")}${text.slice(position)}`;
          expect(normalizeSerial(written.toLowerCase())).toBe(text);
        },
      ),
    );
  });
});

describe("screening", () => {
  const row = fc.record({
    manufacturer: fc.oneof(anyText, fc.constantFrom("GLOCK", "RUGER", "FN", "glock ")),
    serialNumber: fc.oneof(anyText, plainSerial),
    calibre: fc.oneof(anyText, fc.constantFrom("9mm", ".22", "N/A")),
    recoveredIn: fc.constantFrom("US", "AT", "FR", "BE"),
  });

  it("gives every row one outcome, with fields exactly when it is incomplete", () => {
    fc.assert(
      fc.property(row, (firearm) => {
        const screening = screenRow(firearm);
        if (screening.outcome === "incomplete") {
          const fields = screening.fields.map((each) => each.field);
          expect(fields.length).toBeGreaterThan(0);
          expect(new Set(fields).size).toBe(fields.length);
        }
        if (screening.outcome === "sent") expect(screening.to).not.toBe(firearm.recoveredIn);
      }),
    );
  });

  it("does not change when the serial number is written in its normal form", () => {
    fc.assert(
      fc.property(row, (firearm) => {
        const serialNumber = normalizeSerial(firearm.serialNumber);
        fc.pre(serialNumber !== "");
        expect(screenRow({ ...firearm, serialNumber })).toEqual(screenRow(firearm));
      }),
    );
  });
});
