import fc from "fast-check";
import { expect, test } from "vitest";
import { Lane } from "#proto";
import { WIRE_LIMITS } from "#runtime";
import type { ReceiptDue } from "../../../lib/post/inbox-procedures.ts";
import { groupReceipts } from "../../../lib/post/receipt-pump.ts";

const due = fc.record({
  sender: fc.constantFrom("NE", "BR"),
  lane: fc.constantFrom(Lane.URGENT, Lane.NORMAL),
  state: fc.constantFrom("delivered" as const, "rejected" as const),
});

const keyOf = ({ lane, sender, state }: Pick<ReceiptDue, "lane" | "sender" | "state">): string =>
  `${lane} ${sender} ${state}`;

test("receipts cover messages of one sender, lane and result, at most 256, each once", () => {
  fc.assert(
    fc.property(fc.array(due, { maxLength: 600 }), (facts) => {
      const owed = facts
        .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
        .map(
          (fact, position): ReceiptDue => ({
            ...fact,
            position,
            due: 1,
            exchangeStatus: 1,
            messageId: `message ${position}`,
            headerDigest: new Uint8Array(32),
            code: null,
            field: null,
          }),
        );
      const groups = groupReceipts(owed);
      expect(groups.flat()).toEqual(owed);
      for (const group of groups) {
        expect(group.length).toBeLessThanOrEqual(WIRE_LIMITS.receiptItemsMax);
        expect(new Set(group.map(keyOf)).size).toBe(1);
      }
    }),
    { numRuns: 30 },
  );
});
