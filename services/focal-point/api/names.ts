import { Type } from "typebox";

/** Names of a closed list of the wire contract, without its "unspecified". */
export type NameOf<L> = Exclude<keyof L & string, "UNSPECIFIED">;

/** The names of a closed list, in its order. */
export function namesOf<L extends Record<string, number>>(list: L): NameOf<L>[] {
  return Object.keys(list).filter((name) => name !== "UNSPECIFIED") as NameOf<L>[];
}

/** Schema of a name of a closed list. */
export function nameSchema<L extends Record<string, number>>(list: L) {
  return Type.Enum(namesOf(list));
}

/** Name of a value; undefined for "unspecified" and for a value this version does not know. */
export function nameOf<L extends Record<string, number>>(
  list: L,
  value: L[keyof L],
): NameOf<L> | undefined {
  return namesOf(list).find((name) => list[name] === value);
}

/** Value of a name; 0, "unspecified", when there is none. */
export function codeOf<L extends Record<string, number>>(
  list: L,
  name: NameOf<L> | undefined,
): L[keyof L] {
  return (name === undefined ? 0 : list[name]) as L[keyof L];
}
