import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { RefusalCode } from "#proto";
import { newMessageId } from "#runtime";
import { sha256 } from "#wire";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { recipientReceipt, traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

let parties: Parties;
let first: GatewayBench;
let second: GatewayBench;

beforeEach(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }]);
  first = await openGatewayBench(parties, { windowMessages: 2 });
  second = await openGatewayBench(parties, { place: first.place, windowMessages: 2 });
});

afterEach(async () => {
  await second.close();
  await first.close();
});

describe("two gateways on one store (TP-CONV-2, TP-INST-2)", () => {
  test("take one request to a State between them in a conversation, however they meet", async () => {
    const rounds = 8;
    for (let round = 0; round < rounds; round += 1) {
      const conversationId = newMessageId(Date.now());
      const both = [first, second].map((gateway) =>
        gateway.send(traceRequest(parties.party("NE"), ["BR"], { conversationId })),
      );
      expect(await Promise.all(both)).toEqual(["ack", "ack"]);
    }
    const codes = await first.read((tx) =>
      tx.all<{ code: number; count: number }>(
        "SELECT code, count(*) AS count FROM messages GROUP BY code ORDER BY code",
      ),
    );
    expect(codes.map(({ code, count }) => [code, count])).toEqual([
      [RefusalCode.UNSPECIFIED, rounds],
      [RefusalCode.ILLEGAL_MOVE, rounds],
    ]);
  });

  test("share one window for each pair, whoever takes message and receipt (TP-INST-4)", async () => {
    const [ne, br] = [parties.party("NE"), parties.party("BR")];
    const messages = [1, 2, 3, 4].map(() => traceRequest(ne, ["BR"]));
    const isOut = ({ subject }: { subject: string }) => subject.startsWith("tp.in.BR.");
    const out = () => first.published.filter(isOut).length + second.published.filter(isOut).length;
    for (const [at, message] of messages.entries()) {
      await (at % 2 === 0 ? first : second).send(message);
    }
    expect(out()).toBe(2);
    // Whoever records the receipts finds the room, also for what the other one took.
    const next = second.nextPublished(1);
    const about = messages.slice(0, 2).map((message) => ({ sender: "NE", message }));
    await second.send(recipientReceipt(br, about));
    await next;
    // In one statement: the courier goes on meanwhile.
    const loads = await first.read((tx) =>
      tx.all<Record<string, number>>(
        `SELECT dispatched, waiting,
             (SELECT count(*) FROM deliveries WHERE state = 1) AS counted_dispatched,
             (SELECT count(*) FROM deliveries WHERE state = 0) AS counted_waiting
           FROM pair_load`,
      ),
    );
    expect(loads).toHaveLength(1);
    expect(loads[0]?.dispatched).toBe(loads[0]?.counted_dispatched);
    expect(loads[0]?.waiting).toBe(loads[0]?.counted_waiting);
  });

  test("record nothing that was decided under what another has replaced (TP-INST-2)", async () => {
    const policy = Buffer.from("permit(principal, action, resource);");
    const change = { digest: sha256(policy), nowMs: first.nowMs, registerVersion: 1 };
    await second.store.call("keepPolicy", { ...change, version: 2, policy });
    const message = traceRequest(parties.party("NE"), ["BR"]);
    expect(await first.send(message)).toBe("nak");
    expect(await first.read((tx) => tx.all("SELECT id FROM messages"))).toEqual([]);
  });
});
