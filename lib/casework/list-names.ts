/** Names of a closed list of the wire contract, without its "unspecified". */
export type NameOf<L> = Exclude<keyof L & string, "UNSPECIFIED">;

/** The names of a closed list, in its order. */
export function namesOf<L extends Record<string, number>>(list: L): NameOf<L>[] {
  return Object.keys(list).filter((name) => name !== "UNSPECIFIED") as NameOf<L>[];
}

/** Name of a value; undefined for "unspecified" and for a value this version does not know. */
export function nameOf<L extends Record<string, number>>(
  list: L,
  value: L[keyof L],
): NameOf<L> | undefined {
  return namesOf(list).find((name) => list[name] === value);
}
