import { headers } from "nats";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { attack } from "../support/attack.ts";
import {
  everyCount,
  floorOf,
  messages,
  PULL,
  PULL_ONE,
  pullOne,
} from "../support/carrier-state.ts";
import { FORBIDDEN_PUBLISHES, FORBIDDEN_SUBSCRIPTIONS } from "../support/forbidden-subjects.ts";
import { Attacker } from "../support/nats-attacker.ts";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";

const PARTICIPANT = "a participant";
const REFUSED = { attacker: PARTICIPANT, outcome: "refused", answer: "NATS: permission" } as const;
const HARMLESS = { attacker: PARTICIPANT, outcome: "harmless" } as const;

const VIOLATION = /permissions violation/i;

describe("a participant with a raw client", () => {
  let carrier: TestCarrier;
  let niger: Attacker;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE", "BR"]);
    niger = new Attacker(await carrier.raw("NE", "NE"));
  });
  afterAll(() => carrier.stop());

  it("publishes to its own outbox, and this alone", async () => {
    const before = await messages(carrier, "CORE", "OUT_NE");
    expect(await niger.publish("tp.out.NE.normal.trace-request")).toBe("");
    await expect.poll(() => messages(carrier, "CORE", "OUT_NE")).toBe(before + 1);
  });

  for (const subject of FORBIDDEN_PUBLISHES) {
    attack({ ...REFUSED, attack: `publishes to ${subject}` }, async () => {
      expect(await niger.publish(subject)).toMatch(VIOLATION);
    });
  }

  for (const subject of FORBIDDEN_SUBSCRIPTIONS) {
    attack({ ...REFUSED, attack: `listens to ${subject}` }, async () => {
      expect(await niger.subscribe(subject)).toMatch(VIOLATION);
    });
  }

  it("hears its own reply subjects only", async () => {
    expect(await niger.subscribe("_I.NE.>")).toBe("");
  });

  it("left nothing in any other stream by all this", async () => {
    expect(await messages(carrier, "CORE", "OUT_BR")).toBe(0);
    expect(await messages(carrier, "BR", "IN")).toBe(0);
    expect(await messages(carrier, "NE", "IN")).toBe(0);
  });

  for (const reply of [
    "tp.in.BR.normal.trace-request",
    "tp.out.BR.normal.trace-request",
    "$JS.API.STREAM.PURGE.IN",
    "$JS.API.STREAM.PURGE.OUT_BR",
    "$JS.API.STREAM.DELETE.OUT_BR",
    // A reply of this form crosses from one account into the other as it is.
    "$JS.ACK.OUT_BR.gw-normal.1.1.1.1.0",
  ]) {
    const answer = "a reply subject reaches its own account only";
    attack(
      { ...HARMLESS, answer, attack: `has its publish acknowledged on ${reply}` },
      async () => {
        const brazil = new Attacker(await carrier.raw("BR", "BR"));
        await brazil.publish("tp.out.BR.normal.trace-request");
        const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
        await gateway.publish("tp.in.BR.normal.trace-request");
        await expect.poll(() => messages(carrier, "BR", "IN")).toBeGreaterThan(0);
        await expect.poll(() => messages(carrier, "CORE", "OUT_BR")).toBeGreaterThan(0);
        const before = await everyCount(carrier);
        const floor = await floorOf(carrier, "OUT_BR");
        // The stream stores the message and sends its acknowledgement to the reply subject; one
        // that looks like an acknowledgement it does not store at all.
        await niger.publish("tp.out.NE.normal.trace-request", { reply });
        await niger.connection.request("tp.out.NE.normal.trace-request", "the next one");
        const { "CORE/OUT_NE": own = 0, ...others } = await everyCount(carrier);
        expect({ ...others, "CORE/OUT_NE": before["CORE/OUT_NE"] }).toEqual(before);
        expect(own).toBeGreaterThan(before["CORE/OUT_NE"] ?? 0);
        expect(await floorOf(carrier, "OUT_BR")).toEqual(floor);
      },
    );
  }

  for (const reply of [
    "tp.in.BR.normal.trace-request",
    "tp.out.BR.normal.trace-request",
    "$JS.API.STREAM.PURGE.OUT_BR",
    "$JS.API.STREAM.DELETE.OUT_BR",
    "$JS.ACK.OUT_BR.gw-normal.1.1.1.1.0",
    "$JS.ACK.IN.in-normal.1.1.1.1.0",
  ]) {
    const answer = "a reply subject reaches its own account only";
    attack({ ...HARMLESS, answer, attack: `has its inbox delivered to ${reply}` }, async () => {
      const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
      await gateway.publish("tp.in.NE.normal.trace-request");
      await expect.poll(() => messages(carrier, "NE", "IN")).toBeGreaterThan(0);
      const before = await everyCount(carrier);
      const floor = await floorOf(carrier, "OUT_BR");
      await niger.publish(PULL, { data: PULL_ONE, reply });
      // A second request is answered after the first: then the first has had its effect.
      await pullOne(niger);
      expect(await everyCount(carrier)).toEqual(before);
      expect(await floorOf(carrier, "OUT_BR")).toEqual(floor);
    });
  }

  const apart = "each outbox has its own window of ids";
  attack({ ...HARMLESS, answer: apart, attack: "burns another's message id" }, async () => {
    const brazil = new Attacker(await carrier.raw("BR", "BR"));
    const before = await messages(carrier, "CORE", "OUT_BR");
    const id = { "Nats-Msg-Id": "0190aaaa-0000-7000-8000-000000000001.1" };
    await niger.publish("tp.out.NE.normal.trace-request", { headers: id });
    await brazil.publish("tp.out.BR.normal.trace-request", { headers: id });
    await expect.poll(() => messages(carrier, "CORE", "OUT_BR")).toBe(before + 1);
  });

  for (const carried of [
    { "Nats-Rollup": "all" },
    { "Nats-Rollup": "sub" },
    { "Nats-TTL": "1" },
    { "Nats-Schedule": "@at 2030-01-01T00:00:00Z", "Nats-Schedule-Target": "tp.in.BR.normal.x" },
    { "Nats-Incr": "1" },
    { "Nats-Batch-Id": "b", "Nats-Batch-Sequence": "1", "Nats-Batch-Commit": "1" },
    { "Nats-Expected-Stream": "OUT_BR" },
    { "Nats-Expected-Last-Sequence": "0" },
    // The server is asked to tell about the way of a message.
    { "Nats-Trace-Dest": "tp.in.BR.normal.trace-request" },
    { "Nats-Trace-Dest": "$JS.API.STREAM.DELETE.OUT_BR", "Nats-Trace-Only": "true" },
    { "Nats-Request-Info": '{"acc":"BR","svc":"CORE"}' },
  ]) {
    const answer = "headers of NATS are off, or reach the own stream";
    const what = `publishes with the headers ${JSON.stringify(carried)}`;
    attack({ ...HARMLESS, answer, attack: what }, async () => {
      const before = await everyCount(carrier);
      await niger.publish("tp.out.NE.normal.trace-request", { headers: carried });
      const after = await everyCount(carrier);
      expect(after["CORE/OUT_NE"]).toBeGreaterThanOrEqual(before["CORE/OUT_NE"] ?? 0);
      expect({ ...after, "CORE/OUT_NE": 0 }).toEqual({ ...before, "CORE/OUT_NE": 0 });
    });
  }

  const own = "the server takes the account from the connection";
  attack(
    { ...REFUSED, answer: own, attack: "asks for BR's consumer under a forged name" },
    async () => {
      const forged = { "Nats-Request-Info": JSON.stringify({ acc: "BR", svc: "BR" }) };
      expect(await askedFor(niger, "$JS.API.CONSUMER.INFO.IN.in-normal", forged)).toContain(
        '"filter_subject":"tp.in.NE.normal.*"',
      );
    },
  );
});

