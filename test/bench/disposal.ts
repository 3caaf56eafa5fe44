import { copyFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { HoldActKind, HoldScope } from "#proto";
import { disposalClerk } from "../support/disposing.ts";
import { type GatewayBench, openGatewayBench } from "../support/gateway-bench.ts";
import { recipientReceipt, traceRequest } from "../support/messages.ts";
import { makeParties, type Parties } from "../support/parties.ts";
import { timed } from "./machine.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const DUE_MS = 91 * 86_400_000;
/** Messages of one receipt, sent at the same time. */
const GROUP = 100;

/** What a hold and a run of disposal cost, beside deleting the same parts and nothing else. */
export const disposalBench: Bench = {
  name: "disposal",
  about: "a hold on --rows / 2 records and their disposal, beside a plain DELETE of their parts",
  run: measureDisposal,
};

interface Figures {
  readonly records: number;
  readonly holdMs: number;
  readonly lookMs: number;
  readonly disposeMs: number;
  readonly floorMs: number;
}

async function measureDisposal({ progress, rows }: BenchOptions): Promise<Section> {
  const large = Math.max(10 * GROUP, Math.round(rows / 2 / GROUP) * GROUP);
  const found: Figures[] = [];
  for (const records of [large / 10, large]) {
    progress(`${records} records`);
    found.push(await measure(records));
  }
  const [small, big] = found;
  const exponent = Math.log10((big?.disposeMs ?? 1) / (small?.disposeMs ?? 1)).toFixed(2);
  return {
    title: `Hold and disposal; disposal grows with the records to the power of ${exponent}`,
    columns: ["records", "hold", "look", "disposal", "plain DELETE", "ratio"],
    rows: found.map(({ disposeMs, floorMs, holdMs, lookMs, records }) => [
      String(records),
      `${holdMs.toFixed(1)} ms`,
      `${lookMs.toFixed(0)} ms`,
      `${disposeMs.toFixed(0)} ms`,
      `${floorMs.toFixed(0)} ms`,
      (disposeMs / floorMs).toFixed(1),
    ]),
    data: { figures: found, exponent },
  };
}

async function measure(records: number): Promise<Figures> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-disposal-bench-"));
  const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  const file = join(dir, "gateway.sqlite");
  const bench = await openGatewayBench(parties, {
    place: { kind: "sqlite", file },
    windowMessages: records + GROUP,
  });
  try {
    await fill(bench, parties, records);
    await bench.store.scrub();
    copyFileSync(file, `${file}.floor`);
    const clerk = disposalClerk(bench, parties);
    bench.nowMs += DUE_MS;
    await clerk.trustClock();
    const holdMs = await timed(() => holdAndRelease(bench));
    const lookMs = await timed(() => clerk.look());
    const disposeMs = await timed(async () => {
      const by = { nowMs: bench.nowMs, authority: "bench", reason: "bench" };
      const run = await bench.store.call("askRun", { ...by, actor: "one", clockJumped: false });
      await bench.store.call("confirmRun", { ...by, id: run.id, actor: "two", clockJumped: false });
      clerk.wake();
      await clerk.idle();
    });
    await clerk.stop();
    const [run] = await bench.store.call("listRuns", { before: null, limit: 1 });
    if (run?.records !== records) throw new TypeError(`${run?.records} are gone`);
    const floorMs = await timed(async () => plainDelete(`${file}.floor`));
    return { records, holdMs, lookMs, disposeMs, floorMs };
  } finally {
    await bench.close();
    await rm(dir, { recursive: true, force: true });
  }
}

async function fill(bench: GatewayBench, parties: Parties, records: number): Promise<void> {
  for (let at = 0; at < records; at += GROUP) {
    const group = Array.from({ length: GROUP }, () => traceRequest(parties.party("NE"), ["BR"]));
    // Slow enough for the quota of a sender.
    bench.nowMs += GROUP;
    const settled = await Promise.all(group.map((message) => bench.send(message)));
    if (settled.includes("nak")) throw new TypeError("a message was handed back");
    const about = group.map((message) => ({ sender: "NE", message }));
    await bench.send(recipientReceipt(parties.party("BR"), about));
  }
}

/** Both commits of a hold that covers every record, and is declined. */
async function holdAndRelease({ nowMs, store }: GatewayBench): Promise<void> {
  const by = { reason: "bench", reviewAtMs: null, nowMs, registerVersion: 1 };
  const scope = HoldScope.create({ party: "NE" });
  const wish = { scope, authority: "bench", isRegistered: true, repeat: undefined };
  const { result } = await store.call("askHold", { ...by, ...wish, actor: "one" });
  const id = result.type === "asked" ? result.id : 0;
  await store.call("actOnHold", { ...by, id, kind: HoldActKind.DECLINED, actor: "two" });
}

function plainDelete(file: string): void {
  const db = new DatabaseSync(file);
  db.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = ON");
  db.exec("DELETE FROM parts WHERE id / 1024 IN (SELECT id FROM messages WHERE kind = 1)");
  db.exec("PRAGMA wal_checkpoint(TRUNCATE)");
  db.close();
}
