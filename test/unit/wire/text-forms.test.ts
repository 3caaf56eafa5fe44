import { describe, expect, it } from "vitest";
import { WIRE_LIMITS } from "#runtime";
import {
  isKeyId,
  isRetentionClass,
  isShortText,
  isStateCode,
  isUuid,
} from "../../../lib/wire/text-rules.ts";

const UUID = "3f2b1c9e-7a54-4c1d-9be0-5a2f6c7d8e90";
const KEY_ID = "00112233445566778899aabbccddeeff";

/** A form is the whole text: nothing may stand before or behind it. */
const around = (text: string): string[] => [`${text}0`, `a${text}`, ` ${text}`, `${text}\n`, ""];

describe("short text (TP-WIRE-8)", () => {
  it.each(["", "a", "Zürich 42!", "한글", "e\u00e9", "x".repeat(WIRE_LIMITS.shortTextCharsMax)])(
    "may be %j",
    (text) => {
      expect(isShortText(text)).toBe(true);
    },
  );

  it.each([
    "x".repeat(WIRE_LIMITS.shortTextCharsMax + 1),
    "é".repeat(WIRE_LIMITS.shortTextCharsMax + 1),
    "e\u0301",
    "\u0000",
    "\t",
    "line\nline",
    "\u007f",
    "\u0085",
    "zero\u200bwidth",
    "\u202eevil",
    "\u2028",
    "\u2029",
    "\ud800",
  ])("is never %j", (text) => {
    expect(isShortText(text)).toBe(false);
  });
});

describe("forms of text", () => {
  it.each([
    ...around(UUID),
    UUID.toUpperCase(),
    UUID.replace("-4", "-0"),
    UUID.replace("-9", "-c"),
  ])("%j is no UUID in lower case (TP-WIRE-7)", (text) => {
    expect(isUuid(UUID)).toBe(true);
    expect(isUuid(text)).toBe(false);
  });

  it.each([...around(KEY_ID), KEY_ID.toUpperCase(), KEY_ID.slice(1)])(
    "%j is no key id (TP-TRUST-2)",
    (text) => {
      expect(isKeyId(KEY_ID)).toBe(true);
      expect(isKeyId(text)).toBe(false);
    },
  );

  it.each([...around("NE"), "ne", "N", "NER"])("%j is no State code", (text) => {
    expect(isStateCode("NE")).toBe(true);
    expect(isStateCode(text)).toBe(false);
  });

  it.each(["", "Trace", "1trace", "-trace", "trace_1", "trace\n", "t".repeat(65), "trace."])(
    "%j is no retention class",
    (text) => {
      for (const name of ["trace", "t", "trace-2", "t".repeat(64)]) {
        expect(isRetentionClass(name)).toBe(true);
      }
      expect(isRetentionClass(text)).toBe(false);
    },
  );
});
