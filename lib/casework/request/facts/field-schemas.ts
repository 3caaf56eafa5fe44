import { Type } from "typebox";
import { CASEWORK_LIMITS, REQUEST_LIMITS } from "#runtime";

/** Pieces that the schemas of a request are made of: shapes and closed lists, no rules. */

/** Nothing beside what is described. */
export const closed = { additionalProperties: false } as const;

/** A text that may be left out. */
export const text = (maxLength: number = CASEWORK_LIMITS.freeTextCharsMax) =>
  Type.Optional(Type.String({ maxLength }));

/** What is marked, as it was read. */
export const marked = text(CASEWORK_LIMITS.markingCharsMax);

/** A reference in somebody's system. */
export const reference = text(REQUEST_LIMITS.referenceCharsMax);

/** ISO 3166-1 alpha-2, or ISO 3166-3 for a State that is gone. */
export const state = Type.Optional(Type.String({ pattern: "^[A-Z]{2,4}$" }));

/** A year of the calendar; 0 for one that is not known. */
export const year = Type.Optional(Type.Integer({ minimum: 0, maximum: 9999 }));

/** A count; 0 for one that is not known. */
export const count = Type.Optional(Type.Integer({ minimum: 0, maximum: 2 ** 31 - 1 }));

/** SHA-256 in lower-case hex. */
export const digest = Type.String({ pattern: "^[0-9a-f]{64}$", description: "SHA-256, hex" });
