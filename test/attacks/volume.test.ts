import type { NatsConnection } from "nats";
import { afterAll, beforeAll, describe, expect } from "vitest";
import { NATS_LIMITS } from "#runtime";
import { attack } from "../support/attack.ts";
import { messages, PULL } from "../support/carrier-state.ts";
import { openGatewayBench } from "../support/gateway-bench.ts";
import { withQuotas } from "../support/limited-quotas.ts";
import { headerOf, traceRequest } from "../support/messages.ts";
import { Attacker } from "../support/nats-attacker.ts";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";
import { makeParties } from "../support/parties.ts";
import { receiptsIn } from "../support/read-receipts.ts";

// What one participant may hold of the server is bounded (TP-NATS-25); others do not notice.

const ATTACKER = "a participant";

describe("a participant that takes all it can of the server", () => {
  let carrier: TestCarrier;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE", "BR"]);
  });
  afterAll(() => carrier.stop());

  /** BR still sends, and the gateway still delivers to it and to NE. */
  async function othersGoOn(): Promise<void> {
    const brazil = new Attacker(await carrier.raw("BR", "BR"));
    const sent = await messages(carrier, "CORE", "OUT_BR");
    await brazil.connection.request("tp.out.BR.normal.trace-request", "x");
    expect(await messages(carrier, "CORE", "OUT_BR")).toBe(sent + 1);
    const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
    for (const participant of ["BR", "NE"]) {
      const before = await messages(carrier, participant, "IN");
      await gateway.connection.request(`tp.in.${participant}.normal.trace-request`, "x");
      expect(await messages(carrier, participant, "IN")).toBe(before + 1);
    }
  }

  attack(
    {
      attacker: ATTACKER,
      attack: "connects a hundred times",
      outcome: "refused",
      answer: "NATS: connections of the account",
    },
    async () => {
      const connections: NatsConnection[] = [];
      let refused = 0;
      for (let attempt = 0; attempt < 100; attempt += 1) {
        const connection = carrier.raw("NE", "NE", { reconnect: false });
        await connection.then(
          (one) => connections.push(one),
          () => {
            refused += 1;
          },
        );
      }
      expect(connections.length).toBeLessThanOrEqual(NATS_LIMITS.accountConnectionsMax);
      expect(refused).toBe(100 - connections.length);
      for (const connection of connections) await connection.close();
      await othersGoOn();
    },
  );

  attack(
    {
      attacker: ATTACKER,
      attack: "makes ten thousand subscriptions",
      outcome: "refused",
      answer: "NATS: subscriptions of the connection",
    },
    async () => {
      const niger = await carrier.raw("NE", "NE", { reconnect: false });
      const said: string[] = [];
      void (async () => {
        for await (const status of niger.status()) {
          if (status.type === "error") said.push(status.error.message);
        }
      })();
      for (let number = 0; number < 10_000; number += 1) {
        niger.subscribe(`_I.NE.${number}`, { callback: () => undefined });
      }
      await niger.flush();
      await expect.poll(() => said.length).toBeGreaterThan(9_000);
      expect(new Set(said)).toEqual(new Set(["maximum subscriptions exceeded"]));
      await othersGoOn();
    },
  );

  attack(
    {
      attacker: ATTACKER,
      attack: "lets ten thousand requests for messages wait",
      outcome: "harmless",
      answer: "a bounded number wait, at its own consumer",
    },
    async () => {
      const niger = await carrier.raw("NE", "NE");
      const refused: string[] = [];
      niger.subscribe("_I.NE.many", {
        callback: (_error, { headers }) => {
          if (headers !== undefined) refused.push(headers.description);
        },
      });
      const forever = JSON.stringify({ batch: 1_000, expires: 3_600_000_000_000 });
      for (let number = 0; number < 10_000; number += 1) {
        niger.publish(PULL, forever, { reply: "_I.NE.many" });
      }
      const info = await niger.request("$JS.API.CONSUMER.INFO.IN.in-normal");
      const { num_waiting: waiting } = info.json<{ num_waiting: number }>();
      expect(waiting).toBeLessThanOrEqual(NATS_LIMITS.pullsWaitingMax);
      await expect.poll(() => refused).toContain("Exceeded MaxWaiting");
      await niger.close();
      await othersGoOn();
    },
  );
});

describe("a participant that fills the store of the gateway (TP-GW-10)", () => {
  const ROOM = 10;

  attack(
    {
      attacker: ATTACKER,
      attack: "sends thirty times at once what little may be held of it",
      outcome: "refused",
      answer: "QUOTA_EXCEEDED register.quotas.stored_bytes",
    },
    async () => {
      const parties = makeParties([{ id: "NE" }, { id: "BR" }]);
      const gateway = await openGatewayBench(parties);
      try {
        const niger = parties.party("NE");
        const one = traceRequest(niger, ["BR"]);
        const size = headerOf(one).parts.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n);
        const storedBytes = size * BigInt(ROOM);
        await gateway.change(withQuotas(parties.register, "NE", { storedBytes }));
        const rush = Array.from({ length: 30 * ROOM }, () => traceRequest(niger, ["BR"]));
        await Promise.all(rush.map((message) => gateway.send(message)));
        const [held] = await gateway.store.call("storedBytes", undefined);
        expect(held?.bytes).toBeLessThanOrEqual(Number(storedBytes));
        const said = receiptsIn(gateway.published).map(({ code, field }) => `${code} ${field}`);
        const refused = said.filter((text) => text !== " ");
        expect(new Set(refused)).toEqual(new Set(["QUOTA_EXCEEDED register.quotas.stored_bytes"]));
        expect(refused.length).toBeGreaterThanOrEqual(rush.length - ROOM);
        expect(await gateway.send(traceRequest(parties.party("BR"), ["NE"]))).toBe("ack");
        expect(receiptsIn(gateway.published).at(-1)?.code).toBe("");
      } finally {
        await gateway.close();
      }
    },
  );
});
