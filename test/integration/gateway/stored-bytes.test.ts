import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Lane, Priority } from "#proto";
import { QUOTA_LIMITS } from "#runtime";
import type { AssembledEnvelope } from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { withQuotas } from "../../support/limited-quotas.ts";
import { gapNotice, headerOf, recipientReceipt, traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";
import { receiptsIn } from "../../support/read-receipts.ts";
import { readRows } from "../../support/stored-post.ts";

const URGENT = { priority: Priority.URGENT, lane: Lane.URGENT };
const OVER = "QUOTA_EXCEEDED register.quotas.stored_bytes";
/** Room for so many messages; the last of it is for the urgent lane. */
const ROOM = 20;
const NOT_URGENT = ROOM * (1 - QUOTA_LIMITS.storedUrgentShare);

let parties: Parties;
let bench: GatewayBench;

// One gateway for all; in each test another State has little room.
beforeAll(async () => {
  parties = makeParties([{ id: "NE" }, { id: "GH" }, { id: "KE" }, { id: "TG" }, { id: "BR" }]);
  bench = await openGatewayBench(parties);
});

afterAll(async () => {
  await bench.close();
});

async function limit(id: string, messages: number): Promise<number> {
  // 0 in a register is the default.
  const room = Math.max(1, (await held(id)).counted + messages * sizeOf(request(id)));
  await bench.change(withQuotas(bench.register.view(), id, { storedBytes: BigInt(room) }));
  return room;
}

const request = (from: string, changes = {}): AssembledEnvelope =>
  traceRequest(parties.party(from), ["BR"], changes);

const requests = (from: string, count: number, changes = {}): AssembledEnvelope[] =>
  Array.from({ length: count }, () => request(from, changes));

function sizeOf(message: AssembledEnvelope): number {
  return headerOf(message).parts.reduce((sum, part) => sum + Number(part.sizeBytes), 0);
}

/** Sends all at once; what the gateway said of each: "accepted", or the code with its field. */
async function sendAll(messages: readonly AssembledEnvelope[]): Promise<string[]> {
  const settled = await Promise.all(messages.map((message) => bench.send(message)));
  expect(settled).toEqual(messages.map(() => "ack"));
  const receipts = receiptsIn(bench.published);
  return messages.map((message) => {
    const { messageId } = headerOf(message);
    const said = receipts.findLast((receipt) => receipt.messageId === messageId);
    if (said === undefined) return "nothing";
    return said.code === "" ? "accepted" : `${said.code} ${said.field}`;
  });
}

/** What is held of a State, as counted and as it lies in the table. */
async function held(id: string): Promise<{ counted: number; kept: number }> {
  const counted = await bench.store.call("storedBytes", undefined);
  const [kept] = await readRows(bench.file, (all) =>
    all<{ bytes: number }>(
      `SELECT coalesce(sum(length(content) + body_bytes), 0) AS bytes FROM parts
       JOIN messages m ON m.id = parts.id / 1024 WHERE m.sender = '${id}' AND m.kind NOT IN (6, 8)`,
    ),
  );
  const bytes = counted.find(({ participant }) => participant === id)?.bytes ?? 0;
  return { counted: bytes, kept: kept?.bytes ?? 0 };
}

describe("the bytes that are held of a participant (TP-GW-10)", () => {
  test("are never more than its quota, however many messages come at once", async () => {
    const room = await limit("NE", ROOM);
    const said = await sendAll(requests("NE", 3 * ROOM));
    expect(said.filter((one) => one === "accepted")).toHaveLength(NOT_URGENT);
    expect(said.filter((one) => one === OVER)).toHaveLength(3 * ROOM - NOT_URGENT);
    const remedy = receiptsIn(bench.published).find(({ code }) => code !== "")?.remedy;
    expect(remedy).toMatch(/ask the secretariat for room/);
    const urgent = await sendAll(requests("NE", ROOM, URGENT));
    expect(urgent.filter((one) => one === "accepted")).toHaveLength(ROOM - NOT_URGENT);
    expect(await held("NE")).toEqual({ counted: room, kept: room });
    const [event] = (await bench.store.call("status", undefined)).events;
    expect(event).toMatchObject({ kind: "OVER_QUOTA", participant: "NE", open: 1 });
  });

  test("hold up no confirmation, no notice of a gap and nobody else", async () => {
    await limit("GH", 0);
    const asked = traceRequest(parties.party("BR"), ["GH"]);
    expect(await sendAll([asked, request("GH", URGENT)])).toEqual(["accepted", OVER]);
    const delivered = recipientReceipt(parties.party("GH"), [{ sender: "BR", message: asked }]);
    expect(await bench.send(delivered)).toBe("ack");
    const others = await sendAll([gapNotice(parties.party("GH"), "BR"), request("TG")]);
    expect(others).toEqual(["accepted", "accepted"]);
    const [ended] = await readRows(bench.file, (all) =>
      all<{ state: number }>("SELECT state FROM deliveries WHERE sender = 'BR'"),
    );
    expect(ended?.state).toBe(2);
    expect(await held("GH")).toEqual({ counted: 0, kept: 0 });
  });

  test("are released by a disposal, and what was refused goes under its own id", async () => {
    await limit("KE", ROOM);
    await sendAll(requests("KE", NOT_URGENT));
    const waits = request("KE");
    expect(await sendAll([waits])).toEqual([OVER]);
    const disposal = new DatabaseSync(bench.file);
    disposal.exec(`DELETE FROM parts WHERE id / 1024 =
      (SELECT id FROM messages WHERE sender = 'KE' LIMIT 1)`);
    disposal.close();
    expect(await sendAll([waits])).toEqual(["accepted"]);
    expect(await sendAll([request("KE")])).toEqual([OVER]);
    const { counted, kept } = await held("KE");
    expect(counted).toBe(kept);
  });

  test("are what a plain model counts, whatever comes in whatever sequence", async () => {
    const round = fc.array(fc.constantFrom("urgent", "normal", "notice"), { maxLength: 8 });
    await fc.assert(fc.asyncProperty(fc.array(round, { maxLength: 6 }), follow), { numRuns: 10 });
  });

  async function follow(rounds: readonly (readonly string[])[]): Promise<void> {
    let { counted: bytes } = await held("TG");
    const room = await limit("TG", ROOM);
    for (const round of rounds) {
      const messages = round.map((what) => {
        if (what === "notice") return gapNotice(parties.party("TG"), "BR");
        return request("TG", what === "urgent" ? URGENT : {});
      });
      // Urgent ones are taken first, then the others as they came.
      const expected: string[] = round.map(() => "accepted");
      for (const lane of ["urgent", "normal"]) {
        const share = lane === "urgent" ? 1 : 1 - QUOTA_LIMITS.storedUrgentShare;
        for (const [at, message] of messages.entries()) {
          if (round[at] !== lane) continue;
          if (bytes + sizeOf(message) <= room * share) bytes += sizeOf(message);
          else expected[at] = OVER;
        }
      }
      expect(await sendAll(messages)).toEqual(expected);
    }
    expect(await held("TG")).toEqual({ counted: bytes, kept: bytes });
  }
});
