import type { Database } from "#runtime";
import type { CompromisedKey } from "#trust";
import type { GatewayProcedures } from "../store.ts";

/**
 * Tells the operator how much was recorded under a key from the time on at which others may have
 * had it (TP-KEY-8): an event for each participant, key and date. Nothing of it is taken back.
 */
export async function noteCompromised(
  store: Pick<Database<GatewayProcedures>, "call">,
  key: CompromisedKey,
  nowMs: number,
): Promise<void> {
  const { keyId, participant, sinceMs } = key;
  const since = new Date(sinceMs).toISOString();
  const about = {
    kind: "KEY_COMPROMISED",
    participant,
    subject: `${keyId} since ${since}`,
  } as const;
  // Said once and for all: a start does not read through the records again to say nothing.
  if (await store.call("wasNoted", about)) return;
  let count = 0;
  let from: number | null = null;
  do {
    const found: { count: number; next: number | null } = await store.call("countSignedSince", {
      ...{ sender: participant, keyId, sinceMs },
      from,
    });
    count += found.count;
    from = found.next;
  } while (from !== null);
  if (count === 0) return;
  const detail = `${count} of its messages and receipts were recorded under the key from then on`;
  await store.call("noteEvents", { occurrences: [{ ...about, detail, count }], nowMs });
}
