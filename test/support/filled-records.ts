import { HoldActKind, HoldScope, SignedRegister } from "#proto";
import { newMessageId } from "#runtime";
import { sha256 } from "#wire";
import { disposalClerk } from "./disposing.ts";
import type { GatewayBench } from "./gateway-bench.ts";
import { type Parties, reissue } from "./parties.ts";

const DUE_MS = 91 * 86_400_000;
const REGISTER = { registerVersion: 1 };
const COUNTED_DAYS = 3;

/** What people do: decide, hold, look and dispose. The first message is held; days are counted. */
export async function fillRecords(parties: Parties, bench: GatewayBench): Promise<void> {
  await takeRegister(parties, bench);
  await decideForgeries(bench);
  await hold(bench);
  await look(bench, "show");
  bench.nowMs += DUE_MS;
  const clerk = disposalClerk(bench, parties);
  await clerk.trustClock();
  await clerk.look();
  const by = { authority: "schedule", actor: "officer-1", nowMs: bench.nowMs };
  await bench.store.call("askRun", { ...by, clockJumped: false });
  clerk.wake();
  await clerk.idle();
  await clerk.stop();
  await look(bench, "export");
  await bench.store.call("noteAct", actOf(bench, "audit"));
  for (let day = 0; day < COUNTED_DAYS; day += 1) await countDay(bench);
}

/** The next day, for a monitor. */
async function countDay({ nowMs, store }: GatewayBench): Promise<void> {
  const due = await store.call("dayToCount", { nowMs });
  if (due === null) throw new TypeError("no day is over");
  const { counts } = await store.call("countRecords", { ...due, limit: 10_000 });
  const fed = [{ monitor: "XK", events: 0n, eventsDigest: sha256(Buffer.of()), counts: [] }];
  await store.call("keepDailyCounts", { ...due, ...REGISTER, counts, fed, nowMs });
}

async function takeRegister(parties: Parties, { nowMs, store }: GatewayBench): Promise<void> {
  const register = reissue(parties, parties.registerBytes, () => ({}));
  const digest = sha256(SignedRegister.decode(register).register);
  const change = { version: 2, digest, register, pins: null, nowMs, by: "file" };
  await store.call("recordRegister", change);
}

async function decideForgeries({ nowMs, store }: GatewayBench): Promise<void> {
  const all = { before: null, state: null, participant: null, code: null, limit: 10 };
  const [item] = await store.call("listItems", all);
  const act = { actor: "amina", reason: "looked into it", receiptId: newMessageId(nowMs) };
  const about = { id: item?.id ?? 0, decision: "released", nowMs, ...REGISTER } as const;
  await store.call("decideItem", { ...act, ...about });
}

/** A message, and a party of which the second person declines the hold. */
async function hold({ nowMs, store }: GatewayBench): Promise<void> {
  const page = { filter: {}, before: null, size: 1, limit: 1 };
  const found = await store.call("findRecords", page);
  const { message_id: messageId = "", sender = "" } = found?.rows[0] ?? {};
  const by = { reason: "Preservation order", reviewAtMs: null, nowMs, ...REGISTER };
  const wish = { ...by, authority: "High Court", isRegistered: true, repeat: undefined };
  const scopes = [{ messages: [{ sender, messageId }] }, { party: "NE" }];
  for (const scope of scopes) {
    await store.call("askHold", { ...wish, actor: "officer-1", scope: HoldScope.create(scope) });
  }
  const kinds = [HoldActKind.CONFIRMED, HoldActKind.DECLINED] as const;
  for (const [at, kind] of kinds.entries()) {
    await store.call("actOnHold", { ...by, id: at + 1, kind, actor: "officer-2" });
  }
}

async function look(bench: GatewayBench, action: "show" | "export"): Promise<void> {
  await bench.store.call("noteAct", actOf(bench, action));
  await bench.store.call("sealActs", { nowMs: bench.nowMs, ...REGISTER });
}

function actOf({ nowMs: atMs }: GatewayBench, action: "show" | "export" | "audit") {
  const said = { subject: "record 0", detail: "", reason: "asked for" };
  return { ...said, action, actor: "officer-1", atMs };
}
