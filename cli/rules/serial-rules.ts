import { Type } from "typebox";
import { lookAlikeKey, normalizeSerial, scriptOf, serialMatches } from "#casework";
import { CASEWORK_LIMITS } from "#runtime";
import { createRule } from "./rule.ts";

const closed = { additionalProperties: false } as const;
const Serial = Type.String({ maxLength: CASEWORK_LIMITS.markingCharsMax });

/** The keys a serial number is found by. */
export const serialKeysRule = createRule({
  name: "serial-keys",
  about: "normalized key, look-alike key and script of a serial number",
  input: Type.Object({ raw: Serial }, closed),
  decide: ({ raw }) => ({
    ok: true,
    value: {
      normalized: normalizeSerial(raw),
      lookAlike: lookAlikeKey(raw),
      script: scriptOf(raw),
    },
  }),
});

/** Whether a serial number may be one that was read in part. */
export const serialMatchRule = createRule({
  name: "serial-match",
  about: "whether a serial number fits one read in part (? one unknown character, * any number)",
  input: Type.Object({ pattern: Serial, candidate: Serial }, closed),
  decide: ({ pattern, candidate }) => ({
    ok: true,
    value: { matches: serialMatches(pattern, candidate) },
  }),
});
