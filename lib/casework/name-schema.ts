import { Type } from "typebox";
import { type NameOf, namesOf } from "./list-names.ts";

/** Schema of a name of a closed list. */
export function nameSchema<L extends Record<string, number>>(list: L) {
  return Type.Enum(namesOf(list));
}

/** Value of a name; 0, "unspecified", when there is none. */
export function codeOf<L extends Record<string, number>>(
  list: L,
  name: NameOf<L> | undefined,
): L[keyof L] {
  return (name === undefined ? 0 : list[name]) as L[keyof L];
}
