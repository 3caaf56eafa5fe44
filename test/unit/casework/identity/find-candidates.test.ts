import { describe, expect, it } from "vitest";
import {
  findCandidates,
  isPartialSerial,
  lookAlikeKey,
  relateSerials,
  SERIAL_RELATIONS,
  serialKeysOf,
  serialMatches,
} from "#casework";

const relationOf = (read: string, kept: string): string | undefined =>
  relateSerials(serialKeysOf(read), kept)?.relation;
type Row = Parameters<typeof findCandidates>[1] extends Iterable<infer F> ? F : never;
type Wanted = Parameters<typeof findCandidates>[0];
const ids = (wanted: Wanted, rows: readonly Row[]): string[] =>
  findCandidates(wanted, rows).map(({ firearm }) => firearm.id);
const row = (id: string, serialRaw: string, more: object = {}) => {
  return { id, serialRaw, make: "GLOCK", ...more };
};

describe("the keys of a serial number (TP-FIRE-1, TP-FIRE-2)", () => {
  it("stand beside what is marked, which stays as it is", () => {
    expect(serialKeysOf(" Аб-12٣ ")).toEqual({
      raw: " Аб-12٣ ",
      normalized: "АБ123",
      lookAlike: "AБ123",
      tail: "321БA",
      script: "Arab+Cyrl",
    });
  });

  it("meet for characters that are read as one another, in every script listed", () => {
    for (const [read, kept] of [
      ["O0", "0O"],
      ["l1I", "1Il"],
      ["S5B8Z2", "5S8B2Z"],
      ["АВСЕНКМОРТХУ", "ABCEHKMOPTXY"],
      ["ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX"],
      ["١٢٣", "123"],
      ["۴۵۶", "456"],
      ["١", "ا"],
      ["Ø8", "OB"],
    ] as const) {
      expect(lookAlikeKey(read), `${read} and ${kept}`).toBe(lookAlikeKey(kept));
    }
    expect(lookAlikeKey("D0")).not.toBe(lookAlikeKey("00"));
  });
});

describe("a serial number read in part (TP-FIRE-3)", () => {
  it("has ? for one unknown character and * for any number of them", () => {
    expect(serialMatches("AB?123", "abx-123")).toBe(true);
    expect(serialMatches("AB?123", "AB123")).toBe(false);
    expect(serialMatches("AB*123", "AB123")).toBe(true);
    expect(serialMatches("*123", "AB123")).toBe(true);
    expect(isPartialSerial("AB123")).toBe(false);
    expect(relationOf("AB*", "AB123")).toBe("PARTIAL");
    expect(relationOf("O?2345", "0T2345")).toBe("PARTIAL_LOOK_ALIKE");
  });
});

