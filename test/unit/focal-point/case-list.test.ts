import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import {
  CASE_ORDERS,
  type CaseFilter,
  type CaseOrder,
  type CasePlace,
  caseListQuery,
  listCases,
} from "../../../services/focal-point/cases/case-list.ts";
import { type CaseHead, insertCase } from "../../../services/focal-point/cases/case-record.ts";
import { openCaseTables } from "../../support/case-tables.ts";
import type { MemoryTransaction } from "../../support/memory-transaction.ts";

const STATES = ["SUBMITTED", "DELIVERED", "ANSWERED", "REFUSED"] as const;
const PEERS = ["AT", "BR", "US"] as const;
const CASES = 120;
/** Few of them, so that many cases share one. */
const TIMES = 12;

let tx: MemoryTransaction;
/** Every case, in the order of opening. */
let all: CaseHead[];

beforeAll(async () => {
  tx = openCaseTables();
  for (let number = 0; number < CASES; number += 1) {
    await insertCase(tx, {
      caseId: `case-${number}`,
      role: number % 2 === 0 ? "requesting" : "requested",
      peer: PEERS[number % PEERS.length] ?? "",
      state: STATES[number % STATES.length] ?? "SUBMITTED",
      nationalCaseNumber: `KE/${number}`,
      request: Buffer.alloc(0),
      requestMessageId: `message-${number}`,
      actor: "officer",
      // The clock was set back once, so time and order of adding differ.
      nowMs: 1_000 + ((number * 7) % TIMES),
    });
  }
  await tx.run("UPDATE trace_case SET updated_at = 1000 + (position * 5) % 12");
  await tx.run("UPDATE trace_case SET refusal_code = 'EXPIRED' WHERE position % 10 = 0");
  await tx.run("UPDATE trace_case SET awaiting_answer = 0 WHERE position % 4 = 0");
  all = await listCases(tx, { order: "opened", filter: {}, limit: CASES });
});

const anyFilter: fc.Arbitrary<CaseFilter> = fc.record(
  {
    state: fc.constantFrom(...STATES),
    role: fc.constantFrom("requesting", "requested"),
    peer: fc.constantFrom(...PEERS),
    needsAttention: fc.boolean(),
    openedFromMs: fc.integer({ min: 999, max: 1_013 }),
    openedUntilMs: fc.integer({ min: 999, max: 1_013 }),
    updatedFromMs: fc.integer({ min: 999, max: 1_013 }),
    updatedUntilMs: fc.integer({ min: 999, max: 1_013 }),
  },
  { requiredKeys: [] },
);
const anyOrder = fc.constantFrom(...(Object.keys(CASE_ORDERS) as CaseOrder[]));

/** What a filter means, said another way. */
function fits(record: CaseHead, filter: CaseFilter): boolean {
  const { openedFromMs = 0, openedUntilMs = Infinity, updatedFromMs = 0 } = filter;
  const { updatedUntilMs = Infinity } = filter;
  const waits = record.awaitingAnswer || record.refusalCode !== null;
  return (
    record.state === (filter.state ?? record.state) &&
    record.role === (filter.role ?? record.role) &&
    record.peer === (filter.peer ?? record.peer) &&
    (waits || filter.needsAttention !== true) &&
    record.openedAtMs >= openedFromMs &&
    record.openedAtMs < openedUntilMs &&
    record.updatedAtMs >= updatedFromMs &&
    record.updatedAtMs < updatedUntilMs
  );
}

function inOrder(records: readonly CaseHead[], order: CaseOrder): CaseHead[] {
  const { column, isAscending } = CASE_ORDERS[order];
  const atOf = (record: CaseHead) =>
    column === "opened_at" ? record.openedAtMs : record.updatedAtMs;
  const sorted = records.toSorted((a, b) => atOf(a) - atOf(b) || a.position - b.position);
  return isAscending ? sorted : sorted.toReversed();
}

describe("a list of cases", () => {
  test("shows each case that fits once, in its order, whatever the pages (TP-API-11)", async () => {
    const pages = fc.integer({ min: 1, max: 40 });
    await fc.assert(
      fc.asyncProperty(anyFilter, anyOrder, pages, async (filter, order, limit) => {
        const shown: CaseHead[] = [];
        let after: CasePlace | undefined;
        for (;;) {
          const page = await listCases(tx, { order, filter, after, limit });
          shown.push(...page);
          const last = page.at(-1);
          if (last === undefined) break;
          const isByOpening = CASE_ORDERS[order].column === "opened_at";
          const atMs = isByOpening ? last.openedAtMs : last.updatedAtMs;
          after = { atMs, position: last.position };
        }
        const expected = inOrder(
          all.filter((record) => fits(record, filter)),
          order,
        );
        expect(shown.map(({ caseId }) => caseId)).toEqual(expected.map(({ caseId }) => caseId));
      }),
    );
  });

  test("is found by an index and sorted by it, whatever is asked for (TP-API-17)", async () => {
    const after = fc.option(fc.constant({ atMs: 1_005, position: 7 }), { nil: undefined });
    await fc.assert(
      fc.asyncProperty(anyFilter, anyOrder, after, async (filter, order, place) => {
        const { sql, params } = caseListQuery({ order, filter, after: place, limit: 10 });
        const plan = await tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...params);
        expect(plan).toHaveLength(1);
        expect(plan[0]?.detail).toMatch(/^SEARCH trace_case USING INDEX trace_case_\w+ \(/);
      }),
    );
  });

  test("of few among many looks at those few alone", async () => {
    const indexOf = async (filter: CaseFilter, order: CaseOrder) => {
      const { sql, params } = caseListQuery({ order, filter, limit: 10 });
      const [plan] = await tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...params);
      return /INDEX (\w+)/.exec(plan?.detail ?? "")?.[1];
    };
    expect(await indexOf({ state: "SUBMITTED" }, "opened")).toBe("trace_case_state_opened");
    expect(await indexOf({ state: "SUBMITTED" }, "updated")).toBe("trace_case_state_updated");
    expect(await indexOf({ peer: "AT" }, "newest")).toBe("trace_case_peer_opened");
    const attention = { needsAttention: true };
    expect(await indexOf(attention, "opened")).toBe("trace_case_attention_opened");
    expect(await indexOf(attention, "updated")).toBe("trace_case_attention_updated");
  });
});
