import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { ExchangeStatus, Kind, RecordCount, RefusalCode } from "#proto";
import {
  dayBeginsMs,
  dayName,
  dayOf,
  monitorEventsDigest,
  recordCountDifferences,
  sumRecordCounts,
} from "#statistics";

const countOf = (kind: Kind, records: number, code: RefusalCode = RefusalCode.UNSPECIFIED) =>
  RecordCount.create({ kind, status: ExchangeStatus.ACTUAL, code, records: BigInt(records) });

describe("days in UTC (TP-COUNT-1)", () => {
  it("begin at midnight, whatever the zone of the process", () => {
    const midnight = Date.UTC(2026, 9, 3);
    expect(dayName(dayOf(midnight))).toBe("2026-10-03");
    expect(dayOf(midnight - 1)).toBe(dayOf(midnight) - 1);
    expect(dayBeginsMs(dayOf(midnight + 5))).toBe(midnight);
  });
});

describe("counts of records", () => {
  const { ALERT, TRACE_REQUEST } = Kind;

  it("add up what is alike, in one order, without zeros (TP-COUNT-2)", () => {
    const sums = sumRecordCounts([
      countOf(TRACE_REQUEST, 2),
      countOf(ALERT, 0),
      countOf(TRACE_REQUEST, 1, RefusalCode.NOT_PERMITTED),
      countOf(TRACE_REQUEST, 3),
    ]);
    expect(sums).toEqual([
      countOf(TRACE_REQUEST, 5),
      countOf(TRACE_REQUEST, 1, RefusalCode.NOT_PERMITTED),
    ]);
  });

  it("differ where one has more, or the other none (TP-COUNT-6)", () => {
    const kept = [countOf(TRACE_REQUEST, 5), countOf(ALERT, 1)];
    expect(recordCountDifferences(kept, kept.toReversed())).toEqual([]);
    const status = ExchangeStatus.ACTUAL;
    const code = RefusalCode.UNSPECIFIED;
    expect(recordCountDifferences(kept, [countOf(TRACE_REQUEST, 4)])).toEqual([
      { kind: TRACE_REQUEST, status, code, kept: 5n, found: 4n },
      { kind: ALERT, status, code, kept: 1n, found: 0n },
    ]);
  });

  it("of events go by their digests in order (TP-COUNT-4)", () => {
    const of = (text: string) => createHash("sha256").update(text).digest();
    expect(monitorEventsDigest([])).toEqual(of(""));
    expect(monitorEventsDigest([Buffer.from("a"), Buffer.from("b")])).toEqual(of("ab"));
  });
});
