import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ReceiptType } from "#proto";
import { addScheduleSignature, DEFAULT_SCHEDULE_TEXT, draftSchedule } from "#records";
import { outSubject, sha256, toTimestamp } from "#wire";
import type { LogCheck } from "../../gateway/store/log-check/check-log.ts";
import { checkStore, copyChanged } from "./checked-store.ts";
import { fillRecords } from "./filled-records.ts";
import { type GatewayBench, openGatewayBench } from "./gateway-bench.ts";
import { headerOf, recipientReceipt, traceRequest } from "./messages.ts";
import { makeParties, type Parties } from "./parties.ts";

/** Entries of participants over their quota, to have a tile that is full. */
const FILLING = 260;

/** A gateway's store with records of every kind that the log is about. */
export interface FilledGateway {
  readonly parties: Parties;
  readonly bench: GatewayBench;
  /** Copies the store into a file, changed; says how many rows are others. */
  copyTo(file: string, sql: string): Promise<number>;
  /** Changes a copy of the store behind everybody's back; says what a whole check finds. */
  tampered(sql: string): Promise<LogCheck & { readonly changed: number }>;
  close(): Promise<void>;
}

/**
 * Sends, refuses, delivers, rejects, expires; takes a register, a policy and a schedule; decides,
 * holds and disposes; keeps the store.
 */
export async function fillGateway(): Promise<FilledGateway> {
  const parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
  const bench = await openGatewayBench(parties);
  const dir = await mkdtemp(join(tmpdir(), "tracepost-filled-"));
  await fill(parties, bench);
  await bench.checkpoints.stop();
  let copies = 0;
  const copyTo = (file: string, sql: string) => copyChanged(bench.file, file, sql);
  return {
    parties,
    bench,
    copyTo,
    tampered: async (sql) => {
      copies += 1;
      const file = join(dir, `${copies}.sqlite`);
      const changed = await copyTo(file, sql);
      return { changed, ...(await checkStore(file)) };
    },
    close: async () => {
      await bench.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function fill(parties: Parties, bench: GatewayBench): Promise<void> {
  const { store } = bench;
  const [ne, br, at] = ["NE", "BR", "AT"].map((id) => parties.party(id));
  if (ne === undefined || br === undefined || at === undefined) return;
  const delivered = traceRequest(ne, ["BR"], { bodyBytes: 6_000 });
  const rejected = traceRequest(ne, ["AT"]);
  const open = traceRequest(at, ["NE"]);
  const expiring = traceRequest(br, ["AT"], { expiresAtMs: bench.nowMs + 60_000 });
  for (const message of [delivered, rejected, open, expiring]) await bench.send(message);
  await bench.send(recipientReceipt(br, [{ sender: "NE", message: delivered }]));
  const about = [{ sender: "NE", message: rejected }];
  await bench.send(recipientReceipt(at, about, ReceiptType.REJECTED));
  // Refused under a header that is proven: to nobody that the register has.
  await bench.send(traceRequest(ne, ["FR"]));
  const forged = traceRequest(ne, ["BR"]);
  const { kind, lane } = headerOf(forged);
  await bench.hand(outSubject("AT", lane, kind), forged.bytes);
  const nowMs = bench.nowMs + 120_000;
  const receiptIds = ["01920000-0000-7000-8000-000000000001"];
  await store.call("expireDeliveries", { nowMs, receiptIds, pairMax: 1_000 });
  const register = { version: 1, digest: sha256(Buffer.of(1)), nowMs, by: "file", pins: null };
  await store.call("keepFirstRegister", { ...register, register: parties.registerBytes });
  const policy = Buffer.from("permit(principal, action, resource);");
  const kept = { version: 2, digest: sha256(policy), policy, nowMs, registerVersion: 1 };
  await store.call("keepPolicy", kept);
  const said = { version: 3n, text: DEFAULT_SCHEDULE_TEXT, reason: "An example" };
  const draft = draftSchedule({ ...said, issuedAt: toTimestamp(nowMs) });
  const schedule = addScheduleSignature(draft, parties.root);
  const signed = { version: 3, digest: sha256(schedule), schedule, nowMs, registerVersion: 1 };
  await store.call("keepSchedule", signed);
  const held = Array.from({ length: FILLING }, (_, n) => ({ sender: `X${n}`, messages: 1 }));
  await store.call("logOverQuota", { nowMs, registerVersion: 1, held });
  // Later by months: what is open stays so.
  await bench.rest();
  await fillRecords(parties, bench);
  bench.checkpoints.note(await store.call("logHead", undefined));
}
