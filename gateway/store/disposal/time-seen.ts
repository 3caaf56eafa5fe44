import { timeNoted } from "#disposal";
import type { Transaction } from "#runtime";

/** When the time was last noted, else when the newest entry was recorded; 0: never. */
export async function timeSeen(tx: Transaction): Promise<number> {
  const seenAtMs = await timeNoted(tx);
  if (seenAtMs !== 0) return seenAtMs;
  const last = await tx.get<{ recorded_at: number }>("SELECT recorded_at FROM gateway_state");
  return last?.recorded_at ?? 0;
}
