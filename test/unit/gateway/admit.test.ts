import { expect, test } from "vitest";
import { Kind, Lane, ParticipantQuotas } from "#proto";
import { GATEWAY_LIMITS } from "#runtime";
import type { Passage } from "../../../gateway/passage.ts";
import { Admission, DEFAULT_QUOTA, sendingQuota } from "../../../gateway/steps/admit.ts";

const DAY_MS = 24 * 3_600_000;

function passages(participant: string, count: number, bytes = 0): Passage[] {
  const inbound = {
    subject: "",
    data: new Uint8Array(bytes),
    deliveries: 1,
    ack: () => undefined,
    nak: () => undefined,
  };
  const address = { participant, lane: Lane.NORMAL, kind: Kind.ALERT };
  return Array.from({ length: count }, () => ({ inbound, address, receivedAtMs: 0 }));
}

const small = (burst: number) => () => ({ ...DEFAULT_QUOTA, messagesPerSecond: 10, burst });

test("holds what is over a sender's quota and nobody else's (TP-GW-1)", () => {
  const admission = new Admission();
  const noisy = passages("NE", 8);
  const quiet = passages("BR", 1);
  admission.admit([...noisy, ...quiet], 1_000, small(5));
  expect(noisy.filter((passage) => passage.held)).toHaveLength(3);
  expect(quiet[0]?.held).toBeUndefined();
  expect(admission.takeHeld()).toEqual(new Map([["NE", 3]]));
  expect(admission.takeHeld().size).toBe(0);
});

test("hands back for as long as the sender's rate needs, within bounds", () => {
  const { holdMaxMs, holdMs } = GATEWAY_LIMITS;
  const admission = new Admission();
  const flood = passages("NE", 1_005);
  admission.admit(flood, 0, small(5));
  const waits = flood.slice(5).map((passage) => passage.holdMs ?? 0);
  // Ten a second, after the shortest wait.
  expect(waits.slice(0, 3)).toEqual([holdMs + 100, holdMs + 200, holdMs + 300]);
  expect(waits.at(-1)).toBe(holdMaxMs);
  const later = passages("NE", 1_000);
  admission.admit(later, 60 * 60_000, small(5));
  expect(later[5]?.holdMs).toBe(holdMs + 100);
});

test("admits again as time passes, up to the burst", () => {
  const admission = new Admission();
  admission.admit(passages("NE", 5), 0, small(5));
  const half = passages("NE", 3);
  admission.admit(half, 200, small(5));
  expect(half.map((passage) => passage.held === true)).toEqual([false, false, true]);
  const later = passages("NE", 6);
  admission.admit(later, 60_000, small(5));
  expect(later.filter((passage) => passage.held)).toHaveLength(1);
});

test("gains nothing from a clock that goes back", () => {
  const admission = new Admission();
  admission.admit(passages("NE", 1), 10_000, small(1));
  const back = passages("NE", 1);
  admission.admit(back, 5_000, small(1));
  expect(back[0]?.held).toBe(true);
});

test("holds what is over a day's bytes, and lets one large message go when nothing is owed", () => {
  const quota = () => ({ ...DEFAULT_QUOTA, bytesPerDay: 1_000 });
  const admission = new Admission();
  const large = passages("NE", 2, 600);
  admission.admit(large, 0, quota);
  expect(large.map((passage) => passage.held === true)).toEqual([false, true]);
  const halfADayLater = passages("NE", 1, 600);
  admission.admit(halfADayLater, DAY_MS / 2, quota);
  expect(halfADayLater[0]?.held).toBeUndefined();
  const huge = passages("BR", 1, 5_000);
  admission.admit(huge, 0, quota);
  expect(huge[0]?.held).toBeUndefined();
});

test("is what the register gives a participant, and the default in each field it leaves open", () => {
  expect(sendingQuota(undefined)).toEqual(DEFAULT_QUOTA);
  const own = ParticipantQuotas.create({ messagesPerSecond: 2, bytesPerDay: 7n });
  expect(sendingQuota(own)).toEqual({ messagesPerSecond: 2, burst: 8, bytesPerDay: 7 });
  const some = ParticipantQuotas.create({ bytesPerDay: 7n });
  expect(sendingQuota(some)).toEqual({ ...DEFAULT_QUOTA, bytesPerDay: 7 });
});
