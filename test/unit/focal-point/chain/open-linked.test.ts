import { randomUUID } from "node:crypto";
import { beforeEach, describe, expect, test } from "vitest";
import { ammunitionKeysOf, type FirearmKeys, firearmKeysOf } from "#casework";
import { Ammunition, Firearm, TraceRequest } from "#proto";
import { openCase } from "../../../../services/focal-point/cases/case-procedures.ts";
import {
  chainOfRequest,
  linkOf,
  linkOldCases,
} from "../../../../services/focal-point/chain/link-record.ts";
import { LINK_MIGRATION_SQL } from "../../../../services/focal-point/chain/link-tables.ts";
import {
  type LinkedCaseToOpen,
  openLinkedCase,
} from "../../../../services/focal-point/chain/open-linked.ts";
import {
  casesOfAmmunition,
  sameAmmunitionQueries,
} from "../../../../services/focal-point/chain/same-ammunition.ts";
import { eachOnce } from "../../../../services/focal-point/chain/same-facts.ts";
import {
  casesOfFirearm,
  sameFirearmQueries,
} from "../../../../services/focal-point/chain/same-firearm.ts";
import { store } from "../../../../services/focal-point/store.ts";
import {
  type MemoryTransaction,
  openMemoryTransaction,
} from "../../../support/memory-transaction.ts";
import { draftOf } from "../../../support/post-drafts.ts";

let tx: MemoryTransaction;
beforeEach(() => {
  tx = openMemoryTransaction(...store.migrations.map(({ sql }) => sql));
});

interface Asked {
  readonly make?: string;
  readonly serialRaw?: string;
  readonly previous?: string;
  readonly hop?: number;
  readonly isActual?: boolean;
  readonly despite?: string;
  readonly ammunition?: Partial<Ammunition>;
}

function caseOf(asked: Asked = {}): LinkedCaseToOpen {
  const { make = "Glock", serialRaw = "ABC123", despite } = asked;
  const [caseId, messageId] = [randomUUID(), randomUUID()];
  const request = TraceRequest.create({
    ...(asked.ammunition === undefined
      ? { firearm: Firearm.create({ make, serialRaw }) }
      : { ammunition: Ammunition.create(asked.ammunition) }),
    previousRequestId: asked.previous ?? "",
    hopNumber: asked.hop ?? 0,
  });
  const facts = { caseId, requestId: messageId, isOwn: true, isActual: asked.isActual ?? true };
  return {
    caseId,
    peer: "BR",
    nationalCaseNumber: "NE-1",
    request: TraceRequest.encode(request).finish(),
    draft: { ...draftOf("NE", ["BR"], "body", 1_000), messageId, conversationId: caseId },
    link: linkOf(request, facts),
    actor: "officer",
    nowMs: 1_000,
    ...(despite === undefined ? {} : { despite }),
  };
}

const keys = (make: string, serialRaw: string): FirearmKeys => {
  const found = firearmKeysOf({ make, serialRaw });
  if (found === undefined) throw new TypeError("no keys");
  return found;
};

