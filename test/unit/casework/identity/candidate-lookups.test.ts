import { describe, expect, it } from "vitest";
import { candidateLookups } from "#casework";

describe("what a register is asked for (TP-FIRE-7)", () => {
  it("are also the beginnings and the ends of the number: it may have been read too long", () => {
    const planned = candidateLookups("KE77415", "NEAR", []);
    if (!planned.ok) throw new TypeError(planned.rule);
    const parts = ["KE774", "77415", "KE7741", "E77415"];
    expect(planned.lookups.keys).toEqual(expect.arrayContaining(parts));
  });
});
