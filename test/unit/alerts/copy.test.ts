import { beforeEach, describe, expect, it } from "vitest";
import {
  ALERT_COPY_MIGRATION_SQL,
  ALERT_FLAG_MIGRATION_SQL,
  ALERT_SUMMARY_MIGRATION_SQL,
  alertCopyState,
  CANDIDATES_STATEMENT,
  checkQuestions,
  noteCopyCurrent,
} from "#alerts";
import { type CheckQuestion, CONSIGNMENT_KINDS } from "#casework";
import { ExchangeStatus } from "#proto";
import { CHECK_LIMITS } from "#runtime";
import { type MemoryTransaction, openMemoryTransaction } from "../../support/memory-transaction.ts";
import { DAY, note, SENT_AT, wantedAlert, wantedItem } from "../../support/wanted-alerts.ts";

let tx: MemoryTransaction;

beforeEach(() => {
  tx = openMemoryTransaction(
    ALERT_COPY_MIGRATION_SQL,
    ALERT_FLAG_MIGRATION_SQL,
    ALERT_SUMMARY_MIGRATION_SQL,
  );
  return () => tx[Symbol.dispose]();
});

async function ask(question: CheckQuestion, nowMs = SENT_AT + DAY) {
  const [answer] = await checkQuestions(tx, { questions: [question], nowMs });
  if (answer === undefined) throw new TypeError("there is no answer");
  return answer;
}
const resultOf = async (question: CheckQuestion, nowMs?: number) =>
  (await ask(question, nowMs)).result;
const about = (messageId: string) => ({
  references: [{ sender: "NE", messageId, sentAt: new Date(SENT_AT).toISOString() }],
});

describe("a check of a serial number (TP-CHECK-2)", () => {
  it("finds the same number, a look-alike, and a number that was read in part", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    expect(await ask({ serial: "ab-1234-c" })).toMatchObject({
      result: "POSSIBLE_MATCH",
      matches: [{ basis: "EXACT", messageId: "m1", sender: "NE", item: 0 }],
    });
    expect((await ask({ serial: "A8 I234 C" })).matches[0]?.basis).toBe("LOOK_ALIKE");
    expect((await ask({ serial: "AB1?34C" })).matches[0]?.basis).toBe("PARTIAL");
    expect((await ask({ serial: "AB1*" })).matches[0]?.basis).toBe("PARTIAL");
    expect((await ask({ serial: "??1234C" })).matches[0]?.basis).toBe("PARTIAL");
    expect(await resultOf({ serial: "AB 1235 C" })).toBe("NO_MATCH");
  });

  it("finds a number by an alert that knows a part of it", async () => {
    const items = [wantedItem("A?12?4"), wantedItem("*789"), wantedItem("X*Y*Z")];
    await note(tx, wantedAlert({ items }), { messageId: "m1" });
    expect((await ask({ serial: "AB1234" })).matches[0]).toMatchObject({
      basis: "PARTIAL",
      item: 0,
    });
    expect((await ask({ serial: "KK 00789" })).matches[0]?.item).toBe(1);
    expect((await ask({ serial: "X1Y22Z" })).matches[0]?.item).toBe(2);
    expect(await resultOf({ serial: "AB1235" })).toBe("NO_MATCH");
  });

  it("tells a brand or model that differs, and hides nothing for it", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const answer = await ask({ serial: "AB1234C", make: "Taurus", model: "92fs" });
    expect(answer.matches).toMatchObject([{ basis: "EXACT", differs: ["make"] }]);
  });

  it("tells the surest first", async () => {
    const items = [wantedItem("AB12?4C"), wantedItem("A81234C"), wantedItem("AB1234C")];
    await note(tx, wantedAlert({ items }), { messageId: "m1" });
    const { matches } = await ask({ serial: "AB1234C" });
    expect(matches.map(({ basis, item }) => [basis, item])).toEqual([
      ["EXACT", 2],
      ["LOOK_ALIKE", 1],
      ["PARTIAL", 0],
    ]);
  });
});

