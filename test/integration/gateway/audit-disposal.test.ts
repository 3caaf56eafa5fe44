import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { DisposalClerk } from "#disposal";
import { DisposalCertificate } from "#proto";
import { itemsOf } from "#records";
import { checkStore } from "../../support/checked-store.ts";
import { disposalClerk } from "../../support/disposing.ts";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { makeParties } from "../../support/parties.ts";

/** The audit trail of the gateway ends by the schedule, with a certificate (TP-DISP-11). */

const YEAR_MS = 365.25 * 86_400_000;
const NEEDLE = "a reason to be looked for in files".repeat(4);

const parties = makeParties([{ id: "NE", notAfterMs: Date.UTC(2090, 0, 1) }]);
let bench: GatewayBench;
let clerk: DisposalClerk;

beforeAll(async () => {
  bench = await openGatewayBench(parties);
  clerk = disposalClerk(bench, parties);
  expect(await clerk.clockJumped()).toBe(false);
});

afterAll(async () => {
  await clerk.stop();
  await bench.close();
});

/** Somebody does something, and it is put into the log. */
async function act(subject: string): Promise<void> {
  const { nowMs: atMs, store } = bench;
  const said = { action: "show", actor: "farid", subject, detail: "", reason: NEEDLE } as const;
  await store.call("noteAct", { ...said, atMs });
  await store.call("sealActs", { nowMs: atMs, registerVersion: 1 });
}

async function check(): Promise<readonly string[]> {
  return (await checkStore(bench.file)).problems;
}

const due = async () => {
  await clerk.look();
  const page = { after: 0, limit: 10, nowMs: bench.nowMs };
  return (await bench.store.call("listDue", page)).records.map(({ subject }) => subject);
};

async function dispose() {
  const by = { authority: "Schedule (made up)", actor: "officer-1", clockJumped: false };
  const { id } = await bench.store.call("askRun", { ...by, nowMs: bench.nowMs });
  clerk.wake();
  await clerk.idle();
  return await bench.store.call("loadRun", { id });
}

function change(sql: string): void {
  const db = new DatabaseSync(bench.file);
  db.exec(sql);
  db.close();
}

test("acts are due ten years after the last of their batch, and stay while a hold is told of", async () => {
  await act("record 1");
  await act("hold 1");
  const held = {
    action: "asked",
    reason: "Trial (made up)",
    authority: "Court (made up)",
  } as const;
  const scope = { messages: [], conversationId: "", party: "NE", query: undefined };
  const asked = { scope, isRegistered: true, repeat: undefined, reviewAtMs: null };
  const by = { actor: "officer-1", nowMs: bench.nowMs, registerVersion: 1, ...held };
  await bench.store.call("askHold", { ...by, ...asked });
  bench.nowMs += 9.9 * YEAR_MS;
  expect(await due()).toEqual([]);
  bench.nowMs += 0.2 * YEAR_MS;
  expect(await due()).toEqual(["acts 1 to 1 of the audit trail"]);
});

test("their bytes are gone, their digest and a certificate stay, and the log still fits", async () => {
  expect(await dispose()).toMatchObject({ state: "done", records: 1, parts: 1 });
  const [kept] = await bench.store.call("listCertificates", { run: 1, after: 0, limit: 5 });
  const said = DisposalCertificate.decode(kept?.bytes ?? Buffer.of());
  expect(kept?.signature).not.toBeNull();
  const [item] = itemsOf(said, kept?.keptItems ?? []) ?? [];
  const parts = [{ name: "acts", retentionClass: "audit" }];
  expect(item).toMatchObject({ subject: "acts 1 to 1 of the audit trail", parts });
  expect(await check()).toEqual([]);
  const db = new DatabaseSync(bench.file, { readOnly: true });
  const left = db.prepare("SELECT id FROM record_act WHERE reason = ?").all(NEEDLE);
  db.close();
  expect(left).toEqual([{ id: 2 }]);
});

test("what is taken out without a certificate, or is back in spite of one, is found", async () => {
  change("CREATE TABLE aside AS SELECT * FROM record_act WHERE id = 2");
  change("DELETE FROM record_act WHERE id = 2");
  expect((await check()).join()).toMatch(/acts 2 to 2 of the audit trail .*0 of 1 are kept/u);
  change("UPDATE record_act_batch SET certificate = 1 WHERE first_act = 2");
  expect((await check()).join()).toMatch(/acts 2 to 2 .*gone without a certificate/u);
  change("UPDATE record_act_batch SET certificate = NULL WHERE first_act = 2");
  change("INSERT INTO record_act SELECT * FROM aside; DROP TABLE aside");
  expect(await check()).toEqual([]);
});
