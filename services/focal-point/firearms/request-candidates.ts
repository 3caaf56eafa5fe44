import { type FirearmCandidate, type FirearmRecord, wantedFirearms } from "#casework";
import type { TraceRequest } from "#proto";
import type { Transaction } from "#runtime";
import { firearmCandidates } from "./firearm-lookups.ts";

/** Firearms of the register that a request may be about, and whether there are more. */
export interface RequestCandidates {
  readonly candidates: readonly FirearmCandidate<FirearmRecord>[];
  readonly more: boolean;
}

/**
 * Looks up the firearm of a request and those its parts come from (TP-FIRE-16), the likeliest
 * first; a firearm that several of them may be has the best of its scores.
 */
export async function requestCandidates(
  tx: Transaction,
  request: TraceRequest,
  limit: number,
): Promise<RequestCandidates> {
  const best = new Map<string, FirearmCandidate<FirearmRecord>>();
  let more = false;
  for (const wanted of wantedFirearms(request)) {
    const found = await firearmCandidates(tx, { wanted, depth: "NEAR", limit });
    if (!found.ok) continue;
    more ||= found.more;
    for (const candidate of found.candidates) {
      const { score = -1 } = best.get(candidate.firearm.id) ?? {};
      if (candidate.score > score) best.set(candidate.firearm.id, candidate);
    }
  }
  const ranked = [...best.values()].toSorted(
    (one, other) => other.score - one.score || (one.firearm.id < other.firearm.id ? -1 : 1),
  );
  return { candidates: ranked.slice(0, limit), more: more || ranked.length > limit };
}
