import type { Transaction } from "#runtime";
import { addOrigin, type OriginView } from "./origin-record.ts";
import { type Entering, findItem } from "./seizure-record.ts";

/** What an officer says of the origin of an arm. */
export interface OriginToSay extends Entering {
  readonly reportId: string;
  readonly item: number;
  readonly by: OriginView["by"];
  readonly on: string;
  readonly basis: string;
  readonly established: boolean;
}

/** What became of it. */
export type OriginSaid =
  | "said"
  /** It holds already. */
  | "unchanged"
  | "unknown"
  | "NOT_AN_ARM"
  /** Before the day of the recovery. */
  | "BAD_DATE";

/**
 * Says that an origin was established, or that it was not after all (TP-LEDG-6). What a trace case
 * has established follows that case alone.
 */
export async function sayOrigin(tx: Transaction, args: OriginToSay): Promise<OriginSaid> {
  const { basis, by, established, on } = args;
  const found = await findItem(tx, args);
  if (found === undefined) return "unknown";
  if (found.kind !== "ARM") return "NOT_AN_ARM";
  if (on < found.seized_on) return "BAD_DATE";
  const origin = { by, on, basis, caseId: "", reversed: !established };
  return (await addOrigin(tx, found.position, origin, args)) ? "said" : "unchanged";
}
