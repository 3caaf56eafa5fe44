import { describe, expect, it } from "vitest";
import { alpha2OfM49, m49Of } from "#reference";

describe("M49 codes of States", () => {
  it("are those of the United Nations, without leading zeros", () => {
    expect(["NE", "AF", "XK"].map(m49Of)).toEqual(["562", "4", "412"]);
    expect(["562", "004", "4", "412"].map(alpha2OfM49)).toEqual(["NE", "AF", "AF", "XK"]);
  });

  it("are of States alone", () => {
    expect([m49Of("ZZ"), m49Of("ne"), alpha2OfM49("999"), alpha2OfM49("")]).toEqual([
      undefined,
      undefined,
      undefined,
      undefined,
    ]);
  });
});
