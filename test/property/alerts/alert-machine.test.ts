import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { AlertMove } from "#proto";
import { findAlert } from "../../../lib/alerts/exchange/alert-record.ts";
import { alertStateAt } from "../../../lib/alerts/exchange/standing.ts";
import { AlertDesk, type AlertIn } from "../../support/alert-desk.ts";

const ALERT_ID = "019b0f80-1a2b-7c3d-8e4f-5a6b7c8d9e0f";

/** What an originator sends one after the other: an alert, updates, and perhaps a cancel. */
const story = fc.record({
  lives: fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
  isCancelled: fc.boolean(),
});

type Step =
  /** The message of this place comes, again or for the first time. */
  | { readonly type: "deliver"; readonly at: number }
  /** Another State pretends to update or cancel the alert. */
  | { readonly type: "forge"; readonly move: AlertMove }
  | { readonly type: "wait"; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("deliver" as const), at: fc.nat(6) }),
  fc.record({
    type: fc.constant("forge" as const),
    move: fc.constantFrom(AlertMove.UPDATE, AlertMove.CANCEL),
  }),
  fc.record({ type: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 15 }) }),
);

function messagesOf({ isCancelled, lives }: { lives: number[]; isCancelled: boolean }): AlertIn[] {
  const sent: AlertIn[] = [];
  const moves = lives.map((_, at) => (at === 0 ? AlertMove.ALERT : AlertMove.UPDATE));
  for (const [at, move] of [...moves, ...(isCancelled ? [AlertMove.CANCEL] : [])].entries()) {
    const life = lives[at];
    sent.push({
      alertId: ALERT_ID,
      messageId: `message-${at}`,
      sender: "KE",
      move,
      sentAtMs: 100 + at,
      ...(life === undefined ? {} : { expiresAtMs: 200 + life }),
      references: sent.map(({ messageId, sentAtMs }) => ({ messageId, sentAtMs })),
    });
  }
  return sent;
}

/** The model: which messages have come, and nothing else. */
function stateOfModel(seen: ReadonlySet<number>, sent: readonly AlertIn[], nowMs: number) {
  const come = sent.filter((_, at) => seen.has(at));
  if (come.some(({ move }) => move === AlertMove.CANCEL)) return "CANCELLED";
  const newest = come.at(-1);
  if (newest === undefined) return undefined;
  return nowMs >= (newest.expiresAtMs ?? 0) ? "EXPIRED" : "IN_FORCE";
}

describe("the state machine of an alert received (TP-ALERT-31, TP-ALERT-32)", () => {
  test("is that of the model, in whatever order messages come, and with forgeries between", async () => {
    await fc.assert(
      fc.asyncProperty(story, fc.array(step, { maxLength: 20 }), async (told, steps) => {
        using desk = new AlertDesk("TZ");
        const sent = messagesOf(told);
        const seen = new Set<number>();
        let nowMs = 200;
        for (const [place, one] of steps.entries()) {
          if (one.type === "wait") nowMs += one.ms;
          if (one.type === "deliver") {
            const at = one.at % sent.length;
            const message = sent[at];
            if (message === undefined) continue;
            const isFirst = message.move === AlertMove.ALERT;
            const refusal = await desk.receive(message, nowMs);
            // A second opening of a conversation is refused; the versions after it say more.
            const isLate = isFirst && !seen.has(at) && seen.size > 0;
            expect(refusal?.code).toBe(isLate ? "ILLEGAL_MOVE" : undefined);
            if (!isLate) seen.add(at);
          }
          if (one.type === "forge") {
            const forged = { alertId: ALERT_ID, messageId: `forged-${place}`, sender: "UG" };
            const references = [{ messageId: "message-0", sentAtMs: 100 }];
            const known = await findAlert(desk.tx, ALERT_ID);
            if (known === undefined) continue;
            const refusal = await desk.receive(
              { ...forged, move: one.move, sentAtMs: 150, expiresAtMs: 900, references },
              nowMs,
            );
            expect(refusal?.code).toBe("NOT_YOUR_MOVE");
          }
          const head = await findAlert(desk.tx, ALERT_ID);
          const state = head === undefined ? undefined : alertStateAt(head, nowMs);
          expect(state).toBe(stateOfModel(seen, sent, nowMs));
        }
      }),
    );
  });
});
