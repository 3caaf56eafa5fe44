import { CASEWORK_LIMITS } from "#runtime";

/** One request of a chain, and what its answer says of the firearm's way. */
export interface ChainHop {
  /** State that was asked, ISO 3166-1 alpha-2. */
  readonly state: string;
  /** State its answer says the firearm came from; absent at the maker, or when not known. */
  readonly importedFrom?: string | undefined;
  /** State its answer says the firearm went to; absent when the trail ends here. */
  readonly exportedTo?: string | undefined;
  /** When it left, ISO 8601 to the year, month or day that is known. */
  readonly exportedOn?: string | undefined;
}

/** What is wrong between two hops; hops are counted from 0. */
export interface ChainGap {
  /** The hop after the gap. */
  readonly hop: number;
  readonly rule: "chainGap" | "timeOrder";
}

/** What a chain looks like as a whole. */
export interface ChainCheck {
  readonly ok: boolean;
  readonly gaps: readonly ChainGap[];
  /** States that were asked twice, in the order in which that happened. */
  readonly cycles: readonly string[];
  /** More hops than a case may have. */
  readonly tooLong: boolean;
}

/**
 * Checks a chain of requests along re-exports (domain notes 2.4): the State a firearm was exported
 * to is the one asked next, no State is asked twice, and each export comes after the one before.
 * Dates known to the year or month are compared as far as both are known.
 */
export function checkChain(hops: readonly ChainHop[]): ChainCheck {
  const gaps: ChainGap[] = [];
  for (const [index, hop] of hops.entries()) {
    const before = hops[index - 1];
    if (before === undefined) continue;
    if (!isJoined(before, hop)) gaps.push({ hop: index, rule: "chainGap" });
    if (!isLater(before.exportedOn, hop.exportedOn)) gaps.push({ hop: index, rule: "timeOrder" });
  }
  const cycles = hops
    .map(({ state }) => state)
    .filter((state, index, all) => all.indexOf(state) !== index);
  const tooLong = hops.length > CASEWORK_LIMITS.hopsMax + 1;
  return { ok: gaps.length === 0 && cycles.length === 0 && !tooLong, gaps, cycles, tooLong };
}

/** The one side may be silent; what both sides say must agree. */
function isJoined(before: ChainHop, hop: ChainHop): boolean {
  const forward = before.exportedTo === undefined || before.exportedTo === hop.state;
  const backward = hop.importedFrom === undefined || hop.importedFrom === before.state;
  const linked = before.exportedTo !== undefined || hop.importedFrom !== undefined;
  return forward && backward && linked;
}

function isLater(before: string | undefined, after: string | undefined): boolean {
  if (before === undefined || after === undefined) return true;
  const known = Math.min(before.length, after.length);
  return before.slice(0, known) <= after.slice(0, known);
}
