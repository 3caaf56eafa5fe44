import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  Handling,
  Header,
  HoldQuery,
  HoldScope,
  Kind,
  RefusalCode,
  Tlp,
  UseRestriction,
} from "#proto";
import { newMessageId, SEARCH_LIMITS } from "#runtime";
import { encodeMessage, toTimestamp } from "#wire";
import { stateNumber } from "../../../gateway/store/conversations/conversation-state.ts";
import type { IdList, RecordFilter } from "../../../gateway/store/search/criteria.ts";
import { monthQuery, nextTermQuery } from "../../../gateway/store/search/due-list.ts";
import { fillSearch } from "../../../gateway/store/search/fill-search.ts";
import {
  findRecords,
  floorQuery,
  NAMED_SQL,
  windowQuery,
  withinQuery,
} from "../../../gateway/store/search/find-records.ts";
import { partyNumber, RecordNotes } from "../../../gateway/store/search/note-record.ts";
import { recordFacts } from "../../../gateway/store/search/record-facts.ts";
import {
  PARTY_TERM,
  SEARCH_SQL,
  STATE_TERM_SQL,
} from "../../../gateway/store/search/search-tables.ts";
import { MIGRATIONS } from "../../../gateway/store/tables.ts";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";

/** More than one window, so that searches of several criteria go on from one to the next. */
const RECORDS = SEARCH_LIMITS.windowRows + 500;
const PARTIES = ["KE", "KE-POLICE", "BR", "NE"] as const;
const KINDS = [Kind.TRACE_REQUEST, Kind.RECEIPT, Kind.ALERT] as const;
const TLPS = [Tlp.GREEN, Tlp.AMBER, Tlp.RED] as const;
const CODES = [0, 0, 0, 0, RefusalCode.ILLEGAL_MOVE, RefusalCode.NOT_PERMITTED] as const;
const START_MS = 1_800_000_000_000;
/** Steps of the schema before the one that makes records found. */
const VERSION_BEFORE = MIGRATIONS.findIndex(({ sql }) => sql === SEARCH_SQL);
/** Half of the records were recorded by a version that knew no search. */
const OLD = RECORDS / 2;

/** A step of a plan that looks up an index, or the rows by their ids. */
const INDEXED = /^SEARCH \w+ (EXISTS )?USING (INTEGER )?(PRIMARY KEY|COVERING INDEX)/;

interface Made {
  readonly id: number;
  readonly header: Header;
  readonly code: number;
  readonly atMs: number;
  readonly isOpen: boolean;
}

let tx: MemoryTransaction;
const made: Made[] = [];
const conversations = Array.from({ length: 40 }, () => randomUUID());

beforeAll(async () => {
  const sqlOf = (from: number, to?: number) => MIGRATIONS.slice(from, to).map(({ sql }) => sql);
  tx = openMemoryTransaction(...sqlOf(0, VERSION_BEFORE));
  for (let number = 0; number < OLD; number += 1) await insert(number);
  for (const sql of sqlOf(VERSION_BEFORE)) tx.exec(sql);
  const notes = new RecordNotes(tx);
  for (let number = OLD; number < RECORDS; number += 1) {
    const record = await insert(number);
    const { header, id, code, atMs: recordedAtMs } = record;
    const { kind, messageId, sender } = header;
    await notes.note({
      id,
      sender,
      messageId,
      kind,
      code,
      recordedAtMs,
      facts: recordFacts(header),
    });
    if (!record.isOpen) continue;
    await tx.run("UPDATE conversation SET state = ? WHERE id = ?", stateNumber("OPEN"), id);
  }
});

afterAll(() => tx[Symbol.dispose]());

