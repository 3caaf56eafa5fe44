import { expect, test } from "vitest";
import { Kind, Lane } from "#proto";
import { LaneQueue } from "../../../gateway/lane-queue.ts";
import type { Passage } from "../../../gateway/passage.ts";

function passage(participant: string, lane: Lane, name = ""): Passage {
  const inbound = {
    subject: name,
    data: new Uint8Array(),
    deliveries: 1,
    ack: () => undefined,
    nak: () => undefined,
  };
  return { inbound, address: { participant, lane, kind: Kind.ALERT }, receivedAtMs: 0 };
}

test("hands out urgent before normal before bulk", async () => {
  const queue = new LaneQueue();
  queue.push(passage("NE", Lane.BULK, "bulk"));
  queue.push(passage("NE", Lane.NORMAL, "normal"));
  queue.push(passage("NE", Lane.URGENT, "urgent"));
  const batch = await queue.take(3);
  expect(batch.map((taken) => taken.inbound.subject)).toEqual(["urgent", "normal", "bulk"]);
});

test("gives participants turns, so that a backlog of one delays no other", async () => {
  const queue = new LaneQueue();
  for (let n = 0; n < 1_000; n += 1) queue.push(passage("NE", Lane.NORMAL));
  queue.push(passage("BR", Lane.NORMAL));
  queue.push(passage("AT", Lane.NORMAL));
  const batch = await queue.take(10);
  const senders = new Set(batch.map((taken) => taken.address.participant));
  expect(batch).toHaveLength(10);
  expect(senders).toEqual(new Set(["NE", "BR", "AT"]));
});

test("keeps the order of one participant's messages in a lane", async () => {
  const queue = new LaneQueue();
  for (let n = 0; n < 50; n += 1) queue.push(passage("NE", Lane.NORMAL, String(n)));
  const taken: string[] = [];
  while (taken.length < 50) {
    for (const one of await queue.take(7)) taken.push(one.inbound.subject);
  }
  expect(taken).toEqual(Array.from({ length: 50 }, (_, n) => String(n)));
  expect(queue.size).toBe(0);
});

test("waits for a message and ends with an empty batch once closed", async () => {
  const queue = new LaneQueue();
  const waiting = queue.take(1);
  queue.push(passage("NE", Lane.NORMAL));
  expect(await waiting).toHaveLength(1);
  const last = queue.take(1);
  queue.close();
  expect(await last).toEqual([]);
});