describe("a second request about a firearm (TP-CHAIN-3)", () => {
  test.each(["ABC123", "abc-l23", "A?C123"])("is held up by the case of it: %s", async (serial) => {
    const first = caseOf();
    expect(await openLinkedCase(tx, first)).toMatchObject({ type: "opened" });
    expect(await openLinkedCase(tx, caseOf({ serialRaw: serial }))).toMatchObject({
      type: "same",
      cases: [{ caseId: first.caseId, peer: "BR", nationalCaseNumber: "NE-1" }],
    });
    const kept = await tx.all("SELECT case_id FROM trace_case");
    expect(kept).toHaveLength(1);
  });

  test("is sent for a reason, which stays with the case", async () => {
    const first = caseOf();
    await openLinkedCase(tx, first);
    const second = caseOf({ despite: "the first State cannot know" });
    expect(await openLinkedCase(tx, second)).toMatchObject({ type: "opened" });
    const event = await tx.get<{ detail: string; actor: string }>(
      "SELECT detail, actor FROM trace_case_event WHERE case_id = ? AND event LIKE '%despite%'",
      second.caseId,
    );
    expect(event).toMatchObject({
      actor: "officer",
      detail: `${first.caseId}: the first State cannot know`,
    });
  });

  test.each(["WITHDRAWN", "REJECTED_BY_GATEWAY", "DISCARDED"])(
    "is a first one after a case that was %s",
    async (state) => {
      await openLinkedCase(tx, caseOf());
      await tx.run("UPDATE trace_case SET state = ?", state);
      expect(await openLinkedCase(tx, caseOf())).toMatchObject({ type: "opened" });
    },
  );

  test.each([
    ["Glock", "GLOCK Ges.m.b.H."],
    ["S&W", "Smith and Wesson"],
    ["S. & W.", "SMITH & WESSON"],
  ])("is held up however the brand is written: %s, %s", async (make, other) => {
    await openLinkedCase(tx, caseOf({ make }));
    expect(await openLinkedCase(tx, caseOf({ make: other }))).toMatchObject({ type: "same" });
  });

  test.each([
    ["of another make", { make: "Beretta" }],
    ["with another serial number", { serialRaw: "ABC124" }],
    ["without one", { serialRaw: "" }],
    ["in an exercise", { isActual: false }],
  ])("%s is not held up", async (_what, asked: Asked) => {
    await openLinkedCase(tx, caseOf());
    expect(await openLinkedCase(tx, caseOf(asked))).toMatchObject({ type: "opened" });
  });

  test("that goes on with the chain is not held up, and joins it", async () => {
    const first = caseOf();
    await openLinkedCase(tx, first);
    const second = caseOf({ previous: first.draft.messageId, hop: 1 });
    expect(await openLinkedCase(tx, second)).toMatchObject({ type: "opened" });
    expect(await chainOfRequest(tx, second.draft.messageId)).toEqual({
      chainId: first.caseId,
      hop: 1,
    });
  });

  test("under the same idempotency key is the first one", async () => {
    const idempotency = { key: "once", bodyDigest: Buffer.alloc(32) };
    const first = { ...caseOf(), idempotency };
    await openLinkedCase(tx, first);
    const again = await openLinkedCase(tx, { ...caseOf(), idempotency });
    expect(again).toMatchObject({ type: "repeated", record: { caseId: first.caseId } });
  });

  test.each(["ABC123", "AB?123", "?BC123"])("is found by an index: %s", async (serial) => {
    const query = { firearm: keys("Glock", serial), isActual: true };
    for (const { params, sql } of sameFirearmQueries(query)) {
      const plan = await tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...params);
      const steps = plan.map(({ detail }) => detail);
      expect(steps.every((step) => step.startsWith("SEARCH"))).toBe(true);
      expect(steps[0]).toMatch(/trace_link_(firearm|partial) \(make_key=\?/u);
    }
  });
});

describe("cases from before there were links (TP-CHAIN-3)", () => {
  test("are linked a few at a time, and found from then on", async () => {
    const later = /trace_link_backlog|trace_ammunition/u;
    const before = store.migrations.filter(({ sql }) => !later.test(sql));
    tx = openMemoryTransaction(...before.map(({ sql }) => sql));
    const serials = ["OLD-1", "OLD-2", "OLD-3"];
    for (const serialRaw of serials) await openCase(tx, caseOf({ serialRaw }));
    tx.exec(LINK_MIGRATION_SQL);
    const firearm = keys("GLOCK", "old3");
    const find = () => casesOfFirearm(tx, { firearm, isActual: true });
    expect(await find()).toEqual([]);
    expect(await linkOldCases(tx, { limit: 2 })).toBe(true);
    expect(await linkOldCases(tx, { limit: 2 })).toBe(false);
    expect(await linkOldCases(tx, { limit: 2 })).toBe(false);
    expect(await find()).toMatchObject([{ how: "SERIAL", role: "requesting", state: "SUBMITTED" }]);
  });
});