async function insert(number: number): Promise<Made> {
  // Entries that are no messages lie between.
  const id = number * 2 + 1;
  const sender = PARTIES[number % 4] ?? "";
  const kind = KINDS[number % 3] ?? Kind.ALERT;
  const header = Header.create({
    ...{ messageId: newMessageId(START_MS + number), kind, sender },
    recipients: [PARTIES[(number * 7 + 1) % 4] ?? ""],
    conversationId: kind === Kind.RECEIPT ? "" : (conversations[number % 40] ?? ""),
    handling: Handling.create({
      tlp: TLPS[(number * 5) % 3] ?? 0,
      use: number % 9 === 0 ? [UseRestriction.NO_ONWARD] : [UseRestriction.ANY_LAWFUL],
    }),
  });
  const code = CODES[number % 6] ?? 0;
  // Batches of five share a time.
  const atMs = START_MS + Math.floor(number / 5) * 1_000;
  await tx.run(
    `INSERT INTO messages (id, sender, message_id, header_digest, kind, lane, header, signatures,
       code, field, log_index, tree_size, receipt_id, recorded_at, register_version)
     VALUES (?, ?, ?, x'', ?, 2, ?, x'', ?, '', ?, 0, '', ?, 1)`,
    ...[id, sender, header.messageId, kind, encodeMessage(Header, header), code, id - 1, atMs],
  );
  const isOpen = kind === Kind.TRACE_REQUEST && code === 0;
  if (isOpen) {
    await tx.run(
      `INSERT INTO conversation (id, conversation_id, opener, other, message_id, header_digest,
         handling, sent_at, standing) VALUES (?, ?, ?, 'AT', ?, x'', x'', ?, 0)`,
      ...[id, header.conversationId, sender, header.messageId, atMs],
    );
  }
  const record = { id, header, code, atMs, isOpen };
  made.push(record);
  return record;
}

/** Ids of every page of a search, and how many pages it took. */
async function foundAll(filter: RecordFilter, limit: number, size: number | null = null) {
  const ids: number[] = [];
  let before: number | null = null;
  for (let pages = 1; ; pages += 1) {
    const page = await findRecords(tx, { filter, before, size, limit });
    if (page === null) throw new TypeError("the search is not ready");
    ids.push(...page.rows.map(({ id }) => id));
    if (page.next === null) return { ids, pages };
    before = page.next;
  }
}

/** What a filter means, said another way. */
function fits({ atMs, code, header, isOpen }: Made, filter: RecordFilter): boolean {
  const is = <T>(asked: T | undefined, value: T) => asked === undefined || asked === value;
  const parties = [header.sender, ...header.recipients];
  return (
    is(filter.messageId, header.messageId) &&
    is(filter.conversationId, header.conversationId) &&
    is(filter.kind, header.kind) &&
    is(filter.tlp, header.handling?.tlp ?? 0) &&
    (filter.use === undefined || header.handling?.use.some((use) => use === filter.use) === true) &&
    (filter.party === undefined ||
      parties.some((id) => id === filter.party || id.startsWith(`${filter.party}-`))) &&
    (filter.code === 0 ? code !== 0 : is(filter.code, code)) &&
    (filter.state === undefined || isOpen) &&
    atMs >= (filter.fromMs ?? 0) &&
    atMs < (filter.untilMs ?? Infinity)
  );
}

const anyTime = fc.integer({ min: -1, max: RECORDS / 5 + 1 }).map((n) => START_MS + n * 1_000);
const anyFilter: fc.Arbitrary<RecordFilter> = fc.record(
  {
    messageId: fc.integer({ min: 0, max: RECORDS - 1 }).map((n) => made[n]?.header.messageId),
    conversationId: fc.constantFrom(...conversations),
    party: fc.constantFrom(...PARTIES, "ZZ"),
    kind: fc.constantFrom(...KINDS),
    tlp: fc.constantFrom(...TLPS),
    use: fc.constantFrom(UseRestriction.NO_ONWARD, UseRestriction.ANY_LAWFUL),
    code: fc.constantFrom(0, RefusalCode.ILLEGAL_MOVE),
    state: fc.constant("OPEN" as const),
    fromMs: anyTime,
    untilMs: anyTime,
  },
  { requiredKeys: [] },
);

