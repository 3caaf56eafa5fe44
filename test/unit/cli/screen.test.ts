import { describe, expect, it } from "vitest";
import type { CaseProcedures } from "../../../cli/case-source.ts";
import { screenOf, wrap } from "../../../cli/screen.ts";
import type { FocalPointProcedures } from "../../../services/focal-point/store.ts";

const facts = {
  isTerminal: true,
  columns: 100,
  columnsVariable: undefined,
  noColour: undefined,
  term: "xterm",
};

describe("the screen of a command", () => {
  it("has the width and the colours of a terminal", () => {
    expect(screenOf(facts)).toEqual({ width: 100, hasColours: true });
  });

  it.each([[{ isTerminal: false }], [{ noColour: "1" }], [{ term: "dumb" }]])(
    "has no colours with %j",
    (change) => {
      expect(screenOf({ ...facts, ...change }).hasColours).toBe(false);
    },
  );

  it("has colours when NO_COLOR is empty", () => {
    expect(screenOf({ ...facts, noColour: "" }).hasColours).toBe(true);
  });

  it.each([
    [{ columns: 20 }, 40],
    [{ columns: 300 }, 110],
    [{ columns: undefined }, 80],
    [{ isTerminal: false, columns: undefined, columnsVariable: "60" }, 60],
    [{ isTerminal: false, columns: undefined, columnsVariable: "wide" }, 80],
  ])("with %j is %i columns wide", (change, width) => {
    expect(screenOf({ ...facts, ...change }).width).toBe(width);
  });
});

describe("text on a screen", () => {
  it("breaks between words, and cuts a word that is longer than a line", () => {
    expect(wrap("one two three", 8)).toEqual(["one two", "three"]);
    expect(wrap("a 123456789 b", 4)).toEqual(["a", "1234", "5678", "9 b"]);
    expect(wrap("   ", 4)).toEqual([]);
  });
});

describe("cases in a store", () => {
  it("are read as the service keeps them", () => {
    // Held by the types: a store is loaded by its file, where the compiler does not look.
    const read = (store: FocalPointProcedures): CaseProcedures => store;
    expect(read).toBeTypeOf("function");
  });
});
