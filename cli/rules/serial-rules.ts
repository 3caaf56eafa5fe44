import { Type } from "typebox";
import { findCandidates, lookAlikeKey, normalizeSerial, scriptOf, serialMatches } from "#casework";
import { CASEWORK_LIMITS, RULE_LIMITS } from "#runtime";
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

const Marked = Type.Optional(Serial);
const Known = { serial: Serial, make: Marked, model: Marked, calibre: Marked };

/** Which firearms of a register may be the one that is looked for, the likeliest first. */
export const candidatesRule = createRule({
  name: "candidates",
  about: "which rows of a register may be the firearm looked for, the likeliest first",
  input: Type.Object(
    {
      wanted: Type.Object(Known, closed),
      rows: Type.Array(
        Type.Object(
          { ...Known, id: Serial, make: Serial, maker: Marked, licensee: Marked },
          closed,
        ),
        { maxItems: RULE_LIMITS.rowsMax },
      ),
    },
    closed,
  ),
  decide: ({ rows, wanted }) => {
    const firearms = rows.map(({ serial: serialRaw, ...row }) => ({ ...row, serialRaw }));
    const candidates = findCandidates(wanted, firearms).map(({ firearm, relation, reasons }) => ({
      id: firearm.id,
      relation,
      reasons: reasons.map(({ field, rule }) => ({ field, rule })),
    }));
    return { ok: true, value: { candidates } };
  },
});