describe("a participant that turns the server against its own account", () => {
  let carrier: TestCarrier;

  beforeAll(async () => {
    carrier = await startTestCarrier(["NE", "BR"]);
  });
  afterAll(() => carrier.stop());

  // The server answers a pull wherever its reply subject points, within the account: known, not to
  // be forbidden by permissions, and the reason why each participant has an account of its own.
  const again = "its own inbox alone, which the steward makes again";
  attack({ ...HARMLESS, answer: again, attack: "has its inbox stream deleted" }, async () => {
    const niger = new Attacker(await carrier.raw("NE", "NE"));
    const gateway = new Attacker(await carrier.raw("GATEWAY", "gateway"));
    await gateway.publish("tp.in.BR.normal.trace-request");
    await expect.poll(() => messages(carrier, "BR", "IN")).toBe(1);
    await niger.publish(PULL, { data: PULL_ONE, reply: "$JS.API.STREAM.DELETE.IN" });
    await expect.poll(() => messages(carrier, "NE", "IN")).toBe(-1);
    expect(await messages(carrier, "BR", "IN")).toBe(1);
    const incidents: string[] = [];
    const steward = carrier.steward(({ where }) => incidents.push(where));
    await steward.round();
    await steward.stop();
    expect(incidents).toEqual(["NE/IN"]);
    await gateway.publish("tp.in.NE.normal.trace-request");
    await expect.poll(() => messages(carrier, "NE", "IN")).toBe(1);
  });
});

/** What the server answers to a request with headers. */
async function askedFor(
  { connection }: Attacker,
  subject: string,
  carried: Readonly<Record<string, string>>,
): Promise<string> {
  const forged = headers();
  for (const [name, value] of Object.entries(carried)) forged.set(name, value);
  return (await connection.request(subject, "", { headers: forged, timeout: 5_000 })).string();
}
