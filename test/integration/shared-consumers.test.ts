import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { NATS_LIMITS } from "#runtime";
import type { InboundMessage, Transport } from "#wire";
import { startTestCarrier, type TestCarrier } from "../support/nats-carrier.ts";

const OUT = "tp.out.NE.normal.trace-request";

let carrier: TestCarrier;
let niger: Transport;
let sent = 0;

beforeAll(async () => {
  carrier = await startTestCarrier(["NE"]);
});

afterEach(() => carrier.closeAll());

afterAll(() => carrier.stop());

async function publish(count: number): Promise<string[]> {
  niger = await carrier.bus("NE");
  const texts = Array.from({ length: count }, (_, at) => `m${sent + at}`);
  sent += count;
  for (const text of texts) {
    await niger.publish({ subject: OUT, data: Buffer.from(text), transportId: text });
  }
  return texts;
}

/** An instance that takes from the outbox and acknowledges what it was handed. */
async function instance(): Promise<InboundMessage[]> {
  const taken: InboundMessage[] = [];
  const bus = await carrier.bus("gateway");
  await bus.consume("OUT_NE", "gw-normal", (message) => {
    taken.push(message);
    message.ack();
  });
  return taken;
}

const textsOf = (messages: readonly InboundMessage[]): string[] =>
  messages.map(({ data }) => Buffer.from(data).toString());

describe("instances that share the consumers of the outboxes (TP-INST-1)", () => {
  it("are handed each message once between them, and each some", async () => {
    const [first, second] = [await instance(), await instance()];
    const texts = await publish(60);
    await expect.poll(() => first.length + second.length).toBe(texts.length);
    expect([...textsOf(first), ...textsOf(second)].toSorted()).toEqual(texts.toSorted());
    expect(Math.min(first.length, second.length)).toBeGreaterThan(0);
  });

  it("go on at once when one dies that was waiting for messages", async () => {
    const dead = await carrier.raw("GATEWAY", "gateway");
    const inbox = `_I.gateway.${sent}.dead`;
    let lost = 0;
    dead.subscribe(inbox, {
      callback: () => {
        lost += 1;
      },
    });
    const asked = { batch: NATS_LIMITS.unacknowledgedMax, expires: 30_000_000_000 };
    const subject = "$JS.API.CONSUMER.MSG.NEXT.OUT_NE.gw-normal";
    dead.publish(subject, JSON.stringify(asked), { reply: inbox });
    await publish(1);
    await expect.poll(() => lost).toBe(1);
    const alive = await instance();
    await dead.close();
    const texts = await publish(40);
    // None of them goes to who is gone, to come again after the wait for an acknowledgement.
    await expect.poll(() => alive.length).toBe(texts.length);
    expect(textsOf(alive)).toEqual(texts);
    expect(alive.map(({ deliveries }) => deliveries)).toEqual(texts.map(() => 1));
  });
});
