import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addUserOnce, issueToken } from "#http";
import {
  type KnownRegister,
  openKnownRegister,
  Untrue,
  verifyEvidenceFile,
  verifyReceipt,
} from "../../second-verifier/index.ts";
import { AskedExchange } from "../../support/asked-exchange.ts";
import { traceBody } from "../../support/trace-body.ts";

const SERIAL = "MADE-UP 0815";
const [ACCEPTED, DELIVERED] = [1n, 3n];
const timeoutMs = 30_000;

let us: AskedExchange;
let register: KnownRegister;
let messageId: string;
let caseId: string;
/** Of somebody who may see receipts and no case. */
let auditor: string;

beforeAll(async () => {
  us = await AskedExchange.start({ participants: ["US", "BR"], officers: ["US", "BR"] });
  const { register: file, rootPublicKey } = us.exchange.paths.exchange;
  register = openKnownRegister(await readFile(file), await readFile(rootPublicKey, "utf8"));
  const admin = us.exchange.participants.get("US");
  if (admin === undefined) throw new TypeError("no focal point US");
  const spec = { userId: "auditor", name: "Auditor", roles: ["AUDITOR"] } as const;
  await addUserOnce(admin, spec, timeoutMs);
  auditor = await issueToken(admin, "auditor", { label: "test", timeoutMs });
  const sent = await us.ask("US", "/v1/traces", { body: traceBody({ to: "BR", serial: SERIAL }) });
  ({ messageId, caseId } = sent.body);
  const path = `/v1/traces/${caseId}`;
  await us.until("US", path, ({ messages }) => messages[0]?.state === "delivered");
});

afterAll(() => us?.stop());

const receipts = () => us.ask("US", `/v1/messages/${messageId}/receipts`, { token: auditor });
const proof = (query = "") =>
  us.ask("US", `/v1/messages/${messageId}/proof${query}`, { token: auditor });

describe("what is held of a message of ours (TP-API-20)", () => {
  test("are its receipts as they were signed, which a stranger can verify", async () => {
    const { status, body } = await receipts();
    expect(status).toBe(200);
    expect(body).toMatchObject({ messageId, state: "delivered" });
    expect(body.receipts.map(({ type, by }: { type: string; by: string }) => [type, by])).toEqual([
      ["ACCEPTED", "GATEWAY"],
      ["DELIVERED", "BR"],
    ]);
    const digest = Buffer.from(body.headerDigest, "base64");
    const [accepted, delivered] = body.receipts;
    for (const [held, type] of [
      [accepted, ACCEPTED],
      [delivered, DELIVERED],
    ]) {
      const receipt = verifyReceipt(Buffer.from(held.envelope, "base64"), register);
      expect(receipt).toMatchObject({ sender: held.by, recipient: "US", type });
      const item = receipt.items.find((one) => one.messageId === messageId);
      expect(item?.headerDigest).toEqual(digest);
    }
    // That the recipient's receipt was logged; the gateway's own is its word already.
    expect(verifyEvidenceFile(delivered.proof, register).messageId).toBe(delivered.receiptId);
    expect(accepted.proof).toBeUndefined();
    expect(JSON.stringify(body)).not.toContain(Buffer.from(SERIAL).toString("base64"));
  });

  test("can be asked for by recipient", async () => {
    const path = `/v1/messages/${messageId}/receipts?recipient=BR`;
    const { body } = await us.ask("US", path, { token: auditor });
    expect(body.receipts).toMatchObject([{ type: "DELIVERED", by: "BR", recipient: "BR" }]);
  });

  test("is the proof that it was logged, which verifies without us", async () => {
    const { status, body } = await proof();
    expect(status).toBe(200);
    const entry = verifyEvidenceFile(body.file, register);
    expect(entry).toMatchObject({ sender: "US", messageId, code: 0n, index: BigInt(body.index) });
    expect(entry.headerDigest.toString("base64")).toBe(body.headerDigest);
    expect(body.checkpoint.startsWith(`${body.register.logOrigin}\n`)).toBe(true);
    expect(body.file).toContain(body.entry);
    for (const hash of body.inclusionPath) expect(body.file).toContain(hash);
    const changed = body.file.replace(`index ${body.index}`, `index ${body.index + 1}`);
    expect(() => verifyEvidenceFile(changed, register)).toThrow(Untrue);
  });

  test("is not there before the exchange has spoken, and then it is (TP-API-21)", async () => {
    await us.exchange.process("gateway").stop();
    const body = traceBody({ to: "BR", serial: SERIAL });
    const sent = await us.ask("US", "/v1/traces", { body });
    const path = `/v1/messages/${sent.body.messageId}`;
    expect(await us.ask("US", `${path}/proof`)).toMatchObject({
      status: 409,
      body: { code: "NOT_YET_LOGGED" },
    });
    expect((await us.ask("US", `${path}/receipts`)).body.receipts).toEqual([]);
    await us.exchange.process("gateway").start();
    await us.until("US", `${path}/receipts`, ({ receipts }) => receipts.length === 2);
    expect((await us.ask("US", `${path}/proof`)).status).toBe(200);
  });
});

describe("what is held of a message received (TP-API-20)", () => {
  test("is the proof that came with it, under the name of its sender", async () => {
    const { body } = await us.ask("BR", `/v1/messages/${messageId}/proof?sender=US`);
    const own = (await proof()).body;
    expect(verifyEvidenceFile(body.file, register)).toMatchObject({
      messageId,
      index: BigInt(own.index),
    });
    expect(body.entry).toBe(own.entry);
  });
});

describe("nothing is told", () => {
  test.each([
    ["of a message that is not there", "none", ""],
    ["of a message that somebody else did not send", "", "?sender=BR"],
  ])("%s", async (_what, id, query) => {
    const path = `/v1/messages/${id || messageId}/proof${query}`;
    expect(await us.ask("US", path)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
  });

  test("to whom may not see receipts", async () => {
    const token = us.exchange.participants.get("US")?.token ?? "";
    const path = `/v1/messages/${messageId}/receipts`;
    expect(await us.ask("US", path, { token })).toMatchObject({
      status: 403,
      body: { permission: "receipts:read" },
    });
  });

  test("of the case to whom may see its receipts only", async () => {
    const answer = await us.ask("US", `/v1/traces/${caseId}`, { token: auditor });
    expect(answer).toMatchObject({ status: 403, body: { permission: "traces:read" } });
  });
});
