/**
 * Who may know a count before anything is decided. OPEN: it may be shown or withheld. SHOWN: it is
 * known, or zero. WITHHELD: it must not be shown. UNTOLD: no table has it, and nobody minds.
 */
export type Standing = "OPEN" | "SHOWN" | "WITHHELD" | "UNTOLD";

/** One number that is protected, or that protects others. */
export interface Count {
  readonly value: number;
  readonly standing: Standing;
  /** What its status tells of it while it is withheld. */
  readonly least: number;
  readonly most: number;
  /** The least that is told when its status tells no more than that it is withheld. */
  readonly floor: number;
  /** Whether its status is still to be told: if not, it stands as it was told before. */
  readonly isOurs: boolean;
  /** What it costs to withhold it, in counts. */
  readonly price: number;
  /** It must be possible that it is so much more, or so much less. */
  readonly distance: number;
}

/** A total is the sum of its parts, apart from what is known anyway. Indexes into counts. */
export interface Sum {
  readonly total: number;
  readonly parts: readonly number[];
}

/** A count in a sum; the sign is 1 of a part, -1 of the total. */
export interface Member {
  readonly index: number;
  readonly sign: 1 | -1;
}

/** What was decided, by index of the counts. */
export interface Protection {
  readonly withheld: readonly boolean[];
  /** Withheld with a status that does not tell whether it is small by itself. */
  readonly blurred: readonly boolean[];
}

/** A number that no table has, such as the sum of all rows. */
export function untoldCount(value: number): Count {
  const most = Number.MAX_SAFE_INTEGER;
  const bounds = { least: 0, most, floor: 0 };
  return { value, standing: "UNTOLD", ...bounds, isOurs: false, price: 0, distance: 0 };
}

/** Stands where a sum names no count: it is known to be zero. */
const NO_COUNT: Count = {
  value: 0,
  standing: "SHOWN",
  least: 0,
  most: 0,
  floor: 0,
  isOurs: false,
  price: 0,
  distance: 0,
};

/** Counts and sums while it is decided what is withheld. */
export class Ledger {
  readonly counts: readonly Count[];
  readonly sums: readonly Sum[];
  /** Sums of each count, and the sign it has there. */
  readonly sumsOf: readonly (readonly Member[])[];
  /** Counts of each sum that are not known for certain. */
  readonly membersOf: readonly (readonly Member[])[];
  /** Those of them that are withheld. */
  readonly withheldOf: readonly Member[][];
  readonly withheld: boolean[];
  readonly blurred: boolean[];

  constructor(counts: readonly Count[], sums: readonly Sum[]) {
    this.counts = counts;
    this.sums = sums;
    const sumsOf: Member[][] = counts.map(() => []);
    this.membersOf = sums.map(({ parts, total }, sum) => {
      const members: Member[] = [{ index: total, sign: -1 }];
      for (const part of parts) members.push({ index: part, sign: 1 });
      for (const { index, sign } of members) sumsOf[index]?.push({ index: sum, sign });
      return members.filter(({ index }) => this.count(index).standing !== "SHOWN");
    });
    this.sumsOf = sumsOf;
    this.withheldOf = sums.map(() => []);
    this.withheld = counts.map(() => false);
    this.blurred = counts.map(() => false);
    for (const [index, { standing }] of counts.entries()) {
      if (standing === "WITHHELD" || standing === "UNTOLD") this.withhold(index);
    }
  }

  count(index: number): Count {
    return this.counts[index] ?? NO_COUNT;
  }

  /** Withholds a count that was not yet. */
  withhold(index: number): void {
    this.withheld[index] = true;
    for (const { index: sum, sign } of this.sumsOf[index] ?? []) {
      this.withheldOf[sum]?.push({ index, sign });
    }
  }

  /** Whether it can still be withheld. */
  isOpen(index: number): boolean {
    return this.count(index).standing === "OPEN" && this.withheld[index] === false;
  }
}