describe("a search of records", () => {
  test("tells that it is not ready while older records are not found yet (TP-FIND-4)", async () => {
    const page = { filter: {}, before: null, size: null, limit: 5 };
    expect(await findRecords(tx, page)).toBeNull();
    const below = await fillSearch(tx, { rows: 100 });
    expect(below).toBe(made[OLD - 100]?.id);
    expect(await findRecords(tx, page)).toBeNull();
    // Recorded while the older ones are worked through.
    while ((await fillSearch(tx, { rows: 100 })) > 0);
    expect((await foundAll({}, 400)).ids).toHaveLength(RECORDS);
    expect(await fillSearch(tx, { rows: 100 })).toBe(0);
  });

  test("finds each record that meets every criterion once, newest first (TP-FIND-2)", async () => {
    const pages = fc.integer({ min: 1, max: 200 });
    await fc.assert(
      fc.asyncProperty(anyFilter, pages, async (filter, limit) => {
        const expected = made.filter((one) => fits(one, filter)).map(({ id }) => id);
        expect((await foundAll(filter, limit)).ids).toEqual(expected.toReversed());
      }),
      { numRuns: 150 },
    );
  });

  test("finds each criterion by itself, so that none is passed over (TP-FIND-1)", async () => {
    const [first] = made.filter(({ isOpen }) => isOpen);
    const filters: RecordFilter[] = [
      { messageId: first?.header.messageId },
      { conversationId: first?.header.conversationId },
      { party: "KE" },
      { kind: Kind.ALERT },
      { tlp: Tlp.RED },
      { use: UseRestriction.NO_ONWARD },
      { code: RefusalCode.NOT_PERMITTED },
      { state: "OPEN" },
      { fromMs: START_MS + 5_000, untilMs: START_MS + 9_000 },
    ];
    for (const filter of filters) {
      const expected = made.filter((one) => fits(one, filter)).length;
      expect(expected, JSON.stringify(filter)).toBeGreaterThan(0);
      expect(expected, JSON.stringify(filter)).toBeLessThan(RECORDS);
      expect((await foundAll(filter, 100)).ids).toHaveLength(expected);
    }
  });

  test("of a State finds its agencies too, also those of before it was so (TP-FIND-2)", async () => {
    using old = openMemoryTransaction(...MIGRATIONS.map(({ sql }) => sql));
    const [agency, other] = [7, 8];
    await old.run("INSERT INTO record_party VALUES (?, 'KE-POLICE'), (?, 'ORG-X')", agency, other);
    const terms = [PARTY_TERM + agency, 5, PARTY_TERM + other, 6];
    await old.run("INSERT INTO record_term VALUES (?, ?), (?, ?)", ...terms);
    old.exec(STATE_TERM_SQL);
    const page = { before: null, size: null, limit: 5 };
    const idsOf = async (party: string) => {
      const number = await partyNumber(old, party);
      const sql = "SELECT id FROM record_term WHERE term = ?";
      return await old.all(sql, PARTY_TERM + (number ?? 0));
    };
    expect(await idsOf("KE")).toEqual([{ id: 5 }]);
    expect(await idsOf("ORG-X")).toEqual([{ id: 6 }]);
    expect(await findRecords(old, { ...page, filter: { party: "OR" } })).toMatchObject({
      rows: [],
    });
  });

  test("by a hold is by what its condition says, however many parts it has (TP-FIND-2)", async () => {
    const [first] = made.filter(({ isOpen }) => isOpen);
    const { conversationId = "", messageId = "", sender = "" } = first?.header ?? {};
    const to = toTimestamp(START_MS + 60_000);
    const query = (asked: Partial<HoldQuery>) => {
      return HoldScope.create({ query: HoldQuery.create({ ...asked, logSize: 1_500n }) });
    };
    const isFrom = (one: Made, party: string) => one.header.sender.startsWith(party);
    const scopes: [HoldScope, (one: Made) => boolean][] = [
      [HoldScope.create({ conversationId }), (one) => fits(one, { conversationId })],
      [HoldScope.create({ party: "KE" }), (one) => fits(one, { party: "KE" })],
      [HoldScope.create({ messages: [{ sender, messageId }] }), (one) => one === first],
      [query({ sender: "KE" }), (one) => isFrom(one, "KE")],
      [
        query({ recipient: "KE", kinds: [Kind.ALERT] }),
        (one) => {
          const isTo = one.header.recipients.some((id) => id.startsWith("KE"));
          return isTo && fits(one, { kind: Kind.ALERT });
        },
      ],
      [
        query({ kinds: [Kind.ALERT, Kind.RECEIPT], party: "BR", to }),
        (one) => {
          const isKind = one.header.kind !== Kind.TRACE_REQUEST;
          return isKind && one.atMs < START_MS + 60_000 && fits(one, { party: "BR" });
        },
      ],
    ];
    for (const [at, [scope, isHeld]] of scopes.entries()) {
      const hold = at + 1;
      await tx.run(
        `INSERT INTO hold (id, state, covers, scope, is_query, reason, authority, asked_by, asked_at)
         VALUES (?, 'asked', 1, ?, ?, '', '', '', 0)`,
        ...[hold, encodeMessage(HoldScope, scope), scope.query === undefined ? 0 : 1],
      );
      for (const one of scope.messages) {
        await tx.run("INSERT INTO hold_message VALUES (?, ?, ?)", one.sender, one.messageId, hold);
      }
      const isIn = (one: Made) => isHeld(one) && (scope.query === undefined || one.id <= 1_500);
      const expected = made.filter(isIn).map(({ id }) => id);
      expect(expected.length, String(hold)).toBeGreaterThan(0);
      expect((await foundAll({ hold }, 40)).ids, String(hold)).toEqual(expected.toReversed());
      const both = made.filter((one) => isIn(one) && fits(one, { tlp: Tlp.RED }));
      const found = await foundAll({ hold, tlp: Tlp.RED }, 40);
      expect(found.ids, String(hold)).toEqual(both.map(({ id }) => id).toReversed());
    }
  });

  test("as of a size of the log never shows what came later (TP-FIND-2)", async () => {
    const size = made[700]?.id ?? 0;
    const { ids } = await foundAll({ party: "KE" }, 50, size);
    const expected = made.filter((one) => one.id <= size && fits(one, { party: "KE" }));
    expect(ids).toEqual(expected.map(({ id }) => id).toReversed());
  });

  test("of criteria that never meet ends, looking at few rows at a time", async () => {
    // A request is never of the group that receipts are in.
    const filter = { kind: Kind.RECEIPT, state: "OPEN" } as const;
    const { ids, pages } = await foundAll(filter, 10);
    expect([ids, pages]).toEqual([[], 1]);
  });

  test("is found by an index and in its order, whatever is asked for (TP-FIND-2)", async () => {
    const lists: IdList[] = [
      { table: "record_term", column: "term", value: 1 },
      { table: "record_message", column: "message", value: Buffer.alloc(16) },
      { table: "record_conversation", column: "conversation", value: Buffer.alloc(16) },
      { table: "conversation", column: "state", value: 1 },
    ];
    const range = { low: 0, high: 10 };
    const queries = [
      windowQuery(undefined, lists, range, 10),
      windowQuery(lists[0], lists, { ...range, due: { fromMs: 0, untilMs: 1 } }, 10),
      nextTermQuery(1, 2),
      monthQuery(1, 0, 10, 10),
      { sql: NAMED_SQL, params: [1, 0, 10] },
      ...lists.flatMap((first) => [
        windowQuery(first, [], range, 10),
        windowQuery(first, lists, range, 10),
        floorQuery(first, range, 10),
      ]),
    ];
    const due = { fromMs: 0, untilMs: 1 };
    const within = withinQuery([1, 2], lists, due);
    const steps = await tx.all<{ detail: string }>(
      `EXPLAIN QUERY PLAN ${within.sql}`,
      ...within.params,
    );
    const inner = steps.map(({ detail }) => detail).filter((one) => one.startsWith("SEARCH"));
    expect(inner).toHaveLength(lists.length + 1);
    for (const step of inner) expect(step).toMatch(INDEXED);
    for (const { params, sql } of queries) {
      const plan = await tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...params);
      const steps = plan.map(({ detail }) => detail).filter((one) => !one.startsWith("CORRELATED"));
      expect(steps[0], sql).not.toMatch(/^SEARCH y/);
      for (const step of steps) {
        expect(step, sql).toMatch(INDEXED);
      }
    }
  });
});
