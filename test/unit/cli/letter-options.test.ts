import { expect, test } from "vitest";
import { letterOf } from "../../../cli/letter-options.ts";

const letter = { channel: "POST", reference: "KE/OUT/44", on: "2026-02-20" };

test("a follow-up goes by letter with all that a letter is known by, or has none (TP-OFF-8)", () => {
  expect(letterOf({})).toEqual({});
  expect(letterOf({ ...letter, note: "By hand." })).toEqual({
    byLetter: {
      channel: "POST",
      reference: "KE/OUT/44",
      dispatchedOn: "2026-02-20",
      note: "By hand.",
    },
  });
  for (const part of [{ channel: "POST" }, { note: "By hand." }, { ...letter, on: undefined }]) {
    expect(() => letterOf({ ...part } as object)).toThrow(/--channel, --reference and --on/u);
  }
});
