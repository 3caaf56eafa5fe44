import { describe, expect, it } from "vitest";
import { TracepostError } from "#errors";
import { faultLines, printable } from "#runtime";

describe("what a person is told about a fault", () => {
  it("is what is wrong, each problem on a line, and what to do", () => {
    const fault = new TracepostError("INPUT_INVALID", "The file is wrong", {
      problems: ["line 1: missing", "line 2: doubled"],
      remedy: "Mend it.",
    });
    expect(faultLines(fault)).toEqual([
      "The file is wrong",
      "  - line 1: missing",
      "  - line 2: doubled",
      "Mend it.",
    ]);
  });

  it("is one line when there is no more to say", () => {
    expect(faultLines(new TracepostError("STORE", "It failed"))).toEqual(["It failed"]);
  });

  it("keeps lines of a remedy apart, and lets nothing else control the terminal", () => {
    const fault = new TracepostError("USAGE", "bad \u001B[31m name", { remedy: "one\ntwo" });
    expect(faultLines(fault)).toEqual(["bad \uFFFD[31m name", "one", "two"]);
  });
});

describe("a text from outside", () => {
  it("is printed as it is when it only has letters", () => {
    for (const text of ["SMITH & WESSON", "Ж-42", "９mm", "عربي", "é"]) {
      expect(printable(text)).toBe(text);
    }
  });

  it("cannot move the cursor, turn the line round or break it", () => {
    expect(printable("a\u001Bb\u202Ec\nd\u2028e\u0007f")).toBe(
      "a\uFFFDb\uFFFDc\uFFFDd\uFFFDe\uFFFDf",
    );
  });
});
