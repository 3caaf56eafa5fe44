import { RefusalCode } from "#proto";
import type { Transaction } from "#runtime";

/** A decision about a message, as the status page counts it. */
export interface CountedDecision {
  /** By the subject token. */
  readonly sender: string;
  /** Unspecified: accepted. */
  readonly code: RefusalCode;
}

/** Keeps the counts of the status page, so that showing it costs no scan. */
export async function countTraffic(
  tx: Transaction,
  decisions: readonly CountedDecision[],
  recordedAtMs: number,
): Promise<void> {
  const bySender = new Map<string, { accepted: number; refused: number }>();
  for (const { sender, code } of decisions) {
    const counts = bySender.get(sender) ?? { accepted: 0, refused: 0 };
    if (code === RefusalCode.UNSPECIFIED) counts.accepted += 1;
    else counts.refused += 1;
    bySender.set(sender, counts);
  }
  for (const [sender, counts] of bySender) {
    await tx.write(
      `INSERT INTO traffic (participant, accepted, refused, last_at) VALUES (?, ?, ?, ?)
       ON CONFLICT (participant) DO UPDATE SET accepted = traffic.accepted + excluded.accepted,
         refused = traffic.refused + excluded.refused, last_at = excluded.last_at`,
      sender,
      counts.accepted,
      counts.refused,
      recordedAtMs,
    );
  }
}
