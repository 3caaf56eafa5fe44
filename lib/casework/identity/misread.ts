/**
 * Characters that worn, badly struck or badly lit marks are often read as, beyond those of the
 * look-alike key. Unordered pairs of look-alike keys' characters. They make a candidate likelier;
 * any other character may have been misread too.
 */
const PAIRS: readonly string[] = [
  "0Q",
  "0D",
  "0C",
  "0G",
  "0U",
  "06",
  "08",
  "09",
  "17",
  "1J",
  "1T",
  "14",
  "27",
  "38",
  "35",
  "3E",
  "4A",
  "49",
  "56",
  "6G",
  "68",
  "7T",
  "7Y",
  "89",
  "8R",
  "CG",
  "CE",
  "DP",
  "EF",
  "FP",
  "HN",
  "HM",
  "KX",
  "MN",
  "MW",
  "NW",
  "PR",
  "UV",
  "VY",
  "VW",
  "XY",
];

const PAIRED: ReadonlySet<string> = new Set(
  PAIRS.flatMap((pair) => [pair, [...pair].reverse().join("")]),
);

/** Whether one character of a look-alike key is often read as another. */
export function isOftenMisread(one: string, other: string): boolean {
  return PAIRED.has(`${one}${other}`);
}
