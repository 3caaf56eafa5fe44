import { describe, expect, test } from "vitest";
import { filteredMark, keyOfMark } from "#http";

describe("the mark of a filtered list (TP-API-11)", () => {
  const filters = { state: "ANSWERED", peer: undefined, order: "opened" };

  test("leads on in the list it is of, in whatever order the filters are named", () => {
    const mark = filteredMark([1_700_000_000_000, 42], filters);
    expect(keyOfMark(mark, filters)).toEqual([1_700_000_000_000, 42]);
    expect(keyOfMark(mark, { order: "opened", state: "ANSWERED" })).toEqual([
      1_700_000_000_000, 42,
    ]);
  });

  test.each([
    ["another filter", { ...filters, state: "REFUSED" }],
    ["one filter more", { ...filters, peer: "AT" }],
    ["one filter less", { order: "opened" }],
  ])("leads nowhere with %s", (_what, others) => {
    expect(keyOfMark(filteredMark([1, 2], filters), others)).toBeUndefined();
  });

  test.each(["", "tomorrow", "azEsMg", "k1,2.AAAAAAAAAAA", `${filteredMark([1, 2], filters)}A`])(
    "is nothing else: %s",
    (text) => {
      expect(keyOfMark(text, filters)).toBeUndefined();
    },
  );
});
