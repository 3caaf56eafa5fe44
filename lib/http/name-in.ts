/** The name of a number in a list of the contract; the number itself where it has none. */
export function nameIn(list: Readonly<Record<string, number>>, value: number): string {
  return Object.keys(list).find((name) => list[name] === value) ?? String(value);
}
