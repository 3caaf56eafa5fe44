import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  type CheckQuestion,
  compareMatches,
  keysOfMark,
  keysOfQuestion,
  matchMark,
  type WantedMark,
} from "#casework";

const sign = fc.constantFrom(..."ABO0I1S5B8Z2XКВ7");
const whole = fc.array(sign, { minLength: 3, maxLength: 10 }).map((signs) => signs.join(""));
const longer = whole.map((text) => `K${text}`);
const partial = fc
  .array(fc.oneof(sign, fc.constantFrom("?", "*")), { minLength: 4, maxLength: 10 })
  .map((signs) => signs.join(""));
const serial = fc.oneof(whole, partial);
const mark = (text: string): WantedMark => ({ item: 0, identity: "serial", text });

/** Signs that are read for another. */
const CONFUSED: Readonly<Record<string, string>> = {
  O: "0",
  "0": "O",
  I: "1",
  "1": "I",
  S: "5",
  "5": "S",
  B: "8",
  "8": "B",
  Z: "2",
  "2": "Z",
  В: "B",
  К: "K",
};

describe("keys and matching (TP-CHECK-2)", () => {
  it("agree: what matches is found under a key of the question", () => {
    fc.assert(
      fc.property(serial, serial, (asked, wanted) => {
        const question: CheckQuestion = { serial: asked };
        const keys = keysOfQuestion(question);
        if (!keys.ok || matchMark(question, mark(wanted)) === undefined) return;
        const shared = keysOfMark(mark(wanted)).filter((key) => keys.keys.includes(key));
        expect(shared).not.toEqual([]);
      }),
      { numRuns: 3_000 },
    );
  });

  it("miss no number whose signs were confused as marks are", () => {
    fc.assert(
      fc.property(whole, fc.array(fc.boolean(), { minLength: 10, maxLength: 10 }), (text, turn) => {
        const misread = [...text]
          .map((each, at) => (turn[at] === true ? (CONFUSED[each] ?? each) : each))
          .join("");
        const keys = keysOfQuestion({ serial: misread });
        if (!keys.ok) throw new TypeError(keys.problem.rule);
        expect(keysOfMark(mark(text)).some((key) => keys.keys.includes(key))).toBe(true);
        expect(matchMark({ serial: misread }, mark(text))).toBeDefined();
      }),
    );
  });

  it("miss no number of which signs could not be read", () => {
    fc.assert(
      fc.property(longer, fc.nat(), (text, at) => {
        const signs = [...text];
        const pattern = signs.map((each, index) => (index === at % signs.length ? "?" : each));
        const wanted = mark(pattern.join(""));
        const keys = keysOfQuestion({ serial: text });
        if (!keys.ok) throw new TypeError(keys.problem.rule);
        expect(keysOfMark(wanted).some((key) => keys.keys.includes(key))).toBe(true);
        expect(matchMark({ serial: text }, wanted)?.basis).toBe("PARTIAL");
      }),
    );
  });

  it("rank the same whatever the order", () => {
    const match = fc.record({
      basis: fc.constantFrom("EXACT", "LOOK_ALIKE", "PARTIAL"),
      differs: fc.subarray(["make", "model"] as const),
    });
    fc.assert(
      fc.property(fc.array(match, { maxLength: 8 }), (matches) => {
        const ranks = (list: typeof matches) =>
          list.toSorted(compareMatches).map(({ basis, differs }) => `${basis} ${differs.length}`);
        expect(ranks(matches.toReversed())).toEqual(ranks(matches));
      }),
    );
  });
});