describe("a second request about ammunition (TP-CHAIN-9)", () => {
  const box = ["UN 0012", "7.62x39 mm", "1000 cartridges", "CONSIGNMENT 77-4411"];
  const first = { lot: "PPU 4-87", manufacturer: "Prvi Partizan", packagingMarks: box };

  test.each<[string, Partial<Ammunition>, string]>([
    ["the same lot", { lot: "ppu 4.87" }, "LOT"],
    ["the same lot and headstamp", { lot: "PPU487", headstamp: "nny 87" }, "LOT"],
    ["a box of the same consignment", { packagingMarks: ["consignment 774411"] }, "PACKAGING"],
  ])("is held up by %s", async (_what, ammunition, how) => {
    const kept = caseOf({ ammunition: { ...first, headstamp: "NNY 87" } });
    expect(await openLinkedCase(tx, kept)).toMatchObject({ type: "opened" });
    expect(await openLinkedCase(tx, caseOf({ ammunition }))).toMatchObject({
      type: "same",
      cases: [{ caseId: kept.caseId, how }],
    });
  });

  test.each<[string, Partial<Ammunition>]>([
    ["the same number of another maker", { ...first, manufacturer: "Igman" }],
    ["another headstamp", { lot: "PPU 4-87", headstamp: "BXN 90" }],
    ["another lot in such a box", { ...first, lot: "PPU 5-87" }],
    ["marks that stand on every box", { packagingMarks: [...box.slice(0, 3), "EXPLOSIVE"] }],
    ["a lot that is not known", { lot: "UNKNOWN" }],
  ])("is not held up by %s", async (_what, ammunition) => {
    await openLinkedCase(tx, caseOf({ ammunition: { ...first, headstamp: "NNY 87" } }));
    expect(await openLinkedCase(tx, caseOf({ ammunition }))).toMatchObject({ type: "opened" });
  });

  test("is looked for by an index, also among cases from before", async () => {
    const kept = caseOf({ ammunition: first });
    await openLinkedCase(tx, kept);
    await tx.run("DELETE FROM trace_ammunition");
    tx.exec("UPDATE trace_link_backlog SET done_position = 0, until_position = 1");
    while (await linkOldCases(tx, { limit: 1 }));
    const ammunition = ammunitionKeysOf({ ...first, headstamp: "" });
    if (ammunition === undefined) throw new TypeError("no keys");
    const query = { ammunition, isActual: true };
    expect(await casesOfAmmunition(tx, query)).toMatchObject([{ caseId: kept.caseId }]);
    for (const { params, sql } of sameAmmunitionQueries(query)) {
      const plan = await tx.all<{ detail: string }>(`EXPLAIN QUERY PLAN ${sql}`, ...params);
      expect(plan.map(({ detail }) => detail).join("; ")).not.toMatch(/SCAN|TEMP B-TREE/u);
    }
  });

  test("compares the newest where there are more than are compared", async () => {
    const opened = [caseOf({ ammunition: first }), caseOf({ ammunition: first })];
    const ids = ["019b0000-0000-7000-8000-000000000001", "019b0000-0000-7000-8000-000000000002"];
    for (const [index, one] of opened.entries()) {
      const caseId = ids[index] ?? "";
      const draft = { ...one.draft, conversationId: caseId };
      await openLinkedCase(tx, { ...one, caseId, draft, despite: "Another crate was found." });
    }
    const ammunition = ammunitionKeysOf({ ...first, headstamp: "" });
    if (ammunition === undefined) throw new TypeError("no keys");
    const [byLot] = sameAmmunitionQueries({ ammunition, isActual: true });
    const params = [...(byLot?.params ?? [])].with(-1, 1);
    expect(await tx.all(byLot?.sql ?? "", ...params)).toMatchObject([{ case_id: ids[1] }]);
  });

  test("tells of a case found by the firearm and by the ammunition once", async () => {
    const kept = caseOf({ ammunition: first });
    await openLinkedCase(tx, kept);
    const ammunition = ammunitionKeysOf({ ...first, headstamp: "" });
    if (ammunition === undefined) throw new TypeError("no keys");
    const byLot = await casesOfAmmunition(tx, { ammunition, isActual: true });
    const byFirearm = byLot.map((one) => ({ ...one, how: "SERIAL" as const }));
    expect(eachOnce(byFirearm, byLot)).toEqual(byFirearm);
    expect(eachOnce([], byLot)).toEqual(byLot);
  });
});
