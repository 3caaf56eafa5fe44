import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { CONSIGNMENT_KINDS, type ConsignmentKind, checkConsignment } from "#casework";

/** Values of letters as the table of ISO 6346 prints them. */
const ISO_6346 =
  "A10 B12 C13 D14 E15 F16 G17 H18 I19 J20 K21 L23 M24 N25 O26 P27 Q28 R29 S30 T31 U32 V34 W35 X36 " +
  "Y37 Z38";
const LETTERS = new Map(
  ISO_6346.split(" ").map((cell) => [cell.slice(0, 1), Number(cell.slice(1))]),
);

const digits = (count: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: count, maxLength: count });
const letters = (count: number): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...LETTERS.keys()), minLength: count, maxLength: count });

const read = (kind: ConsignmentKind, value: string, country?: string) =>
  checkConsignment({ kind, value, ...(country === undefined ? {} : { country }) });
const ruleOf = (kind: ConsignmentKind, value: string, country?: string): string | undefined => {
  const checked = read(kind, value, country);
  return checked.valid ? undefined : checked.problem.rule;
};

describe("a consignment identifier", () => {
  it("is one of eight kinds, and its spellings meet under one key (TP-ALERT-2)", () => {
    expect(CONSIGNMENT_KINDS).toHaveLength(8);
    const keys = ["CSQU3054383", "csqu 305438-3", "CSQU/305438/3", "ＣＳＱＵ3054383"].map(
      (value) => {
        const checked = read("CONTAINER", value);
        return checked.valid ? checked.key : checked.problem.rule;
      },
    );
    expect(new Set(keys)).toEqual(new Set(["CSQU3054383"]));
  });

  it("reads a look-alike where the place says what it is, and says that it did", () => {
    expect(read("CONTAINER", "CSQU3O5438B")).toMatchObject({ valid: false });
    expect(read("CONTAINER", "CSQU3O54383")).toMatchObject({ valid: true, repaired: true });
    expect(read("PARCEL", "RA4731248Z9US")).toMatchObject({ key: "RA473124829US", repaired: true });
  });

  it("of a plate or a national register is nothing without its State", () => {
    expect(ruleOf("VEHICLE_PLATE", "AB 123 CD")).toBe("missing");
    expect(ruleOf("VEHICLE_PLATE", "AB 123 CD", "ZZ")).toBe("unknownState");
    expect(read("VEHICLE_PLATE", "AB 123 CD", "FR")).toMatchObject({ key: "FR:AB123CD" });
    expect(read("VEHICLE_PLATE", "AB 123 CD", "IT")).toMatchObject({ key: "IT:AB123CD" });
  });

  it("of the tariff names a kind of goods, so it identifies no consignment", () => {
    expect(read("HS_HEADING", "9302")).toMatchObject({ valid: true, identifies: false });
    expect(ruleOf("HS_HEADING", "9307")).toBe("notAFirearmsHeading");
    expect(read("CONTAINER", "CSQU3054383")).toMatchObject({ identifies: true });
  });

  it("is refused with the field, the rule and what to do", () => {
    for (const kind of CONSIGNMENT_KINDS) {
      for (const value of ["", "§", "x".repeat(65)]) {
        const checked = read(kind, value, "FR");
        if (checked.valid) throw new TypeError(`${kind} took ${value}`);
        expect(checked.problem.wayOut).toMatch(/^[A-Z].*\.$/u);
      }
    }
  });
});

describe("a check digit (TP-ALERT-3)", () => {
  it("of a container is that of the table of ISO 6346", () => {
    fc.assert(
      fc.property(letters(3), fc.constantFrom("U", "J", "Z"), digits(6), (owner, kind, serial) => {
        const signs = [...owner, kind, ...serial];
        const sum = signs.reduce(
          (total, sign, at) => total + (LETTERS.get(sign) ?? Number(sign)) * 2 ** at,
          0,
        );
        const digit = (sum % 11) % 10;
        expect(read("CONTAINER", `${signs.join("")}${digit}`)).toMatchObject({ valid: true });
        for (let other = 0; other < 10; other += 1) {
          if (other === digit) continue;
          expect(read("CONTAINER", `${signs.join("")}${other}`)).toMatchObject({
            problem: { rule: "checkDigit", expected: String(digit) },
          });
        }
      }),
      { numRuns: 50 },
    );
  });

  it("of a parcel finds every digit that was misread", () => {
    const right = "47312482";
    expect(read("PARCEL", `RA${right}9US`)).toMatchObject({ valid: true });
    for (let at = 0; at < right.length; at += 1) {
      for (const digit of "0123456789") {
        if (digit === right[at]) continue;
        const wrong = `${right.slice(0, at)}${digit}${right.slice(at + 1)}`;
        expect(ruleOf("PARCEL", `RA${wrong}9US`)).toBe("checkDigit");
      }
    }
  });

  it("of an air waybill is its serial number modulo 7", () => {
    fc.assert(
      fc.property(digits(3), digits(7), (airline, serial) => {
        const digit = Number(serial) % 7;
        expect(read("AIR_WAYBILL", `${airline}-${serial}${digit}`)).toMatchObject({ valid: true });
        expect(ruleOf("AIR_WAYBILL", `${airline}${serial}${digit + 1}`)).toBe("checkDigit");
      }),
    );
  });

  it("of a legal entity identifier makes the whole leave 1 modulo 97", () => {
    const lei = "5493001KJTIIGC8Y1R12";
    const number = [...lei].map((sign) => Number.parseInt(sign, 36)).join("");
    expect(BigInt(number) % 97n).toBe(1n);
    expect(read("CONSIGNEE_REGISTRATION", `LEI ${lei}`)).toMatchObject({ hasCheckDigit: true });
    expect(ruleOf("CONSIGNEE_REGISTRATION", "LEI 5493001KJTIIGC8Y1R21")).toBe("checkDigit");
  });
});
