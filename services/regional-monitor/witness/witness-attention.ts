import type { PageAlert } from "#http";
import { countOf } from "#participant";
import type { WitnessStanding } from "./open-witness.ts";

/** What of the witnessing needs a person (TP-MON-20). */
export function witnessAttention(standing: WitnessStanding | undefined): PageAlert[] {
  if (standing === undefined) return [];
  const alerts: PageAlert[] = [];
  if (standing.conflicts > 0) {
    const pairs = countOf(standing.conflicts, "pair");
    const what = `The log has signed two roots for one size: ${pairs} of checkpoints kept.`;
    const remedy = "Rely on the log no more; give /witness/conflicts to the other participants.";
    alerts.push({ level: "stuck", what, remedy });
  }
  if (!standing.isRegistered) {
    const what = `The register does not name this witness, ${standing.name}.`;
    const remedy = `Have the secretariat enter it: tracepost register witness, key ${standing.publicKey}`;
    alerts.push({ level: "look", what, remedy });
  }
  return alerts;
}
