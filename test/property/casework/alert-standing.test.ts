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