describe("a check of something else", () => {
  it("finds parts, lots, documents, consignments and companies", async () => {
    const alert = wantedAlert({
      kind: "DIVERSION_IN_TRANSIT",
      items: [
        { subjectKind: "PART_COMPONENT", part: { kind: "SLIDE", serialRaw: "SL 77 01" } },
        { subjectKind: "AMMUNITION", ammunition: { lot: "LOT-5 / 2019" } },
      ],
      consignment: {
        ids: [
          { kind: "CONTAINER", value: "CSQU 305438 3" },
          { kind: "SEAL", value: "ML-0012345" },
          { kind: "VEHICLE_PLATE", value: "AB 123 CD", country: "FR" },
          { kind: "PARCEL", value: "RA473124828US" },
          { kind: "HS_HEADING", value: "9302" },
        ],
        authorizationRef: "EUC 2026/7",
      },
      consignee: { name: "Made-up Trading Ltd.", registration: "RC 123456", country: "NG" },
    });
    await note(tx, alert, { messageId: "m1" });
    const container = { kind: "CONTAINER", value: "CSQU3O54383" } as const;
    expect((await ask({ consignment: container })).matches[0]?.basis).toBe("EXACT");
    expect(await resultOf({ serial: "SL-7701" })).toBe("POSSIBLE_MATCH");
    expect(await resultOf({ lot: "lot-5/2019" })).toBe("POSSIBLE_MATCH");
    expect(await resultOf({ document: "euc 2026/7" })).toBe("POSSIBLE_MATCH");
    expect(await resultOf({ company: "made-up  trading LTD." })).toBe("POSSIBLE_MATCH");
    const plate = { kind: "VEHICLE_PLATE", value: "ab123cd", country: "FR" } as const;
    expect(await resultOf({ consignment: plate })).toBe("POSSIBLE_MATCH");
    expect(await resultOf({ consignment: { ...plate, country: "IT" } })).toBe("NO_MATCH");
    const registration = { kind: "CONSIGNEE_REGISTRATION", value: "RC-123456" } as const;
    expect(await resultOf({ consignment: { ...registration, country: "NG" } })).toBe(
      "POSSIBLE_MATCH",
    );
    // Sent as it was painted on the parcel, check digit and all.
    const parcel = { kind: "PARCEL", value: "RA 47312482 8 US" } as const;
    expect(await resultOf({ consignment: parcel })).toBe("POSSIBLE_MATCH");
  });

  it("is not made of what identifies nothing, and says why (TP-CHECK-3)", async () => {
    const problems = async (question: CheckQuestion) => {
      const { problem, result } = await ask(question);
      expect(result).toBe("NOT_CHECKED");
      expect(problem?.wayOut).toMatch(/^[A-Z].*\.$/u);
      return `${problem?.field} ${problem?.rule}`;
    };
    expect(await problems({})).toBe("serial exactlyOne");
    expect(await problems({ serial: "AB1", lot: "1" })).toBe("lot exactlyOne");
    expect(await problems({ serial: "A?*" })).toBe("serial tooVague");
    expect(await problems({ serial: "A?1?2" })).toBe("serial tooVague");
    const heading = { kind: "HS_HEADING", value: "9302" } as const;
    expect(await problems({ consignment: heading })).toBe("consignment.kind identifiesNothing");
    for (const kind of CONSIGNMENT_KINDS) {
      expect(await problems({ consignment: { kind, value: "§" } })).toMatch(/^consignment\./u);
    }
  });

  it("says when there is more than it tells", async () => {
    const items = Array.from({ length: CHECK_LIMITS.matchesMax + 1 }, () => wantedItem("AB1234C"));
    await note(tx, wantedAlert({ items }), { messageId: "m1" });
    const { matches, more } = await ask({ serial: "AB1234C" });
    expect(matches).toHaveLength(CHECK_LIMITS.matchesMax);
    expect(more).toBe(true);
  });
});

