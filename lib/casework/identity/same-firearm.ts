import type { FirearmCandidate, RegisteredFirearm } from "./find-candidates.ts";
import type { SerialRelation } from "./serial-relation.ts";

/** Serial numbers that agree in every character that was read. */
const AGREEING: readonly SerialRelation[] = ["EXACT", "SAME_CHARACTERS", "PARTIAL"];

/**
 * Whether a candidate is what was asked for and not only like it (TP-FIRE-4): the same brand, and
 * every character of the serial number that was read. A register answers by such alone; what reads
 * alike, or differs by a slip, is for an officer to judge.
 */
export function isSameFirearm({ reasons, relation }: FirearmCandidate<RegisteredFirearm>): boolean {
  const isSameMake = reasons.some(({ field, rule }) => field === "make" && rule === "SAME");
  return isSameMake && AGREEING.includes(relation);
}
