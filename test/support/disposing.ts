import { expect } from "vitest";
import type { DisposalClerk } from "#disposal";
import { createSigner, PAYLOAD_TYPES } from "#trust";
import { createClerk } from "../../gateway/create-clerk.ts";
import { ALONE } from "../../gateway/instances/duty.ts";
import type { GatewayBench } from "./gateway-bench.ts";
import type { Parties } from "./parties.ts";

/** The clerk of a bench; its clock and the one that counts on are those of the bench. */
export function disposalClerk(
  bench: GatewayBench,
  parties: Parties,
  elapsedMs = (): number => bench.nowMs,
): DisposalClerk {
  const signers = { disposal: createSigner(parties.receiptKey, PAYLOAD_TYPES.disposal) };
  const { checkpoints, clock, logger, register, store } = bench;
  const pauseMs = 0;
  return createClerk({
    ...{ checkpoints, clock, duty: ALONE, logger, register, store, signers, elapsedMs, pauseMs },
  });
}

/** Who asked for the run ends it himself; nothing is gone, and the next one may be asked for. */
export async function declineOpen(bench: GatewayBench, clerk: DisposalClerk): Promise<void> {
  const { id = 0 } = (await bench.store.call("openRun", undefined)) ?? {};
  const by = { id, actor: "officer-1", reason: "The schedule is wrong", nowMs: bench.nowMs };
  expect(await bench.store.call("declineRun", by)).toMatchObject({ type: "declined" });
  clerk.wake();
  await clerk.idle();
  const ended = { state: "declined", declinedBy: "officer-1", records: 0, endedAtMs: bench.nowMs };
  expect(await bench.store.call("loadRun", { id })).toMatchObject(ended);
  const again = await bench.store.call("declineRun", { ...by, actor: "officer-2" });
  expect(again).toMatchObject({ repeated: true, run: { declinedBy: "officer-1" } });
  const acts = { actor: null, action: "dispose", before: null, limit: 1 } as const;
  const [act] = await bench.store.call("listActs", acts);
  expect(act).toMatchObject({ actor: "officer-1", reason: by.reason, subject: `disposal ${id}` });
}
