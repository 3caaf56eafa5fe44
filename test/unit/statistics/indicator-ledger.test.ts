import { describe, expect, it } from "vitest";
import { IndicatorLedger, RecoveryKind } from "#proto";
import { LEDGER_LIMITS } from "#runtime";
import { checkIndicatorLedger, parseIndicatorLedger } from "#statistics";
import { toTimestamp } from "#wire";
import { LEDGER_SENT_MS, ledgerLine, signedLedger } from "../../support/signed-ledger.ts";

const context = { senderState: "NE", atMs: LEDGER_SENT_MS };
const fieldsOf = (changes: Partial<IndicatorLedger>): string[] =>
  checkIndicatorLedger(signedLedger(changes), context).map(({ field }) => field);
const signOffs = (...all: [string, number][]) =>
  all.map(([officerRef, ms]) => ({ officerRef, at: toTimestamp(ms) }));
const national = (changes: object) => [{ code: "A", title: "B", unit: "", ...changes }];

describe("a ledger of an indicator (TP-LEDG-1)", () => {
  it("that holds together is taken, also one without an arm and one on its limits", () => {
    const { armsMax, methodNoteCharsMax } = LEDGER_LIMITS;
    for (const changes of [
      {},
      { lines: [], monthsReported: [], national: [], methodNote: "" },
      { lines: [ledgerLine({ arms: BigInt(armsMax) })] },
      { lines: [ledgerLine({ arms: 5n })] },
      { methodNote: "x".repeat(methodNoteCharsMax) },
      { national: national({ value: 0 }) },
    ]) {
      expect(checkIndicatorLedger(signedLedger(changes), context)).toEqual([]);
    }
  });

  it.each<[string, string, Partial<IndicatorLedger>]>([
    ["of another State", "state", { state: "BR" }],
    ["of no year of the Protocol", "year", { year: 2000 }],
    ["of a year to come", "year", { year: 2028 }],
    ["without a vintage", "vintage", { vintage: 0 }],
    ["counted on no day", "as_of", { asOf: "2027-02-30" }],
    ["counted tomorrow", "as_of", { asOf: "2027-02-02", signOffs: [] }],
    [
      "with an arm recovered in no way",
      "lines[0].recovery",
      { lines: [ledgerLine({ recovery: RecoveryKind.UNSPECIFIED })] },
    ],
    ["with a type of no list", "lines[0].type", { lines: [ledgerLine({ type: "CANNON" })] }],
    [
      "with a second name for no type",
      "lines[0].type",
      { lines: [ledgerLine({ type: "UNKNOWN" })] },
    ],
    ["with a marking of no list", "lines[0].marking", { lines: [ledgerLine({ marking: "YES" })] }],
    [
      "with a line of nothing",
      "lines[0].arms",
      { lines: [ledgerLine({ arms: 0n, establishedByTrace: 0n, establishedByAuthority: 0n })] },
    ],
    [
      "with more arms than there are",
      "lines[0].arms",
      { lines: [ledgerLine({ arms: BigInt(LEDGER_LIMITS.armsMax) + 1n })] },
    ],
    [
      "with more established than recovered",
      "lines[0].arms",
      { lines: [ledgerLine({ arms: 4n })] },
    ],
    ["with a line twice", "lines[1]", { lines: [ledgerLine(), ledgerLine({ arms: 7n })] }],
    [
      "with more lines than may be",
      "lines",
      { lines: Array(LEDGER_LIMITS.linesMax + 1).fill(ledgerLine()) },
    ],
    ["signed off by nobody", "sign_offs", { signOffs: [] }],
    ["signed off by one officer", "sign_offs", { signOffs: signOffs(["a", LEDGER_SENT_MS]) }],
    [
      "signed off twice by one officer",
      "sign_offs",
      { signOffs: signOffs(["a", LEDGER_SENT_MS], ["a", LEDGER_SENT_MS]) },
    ],
    [
      "signed off by someone unnamed",
      "sign_offs[0].officer_ref",
      { signOffs: signOffs(["", LEDGER_SENT_MS], ["b", LEDGER_SENT_MS]) },
    ],
    [
      "signed off in time to come",
      "sign_offs[1].at",
      { signOffs: signOffs(["a", LEDGER_SENT_MS], ["b", LEDGER_SENT_MS + 3_600_000]) },
    ],
    [
      "signed off before it was counted",
      "sign_offs[0].at",
      { signOffs: signOffs(["a", Date.UTC(2027, 0, 30)], ["b", LEDGER_SENT_MS]) },
    ],
    [
      "with too many traces off the exchange",
      "off_exchange_traces",
      { offExchangeTraces: BigInt(LEDGER_LIMITS.armsMax) + 1n },
    ],
    [
      "with a note without end",
      "method_note",
      { methodNote: "x".repeat(LEDGER_LIMITS.methodNoteCharsMax + 1) },
    ],
    ["with an indicator without a code", "national[0].code", { national: national({ code: "" }) }],
    [
      "with an indicator without a title",
      "national[0].title",
      { national: national({ title: "" }) },
    ],
    ["with a long unit", "national[0].unit", { national: national({ unit: "u".repeat(41) }) }],
    [
      "with an indicator that is no number",
      "national[0].value",
      { national: national({ value: Number.NaN }) },
    ],
    ["with an indicator twice", "national", { national: [...national({}), ...national({})] }],
    ["with a thirteenth month", "months_reported", { monthsReported: [1, 13] }],
    ["with a month twice", "months_reported", { monthsReported: [2, 2] }],
    ["with a month to come", "months_reported", { asOf: "2026-06-30", monthsReported: [1, 7] }],
  ])("%s is refused at %s", (_what, field, changes) => {
    expect(fieldsOf(changes)).toContain(field);
  });

  it("is read from its bytes, and the first that is wrong is told", () => {
    const bytes = IndicatorLedger.encode(signedLedger()).finish();
    expect(parseIndicatorLedger(bytes, context)).toEqual({ ok: true, value: signedLedger() });
    const refusal = (body: Uint8Array) => parseIndicatorLedger(body, context);
    expect(refusal(bytes.subarray(1))).toMatchObject({
      refusal: { code: "BODY_INVALID", field: "body" },
    });
    const foreign = IndicatorLedger.encode(signedLedger({ state: "BR" })).finish();
    expect(refusal(foreign)).toMatchObject({
      refusal: { code: "BODY_INVALID", field: "body.state" },
    });
  });
});