describe("an alert that is over (TP-CHECK-5)", () => {
  const serial = "AB1234C";
  const clocks = [0, SENT_AT - DAY, SENT_AT + DAY, SENT_AT + 1_000 * DAY];

  it("never matches once it is cancelled, whatever the clock says", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    expect(await resultOf({ serial })).toBe("POSSIBLE_MATCH");
    await note(tx, wantedAlert({ move: "CANCEL", ...about("m1") }), { messageId: "m2" });
    for (const nowMs of clocks) expect(await resultOf({ serial }, nowMs)).toBe("NO_MATCH");
  });

  it("never matches when the cancel came first", async () => {
    await note(tx, wantedAlert({ move: "CANCEL", ...about("m1") }), { messageId: "m2" });
    await note(tx, wantedAlert(), { messageId: "m1" });
    await note(tx, wantedAlert({ move: "UPDATE", ...about("m1") }), { messageId: "m3" });
    for (const nowMs of clocks) expect(await resultOf({ serial }, nowMs)).toBe("NO_MATCH");
  });

  it("matches by its update alone", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const items = [wantedItem("AB 1234 D")];
    await note(tx, wantedAlert({ move: "UPDATE", items, ...about("m1") }), { messageId: "m2" });
    expect(await resultOf({ serial })).toBe("NO_MATCH");
    expect((await ask({ serial: "AB1234D" })).matches[0]?.messageId).toBe("m2");
  });

  it("is not ended by another participant", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const cancel = wantedAlert({ move: "CANCEL", ...about("m1") });
    await note(tx, cancel, { messageId: "m2", sender: "BR" });
    expect(await resultOf({ serial })).toBe("POSSIBLE_MATCH");
  });

  it("stays expired when the clock is set back after it was seen to expire", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    expect(await resultOf({ serial }, SENT_AT + 90 * DAY)).toBe("NO_MATCH");
    expect(await resultOf({ serial }, SENT_AT + 89 * DAY)).toBe("POSSIBLE_MATCH");
    await noteCopyCurrent(tx, { nowMs: SENT_AT + 90 * DAY });
    for (const nowMs of clocks) expect(await resultOf({ serial }, nowMs)).toBe("NO_MATCH");
  });

  it("does not match before it is effective", async () => {
    const effectiveAt = new Date(SENT_AT + 2 * DAY).toISOString();
    await note(tx, wantedAlert({ effectiveAt }), { messageId: "m1" });
    expect(await resultOf({ serial }, SENT_AT + DAY)).toBe("NO_MATCH");
    expect(await resultOf({ serial }, SENT_AT + 2 * DAY)).toBe("POSSIBLE_MATCH");
  });

  it("is noted once, however often it comes", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const before = await alertCopyState(tx, undefined);
    await note(tx, wantedAlert(), { messageId: "m1" });
    expect(await alertCopyState(tx, undefined)).toEqual(before);
    expect((await ask({ serial })).matches).toHaveLength(1);
  });
});

describe("an exercise (TP-CHECK-9)", () => {
  it.each(["EXERCISE", "TEST"] as const)("%s is marked and is never a hit", async (name) => {
    await note(tx, wantedAlert(), { messageId: "m1", status: ExchangeStatus[name] });
    expect(await ask({ serial: "AB1234C" })).toMatchObject({
      result: "NO_MATCH",
      matches: [],
      exercises: [{ status: name, messageId: "m1" }],
    });
  });

  it("cancels nothing that is real", async () => {
    await note(tx, wantedAlert(), { messageId: "m1" });
    const cancel = wantedAlert({ move: "CANCEL", ...about("m1") });
    await note(tx, cancel, { messageId: "m2", status: ExchangeStatus.EXERCISE });
    expect(await resultOf({ serial: "AB1234C" })).toBe("POSSIBLE_MATCH");
  });
});

describe("the look-up", () => {
  it("tells a number read in part among many that begin alike", async () => {
    for (let at = 0; at < CHECK_LIMITS.candidatesMax + 100; at += 1) {
      const serial = `ABC${String(at).padStart(4, "0")}X`;
      await note(tx, wantedAlert({ items: [wantedItem(serial)] }), {
        ...{ messageId: `m${at}`, conversationId: `alert-${at}` },
      });
    }
    for (const serial of ["ABC0042?", "?BC0042X", "*0042X"]) {
      const answer = await ask({ serial });
      expect([serial, answer.matches.map(({ wanted }) => wanted), answer.more]).toEqual([
        serial,
        ["ABC0042X"],
        false,
      ]);
    }
    // Of three characters alone there are too many, and it says so.
    expect((await ask({ serial: "ABC*" })).more).toBe(true);
  });

  it("searches by keys and never reads a table through", async () => {
    const plan = await tx.all<{ detail: string }>(
      `EXPLAIN QUERY PLAN ${CANDIDATES_STATEMENT}`,
      "[]",
      1,
      0,
      0,
      0,
    );
    const steps = plan.map(({ detail }) => detail);
    expect(steps.some((step) => /SEARCH alert_key USING PRIMARY KEY/u.test(step))).toBe(true);
    expect(steps.filter((step) => /SCAN (?!k\b|json_each)/u.test(step))).toEqual([]);
  });
});
