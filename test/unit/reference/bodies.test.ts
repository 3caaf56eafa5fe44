import { describe, expect, it } from "vitest";
import { Instrument } from "#proto";
import { INSTRUMENTS, REGIONAL_BODIES, regionalBody } from "#reference";

const NAMED = Object.keys(Instrument).filter(
  (name) => !["UNSPECIFIED", "UNRECOGNIZED"].includes(name),
);

describe("the table of instruments", () => {
  it("holds each instrument of the wire once, with what an exchange rests on and its source", () => {
    const bases = INSTRUMENTS.rows.filter(({ isBasis }) => isBasis);
    expect(bases.map(({ code }) => code)).toEqual(NAMED);
    expect(new Set(INSTRUMENTS.rows.map(({ code }) => code)).size).toBe(INSTRUMENTS.rows.length);
    for (const row of INSTRUMENTS.rows) {
      expect([row.code, row.articles !== "" && row.source !== ""]).toEqual([row.code, true]);
    }
  });

  it("says that nobody is bound by a political instrument", () => {
    const political = INSTRUMENTS.rows.filter(({ kind }) => kind === "political");
    expect(political.map(({ code }) => code)).toEqual(["ITI", "POA"]);
  });
});

describe("the table of regional bodies", () => {
  it("holds codes that a register may name, each once, each with its source", () => {
    const codes = REGIONAL_BODIES.rows.map(({ code }) => code);
    expect(new Set(codes).size).toBe(codes.length);
    for (const { code, source } of REGIONAL_BODIES.rows) {
      expect(code).toMatch(/^[A-Z][A-Z0-9-]{1,31}$/);
      expect(source).not.toBe("");
    }
  });

  it("names only instruments that there are", () => {
    const named = REGIONAL_BODIES.rows.map(({ instrument }) => instrument).filter(Boolean);
    expect(named.filter((code) => !NAMED.includes(code))).toEqual([]);
  });

  it("keeps a union apart from a State: it is a peer that is never asked", () => {
    expect(regionalBody("EU")).toMatchObject({
      role: "peer",
      note: expect.stringContaining("never"),
    });
    expect(regionalBody("ECOWAS")?.instrument).toBe("ECOWAS");
    expect(regionalBody("NOBODY")).toBeUndefined();
  });
});
