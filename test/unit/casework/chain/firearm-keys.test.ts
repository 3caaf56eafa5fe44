import { describe, expect, test } from "vitest";
import { firearmKeysOf, sameFirearm } from "../../../../lib/casework/chain/firearm-keys.ts";

function compare(one: string, other: string, make = "Glock", otherMake = "GLOCK") {
  const [a, b] = [
    firearmKeysOf({ make, serialRaw: one }),
    firearmKeysOf({ make: otherMake, serialRaw: other }),
  ];
  return a === undefined || b === undefined ? "no key" : sameFirearm(a, b);
}

describe("two readings of a firearm (TP-CHAIN-3)", () => {
  test.each([
    ["ABC-123", "abc 123", "SERIAL"],
    ["AB0 123", "ABO I23", "LOOK_ALIKE"],
    ["АВ123", "AB123", "LOOK_ALIKE"],
    ["AB?123", "AB0123", "PARTIAL"],
    ["AB0123", "AB?I23", "PARTIAL"],
    ["AB*3", "AB0123", "PARTIAL"],
    ["AB0123", "AB0124", undefined],
    ["AB?123", "AB00123", undefined],
  ])("%s and %s meet as %s", (one, other, how) => {
    expect(compare(one, other)).toBe(how);
    expect(compare(other, one)).toBe(how);
  });

  test("of another make are another firearm", () => {
    expect(compare("ABC123", "ABC123", "Glock", "Beretta")).toBeUndefined();
  });

  test.each(["", "  ", "???", "unknown", "N/A"])("have no key with the serial %j", (serialRaw) => {
    expect(firearmKeysOf({ make: "Glock", serialRaw })).toBeUndefined();
  });
});
