import { describe, expect, it } from "vitest";
import { normalizeMake, normalizeSerial, type RecoveredFirearm, screenRow } from "#casework";

const good: RecoveredFirearm = {
  manufacturer: "GLOCK",
  serialNumber: "MADE123",
  calibre: "9mm",
  recoveredIn: "US",
};

const failing = (row: Partial<RecoveredFirearm>): unknown => {
  const screening = screenRow({ ...good, ...row });
  return screening.outcome === "incomplete" ? screening.fields : screening.outcome;
};

describe("screening a recovered firearm (TP-SCR-1, TP-SCR-2)", () => {
  it("sends it to the State of its maker", () => {
    expect(screenRow(good)).toEqual({ outcome: "sent", to: "AT", ambiguousOrigin: false });
  });

  it("sends a brand made in several States to the first of them, and says so", () => {
    const screening = screenRow({ ...good, manufacturer: "BERETTA" });
    expect(screening).toEqual({ outcome: "sent", to: "IT", ambiguousOrigin: true });
  });

  it("keeps it at home when its maker's State is the one that asks, ambiguous or not", () => {
    expect(screenRow({ ...good, recoveredIn: "AT" })).toEqual({ outcome: "domestic" });
    const century = { ...good, manufacturer: "CENTURY" };
    expect(screenRow(century)).toEqual({ outcome: "domestic" });
  });

  it("finds it incomplete before it asks whether it is domestic", () => {
    expect(failing({ manufacturer: "RUGER", serialNumber: "" })).toEqual([
      { field: "serial_number", rule: "missing" },
    ]);
  });

  it("names every failing field, in the order of the serial number, maker and calibre", () => {
    expect(failing({ manufacturer: "", serialNumber: "", calibre: "" })).toEqual([
      { field: "serial_number", rule: "missing" },
      { field: "manufacturer", rule: "missing" },
      { field: "calibre", rule: "missing" },
    ]);
    expect(failing({ manufacturer: "ACME", serialNumber: "12", calibre: "N/A" })).toEqual([
      { field: "serial_number", rule: "tooShort" },
      { field: "manufacturer", rule: "unknownMake" },
      { field: "calibre", rule: "unusable" },
    ]);
  });

  it.each([
    ["", "missing"],
    ["   ", "missing"],
    ["\t", "missing"],
    ["7", "tooShort"],
    ["1-2", "tooShort"],
    ["A . B", "tooShort"],
    ["...", "tooShort"],
    ["NA", "tooShort"],
    ["N/A", "unusable"],
    ["n/a", "unusable"],
    [" none ", "unusable"],
    ["Unknown", "unusable"],
    ["UN-KNOWN", "unusable"],
    ["ＮＯＮＥ", "unusable"],
  ])("finds the serial number %j %s", (serialNumber, rule) => {
    expect(failing({ serialNumber })).toEqual([{ field: "serial_number", rule }]);
  });

  it.each(["123", "A-1-2", "nonesuch", "UNKNOWN1", "Ж-42"])(
    "takes the serial number %j as it is",
    (serialNumber) => {
      expect(failing({ serialNumber })).toBe("sent");
    },
  );

  it.each([
    ["", "missing"],
    [" ", "missing"],
    ["N/A", "unknownMake"],
    ["NORINCO", "unknownMake"],
    ["GLOCK 17", "unknownMake"],
    ["HI POINT", "unknownMake"],
  ])("finds the maker %j %s", (manufacturer, rule) => {
    expect(failing({ manufacturer })).toEqual([{ field: "manufacturer", rule }]);
  });

  it.each(["glock", " GLOCK ", "Ｇlock"])("finds the maker %j in the table", (manufacturer) => {
    expect(failing({ manufacturer })).toBe("sent");
  });

  it.each([
    ["", "missing"],
    ["  ", "missing"],
    ["unknown", "unusable"],
    ["N/A", "unusable"],
    ["none", "unusable"],
    ["?", "unusable"],
    ["mm", "unusable"],
  ])("finds the calibre %j %s", (calibre, rule) => {
    expect(failing({ calibre })).toEqual([{ field: "calibre", rule }]);
  });

  it.each([".22", "9mm", "9 mm", "12 gauge", "5.56", "７.62"])(
    "takes the calibre %j",
    (calibre) => {
      expect(failing({ calibre })).toBe("sent");
    },
  );
});

describe("normal forms (TP-SCR-3)", () => {
  it("strip spaces, dashes of every kind and dots from a serial number, and nothing else", () => {
    expect(normalizeSerial(" ab-12.3–4‑5—6 ")).toBe("AB123456");
    expect(normalizeSerial("A/1_2?3")).toBe("A/1_2?3");
    expect(normalizeSerial("ж-42")).toBe("Ж42");
    expect(normalizeSerial("ＡＢ１２")).toBe("AB12");
    expect(normalizeSerial("A\u200B1\u00AD2")).toBe("A12");
  });

  it("keep look-alike characters of a serial number apart", () => {
    expect(normalizeSerial("O0I1")).toBe("O0I1");
    expect(normalizeSerial("А1")).not.toBe(normalizeSerial("A1"));
  });

  it("keep what belongs to a brand", () => {
    expect(normalizeMake("  smith   &  wesson ")).toBe("SMITH & WESSON");
    expect(normalizeMake("Hi-Point")).toBe("HI-POINT");
  });
});
