import { Type } from "typebox";
import { CONSIGNMENT_KINDS, checkConsignment } from "#casework";
import { CASEWORK_LIMITS } from "#runtime";
import { createRule } from "./rule.ts";

/** What a consignment identifier is, and whether its check digit holds (TP-ALERT-2, TP-ALERT-3). */
export const consignmentRule = createRule({
  name: "consignment",
  about: "usual form, key and check digit of a container, waybill, parcel, plate … number",
  input: Type.Object(
    {
      kind: Type.Enum([...CONSIGNMENT_KINDS]),
      value: Type.String({ maxLength: CASEWORK_LIMITS.consignmentCharsMax }),
      /** Of a plate or a national registration. */
      country: Type.Optional(Type.String({ maxLength: 2 })),
    },
    { additionalProperties: false },
  ),
  decide: (given) => {
    const checked = checkConsignment(given);
    if (checked.valid) return { ok: true, value: checked };
    // What to do is for people; another implementation may word it in its own way.
    const { wayOut: _, ...problem } = checked.problem;
    return { ok: true, value: { valid: false, problem } };
  },
});
