import { expect, test } from "vitest";
import { Kind, Lane } from "#proto";
import type { Passage } from "../../../gateway/passage.ts";
import { Admission } from "../../../gateway/steps/admit.ts";

function passages(participant: string, count: number): Passage[] {
  const inbound = {
    subject: "",
    data: new Uint8Array(),
    deliveries: 1,
    ack: () => undefined,
    nak: () => undefined,
  };
  const address = { participant, lane: Lane.NORMAL, kind: Kind.ALERT };
  return Array.from({ length: count }, () => ({ inbound, address, receivedAtMs: 0 }));
}

test("holds what is over a sender's quota and nobody else's (TP-GW-1)", () => {
  const admission = new Admission(10, 5);
  const noisy = passages("NE", 8);
  const quiet = passages("BR", 1);
  admission.admit([...noisy, ...quiet], 1_000);
  expect(noisy.filter((passage) => passage.held)).toHaveLength(3);
  expect(quiet[0]?.held).toBeUndefined();
  expect(admission.takeHeld()).toEqual(new Map([["NE", 3]]));
  expect(admission.takeHeld().size).toBe(0);
});

test("admits again as time passes, up to the burst", () => {
  const admission = new Admission(10, 5);
  admission.admit(passages("NE", 5), 0);
  const half = passages("NE", 3);
  admission.admit(half, 200);
  expect(half.map((passage) => passage.held === true)).toEqual([false, false, true]);
  const later = passages("NE", 6);
  admission.admit(later, 60_000);
  expect(later.filter((passage) => passage.held)).toHaveLength(1);
});

test("gains nothing from a clock that goes back", () => {
  const admission = new Admission(10, 1);
  admission.admit(passages("NE", 1), 10_000);
  const back = passages("NE", 1);
  admission.admit(back, 5_000);
  expect(back[0]?.held).toBe(true);
});
