import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type AlertMessage, exerciseMark, standingsAt } from "#casework";
import { AlertKind, AlertMove, ExchangeStatus } from "#proto";

const IDS = ["m1", "m2", "m3", "m4", "m5"];
const SENDERS = ["NE", "BR"];

const reference = fc.record({
  sender: fc.constantFrom(...SENDERS),
  messageId: fc.constantFrom(...IDS),
});
const message = (messageId: string): fc.Arbitrary<AlertMessage> =>
  fc.record({
    messageId: fc.constant(messageId),
    sender: fc.constantFrom(...SENDERS),
    move: fc.constantFrom(AlertMove.ALERT, AlertMove.UPDATE, AlertMove.CANCEL),
    kind: fc.constantFrom(AlertKind.WANTED_FIREARM, AlertKind.MARKING_TECHNIQUE),
    status: fc.constantFrom(
      ExchangeStatus.ACTUAL,
      ExchangeStatus.ACTUAL,
      ExchangeStatus.EXERCISE,
      ExchangeStatus.TEST,
    ),
    effectiveAtMs: fc.option(fc.nat(100), { nil: undefined }),
    expiresAtMs: fc.option(fc.nat(200), { nil: undefined }),
    references: fc.array(reference, { maxLength: 3 }),
  });
const history = fc.tuple(...IDS.map(message)).map((all) => [...all]);
const clock = fc.integer({ min: -1_000, max: 1_000 });

/** Whether one message is what its own sender says of another, by a reference that names it. */
function speaksOf(one: AlertMessage, target: AlertMessage): boolean {
  if (one === target || one.sender !== target.sender || one.status !== target.status) return false;
  return one.references.some(
    ({ messageId, sender }) => messageId === target.messageId && sender === target.sender,
  );
}

/**
 * The reference, from the words of TP-ALERT-8 and TP-ALERT-9: what is cancelled takes its updates
 * with it, what is updated is superseded, and the clock decides about the rest.
 */
function standingOfModel(messages: readonly AlertMessage[], target: AlertMessage, nowMs: number) {
  if (target.move === AlertMove.CANCEL) return "CANCEL";
  const says = (move: AlertMove, of: AlertMessage) =>
    messages.filter((one) => one.move === move && speaksOf(one, of));
  const cancelled = new Set(messages.filter((one) => says(AlertMove.CANCEL, one).length > 0));
  for (const _round of messages) {
    for (const gone of [...cancelled]) {
      for (const update of says(AlertMove.UPDATE, gone)) cancelled.add(update);
    }
  }
  if (cancelled.has(target)) return "CANCELLED";
  if (says(AlertMove.UPDATE, target).length > 0) return "SUPERSEDED";
  if (target.status !== ExchangeStatus.ACTUAL) return "NOT_ACTUAL";
  if (target.kind === AlertKind.MARKING_TECHNIQUE) return "REFERENCE_DATA";
  if (target.expiresAtMs === undefined) return "NO_EXPIRY";
  if (target.expiresAtMs <= nowMs) return "EXPIRED";
  return (target.effectiveAtMs ?? nowMs) > nowMs ? "NOT_YET" : "IN_FORCE";
}

describe("what is in force, beside a reference model", () => {
  it("is the same for every message, at the very instants at which something changes", () => {
    fc.assert(
      fc.property(history, (messages) => {
        const times = messages.flatMap(({ effectiveAtMs = 0, expiresAtMs = 0 }) => [
          effectiveAtMs,
          expiresAtMs,
        ]);
        for (const nowMs of times.flatMap((time) => [time - 1, time])) {
          const standings = standingsAt(messages, nowMs);
          for (const target of messages) {
            const expected = standingOfModel(messages, target, nowMs);
            expect(standings.get(target.messageId), target.messageId).toBe(expected);
          }
        }
      }),
      { numRuns: 500 },
    );
  });

  it("takes the updates of what was cancelled with it, however many there are", () => {
    const made = (messageId: string, move: AlertMove, of?: string): AlertMessage => ({
      messageId,
      move,
      sender: "NE",
      kind: AlertKind.WANTED_FIREARM,
      status: ExchangeStatus.ACTUAL,
      expiresAtMs: 100,
      references: of === undefined ? [] : [{ sender: "NE", messageId: of }],
    });
    const told = [
      made("m1", AlertMove.ALERT),
      made("m2", AlertMove.UPDATE, "m1"),
      made("m3", AlertMove.UPDATE, "m2"),
    ];
    expect(standingsAt(told, 99).get("m3")).toBe("IN_FORCE");
    const ended = standingsAt([...told, made("m4", AlertMove.CANCEL, "m1")], 99);
    expect(told.map(({ messageId }) => ended.get(messageId))).toEqual([
      "CANCELLED",
      "CANCELLED",
      "CANCELLED",
    ]);
  });
});

describe("what is in force (TP-ALERT-9)", () => {
  it("does not depend on the order in which messages came", () => {
    fc.assert(
      fc.property(history, clock, fc.nat(), (messages, nowMs, turn) => {
        const turned = messages.map((_, at) => messages[(at + turn) % messages.length]);
        const other = standingsAt(turned as AlertMessage[], nowMs);
        expect(new Map([...other].sort())).toEqual(
          new Map([...standingsAt(messages, nowMs)].sort()),
        );
      }),
    );
  });

  it("is never what its own sender cancelled, at any clock, whatever else is said", () => {
    fc.assert(
      fc.property(history, clock, (messages, nowMs) => {
        const standings = standingsAt(messages, nowMs);
        for (const { messageId, move, references, sender, status } of messages) {
          if (move !== AlertMove.CANCEL) continue;
          for (const target of messages) {
            const isNamed = references.some(
              (it) => it.sender === target.sender && it.messageId === target.messageId,
            );
            const isOwn = isNamed && target.sender === sender && target.status === status;
            if (!isOwn || target.messageId === messageId) continue;
            expect(["CANCELLED", "CANCEL"]).toContain(standings.get(target.messageId));
          }
        }
      }),
    );
  });

  it("is neither expired nor an exercise nor a cancel nor somebody else's to end (TP-ALERT-8)", () => {
    fc.assert(
      fc.property(history, clock, (messages, nowMs) => {
        const standings = standingsAt(messages, nowMs);
        for (const target of messages) {
          const standing = standings.get(target.messageId);
          if (standing === "IN_FORCE") {
            expect(target.status).toBe(ExchangeStatus.ACTUAL);
            expect(target.move).not.toBe(AlertMove.CANCEL);
            expect(target.expiresAtMs).toBeGreaterThan(nowMs);
          }
          if (standing !== "CANCELLED" && standing !== "SUPERSEDED") continue;
          const ends = messages.filter(({ move, sender }) => {
            return move !== AlertMove.ALERT && sender === target.sender;
          });
          expect(ends.length).toBeGreaterThan(0);
        }
      }),
    );
  });

  it("marks what is not real, and nothing else (TP-ALERT-8)", () => {
    expect(exerciseMark(ExchangeStatus.ACTUAL)).toBe("");
    expect(exerciseMark(ExchangeStatus.EXERCISE)).toBe("EXERCISE");
    expect(exerciseMark(ExchangeStatus.TEST)).toBe("TEST");
    expect(exerciseMark(ExchangeStatus.UNSPECIFIED)).not.toBe("");
  });
});