describe("candidates (TP-FIRE-4)", () => {
  it("have each relation of the closed table, the strongest that holds", () => {
    const pairs: readonly (readonly [string, string, string])[] = [
      ["EXACT", "AB-1234", "AB-1234"],
      ["SAME_CHARACTERS", "ab 1234", "AB-1234"],
      ["LOOK_ALIKE", "A81234", "AB1234"],
      ["PARTIAL", "AB12?4", "AB1234"],
      ["PARTIAL_LOOK_ALIKE", "A812?4", "AB1234"],
      ["LEADING_ZEROS", "1234567", "001234567"],
      ["TRANSPOSED", "AB1324", "AB1234"],
      ["MISSING_CHARACTER", "AB124", "AB1234"],
      ["EXTRA_CHARACTER", "AB12234", "AB1234"],
      ["MISREAD_CHARACTER", "AB1294", "AB1234"],
      ["CUT_SHORT", "AB123", "AB123456"],
      ["OVERLONG", "XDAB1234", "AB1234"],
    ];
    for (const [relation, read, kept] of pairs) {
      expect(relationOf(read, kept), `${read} ${kept}`).toBe(relation);
    }
    expect(pairs.map(([relation]) => relation).toSorted()).toEqual(SERIAL_RELATIONS.toSorted());
    expect(relationOf("AB1234", "XY9876")).toBeUndefined();
    expect(relationOf("", "AB1234")).toBeUndefined();
  });

  it("say why: the place, what was read, and what the register has", () => {
    const reasonOf = (read: string, kept: string) =>
      relateSerials(serialKeysOf(read), kept)?.reason;
    expect(reasonOf("A81234", "AB1234")).toBe("reads alike: character 2: 8 for B");
    expect(reasonOf("AB1324", "AB1234")).toBe("characters 4 and 5 have changed places");
    expect(reasonOf("AB124", "AB1234")).toBe("lacks 3, character 5 of the register's");
  });

  it("stand higher the less has to have gone wrong", () => {
    const rows = [
      row("misread", "AB1235"),
      row("missing", "AB12345"),
      row("alike", "A81234"),
      row("exact", "AB1234"),
      row("spaced", "AB 1234"),
      row("other", "ZZ9999"),
    ];
    expect(ids({ serial: "AB1234" }, rows)).toEqual([
      "exact",
      "spaced",
      "alike",
      "missing",
      "misread",
    ]);
  });

  it("are likelier when the character is one that is often misread", () => {
    const [first, second] = findCandidates({ serial: "KQ123456" }, [
      row("a", "KZ123456"),
      row("b", "K0123456"),
    ]);
    expect(first?.firearm.id).toBe("b");
    expect(first?.score).toBeGreaterThan(second?.score ?? 100);
  });

  it("tell less from a slip in a short serial number", () => {
    const scoreOf = (read: string, kept: string) =>
      relateSerials(serialKeysOf(read), kept)?.score ?? 0;
    expect(scoreOf("213", "123")).toBeLessThan(scoreOf("2134567", "1234567"));
  });
});

describe("brand, maker and licensee (TP-FIRE-5)", () => {
  const reasonOf = (wanted: object, kept: object): string | undefined => {
    const [candidate] = findCandidates({ serial: "AB1234", ...wanted }, [row("1", "AB1234", kept)]);
    return candidate?.reasons[1]?.rule;
  };

  it("are three things, and each may be what was read", () => {
    expect(reasonOf({ make: "S&W" }, { make: "Smith and Wesson" })).toBe("SAME");
    expect(reasonOf({ make: "HS Produkt" }, { make: "SPRINGFIELD" })).toBe("CONTRACT");
    expect(reasonOf({ make: "BERETTA" }, { make: "Taurus" })).toBe("LICENSEE");
    expect(reasonOf({ make: "Steyr" }, { make: "COLT", maker: "STEYR" })).toBe("MAKER");
    expect(reasonOf({ make: "MKE" }, { make: "H & K", licensee: "MKE" })).toBe("LICENSEE");
    expect(reasonOf({ make: "GLOCK" }, { make: "TAURUS" })).toBe("DIFFERENT");
    expect(reasonOf({}, { make: "TAURUS" })).toBeUndefined();
  });

  it("leave the firearm of the brand that was read first", () => {
    const rows = [row("1", "AB1234", { make: "TAURUS" }), row("2", "AB1234")];
    expect(ids({ serial: "AB1234", make: "Glock" }, rows)).toEqual(["2", "1"]);
  });

  it("come with the calibre: a short form agrees with the rounds it may mean", () => {
    expect(reasonOf({ calibre: "9mm" }, { calibre: "9x19" })).toBe("FAMILY");
    expect(reasonOf({ calibre: "9 Para" }, { calibre: "9 mm Luger" })).toBe("SAME");
    expect(reasonOf({ calibre: ".223" }, { calibre: "5.56x45" })).toBe("TAKEN_FOR");
    expect(reasonOf({ calibre: ".45 ACP" }, { calibre: ".45 Colt" })).toBe("DIFFERENT");
  });
});
