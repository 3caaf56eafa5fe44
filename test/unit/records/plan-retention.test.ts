import { describe, expect, it } from "vitest";
import { ExchangeStatus, Header, Instrument, Kind } from "#proto";
import {
  addPeriod,
  classifyMessage,
  DEFAULT_SCHEDULE_TEXT,
  type ItemFacts,
  parsePeriod,
  parseSchedule,
  planRetention,
  ScheduleHistory,
} from "#records";

const day = (text: string): number => Date.parse(text);
const text = (atMs: number | undefined): string | undefined =>
  atMs === undefined ? undefined : new Date(atMs).toISOString().slice(0, 10);

const CLOSED = day("2026-03-01");
const ITEM: ItemFacts = {
  class: "trace",
  triggers: { RECORDED: day("2025-01-10"), CASE_CLOSED: CLOSED, DELIVERED: day("2025-01-11") },
  takenUnder: 0,
  parts: [
    { name: "body", class: "trace" },
    { name: "persons", class: "persons" },
    { name: "key", class: "transport" },
  ],
  holds: [],
};

/** A version of the default schedule in which a text is another. */
function versionWith(version: number, before: string, after: string) {
  const parsed = parseSchedule(DEFAULT_SCHEDULE_TEXT.replaceAll(before, after), version);
  if (!parsed.ok) throw new TypeError(JSON.stringify(parsed.problems));
  return parsed.value;
}

function partOf(item: ItemFacts, name: string, history = new ScheduleHistory()) {
  return planRetention(item, history).parts.find((part) => part.name === name);
}

describe("periods on the calendar (TP-RET-2)", () => {
  it.each([
    ["2016-02-29", "P10Y", "2026-02-28"],
    ["2016-02-29", "P20Y", "2036-02-29"],
    ["2025-01-31", "P1M", "2025-02-28"],
    ["2024-01-31", "P1M1D", "2024-03-01"],
    ["2028-01-01", "P90D", "2028-03-31"],
    ["2027-01-01", "P90D", "2027-04-01"],
    ["2025-12-31", "P2M", "2026-02-28"],
    ["2025-06-15", "P1Y6M2W", "2026-12-29"],
  ])("from %s after %s comes %s", (from, period, to) => {
    expect(text(addPeriod(day(from), parsePeriod(period) ?? { months: 0, days: 0 }))).toBe(to);
  });

  it.each(["10Y", "P", "PT5H", "P-1Y", "P1.5Y", "P101Y", "p10y", "P1D1Y"])(
    "%s is none",
    (wrong) => {
      expect(parsePeriod(wrong)).toBeUndefined();
    },
  );
});

describe("how long a message is kept", () => {
  it("is decided part by part, from the trigger and not from the arrival (TP-RET-6)", () => {
    const plan = planRetention(ITEM, new ScheduleHistory());
    expect(plan.standing).toBe("ENDS");
    expect([text(plan.notBeforeMs), text(plan.dueAtMs)]).toEqual(["2036-03-01", "2036-03-01"]);
    expect(text(plan.reviewByMs)).toBe("2030-01-10");
    expect(plan.parts.map(({ name, dueAtMs }) => [name, text(dueAtMs)])).toEqual([
      ["body", "2036-03-01"],
      ["persons", "2030-01-10"],
      ["key", "2025-04-11"],
    ]);
  });

  it("says which line of which version a date comes from, and its basis", () => {
    const item = { ...ITEM, instruments: ["ITI"] };
    expect(partOf(item, "body")?.why).toEqual([
      {
        date: "notBefore",
        version: 0,
        class: "trace",
        instrument: "ITI",
        trigger: "CASE_CLOSED",
        triggerAtMs: CLOSED,
        basis: expect.stringContaining("International Tracing Instrument"),
      },
    ]);
    expect(text(partOf(item, "body")?.notBeforeMs)).toBe("2046-03-01");
  });

  it("counts silence as the end of a case that nobody closed (TP-RET-4)", () => {
    const triggers = { RECORDED: CLOSED, LAST_MESSAGE: CLOSED };
    const plan = planRetention({ ...ITEM, triggers }, new ScheduleHistory());
    expect(text(plan.dueAtMs)).toBe("2038-03-01");
    expect(plan.parts.map(({ standing }) => standing)).toEqual(["ENDS", "ENDS", "RUNNING"]);
  });

  it("lets a consent last as long as its item and five years more", () => {
    const consent = (own: string, instruments: string[] = []) =>
      text(
        partOf(
          {
            ...ITEM,
            class: own,
            instruments,
            parts: [{ name: "c", class: "consent" }],
            triggers: { ...ITEM.triggers, EXPIRED: day("2025-02-01") },
          },
          "c",
        )?.notBeforeMs,
      );
    expect(consent("trace")).toBe("2041-03-01");
    expect(consent("trace", ["ITI"])).toBe("2051-03-01");
    expect(consent("alert")).toBe("2040-02-01");
    expect(consent("consent")).toBe("2041-03-01");
  });

  it("of a consent is for good where its item is kept so, however that is said", () => {
    const consent = (before: string, after: string) => {
      const history = new ScheduleHistory([versionWith(1, before, after)]);
      const item = { ...ITEM, takenUnder: 1, parts: [{ name: "c", class: "consent" }] };
      return { trace: partOf(item, "c", history), item, history };
    };
    const years = "minimum: P10Y\n    action: DESTROY\n    basis: design floor";
    const kept = consent(years, years.replace("DESTROY", "KEEP"));
    expect(kept.trace).toMatchObject({ standing: "KEPT", dueAtMs: undefined });
    const alert = "trigger: EXPIRED\n    minimum: P10Y";
    const { item, history } = consent(alert, alert.replace("minimum", "as: trace\n    minimum"));
    const ofAlert = partOf({ ...item, class: "alert" }, "c", history);
    expect(text(ofAlert?.notBeforeMs)).toBe("2051-03-01");
  });

  it("goes on for personal data that a person keeps after a review, and for nothing else", () => {
    const keptUntilMs = day("2033-05-05");
    const parts = ITEM.parts.map((part) => ({ ...part, keptUntilMs }));
    expect(text(partOf({ ...ITEM, parts }, "persons")?.dueAtMs)).toBe("2033-05-05");
    expect(text(partOf({ ...ITEM, parts }, "key")?.dueAtMs)).toBe("2025-04-11");
  });

  it("does not end for a class that no line names", () => {
    const part = partOf({ ...ITEM, parts: [{ name: "x", class: "gossip" }] }, "x");
    expect(part).toMatchObject({ standing: "UNLISTED", dueAtMs: undefined });
  });
});

describe("versions of the schedule (TP-RET-3)", () => {
  const longer = versionWith(1, "P10Y", "P15Y");
  const shorter = versionWith(2, "P10Y", "P6Y");

  it("extend what was taken in before, and shorten only what comes later", () => {
    const history = new ScheduleHistory([longer, shorter]);
    const due = (takenUnder: number) =>
      text(partOf({ ...ITEM, takenUnder }, "body", history)?.dueAtMs);
    expect([due(0), due(1), due(2)]).toEqual(["2041-03-01", "2041-03-01", "2032-03-01"]);
    expect(partOf(ITEM, "body", history)?.why[0]?.version).toBe(1);
  });

  it("never go back", () => {
    expect(() => new ScheduleHistory([shorter, longer])).toThrow("never goes back: 1 after 2");
  });

  it("keep what one of them keeps for good", () => {
    const kept = versionWith(
      1,
      "minimum: P10Y\n    action: DESTROY",
      "minimum: P10Y\n    action: KEEP",
    );
    const history = new ScheduleHistory([kept, shorter]);
    expect(partOf(ITEM, "body", history)).toMatchObject({ standing: "KEPT", dueAtMs: undefined });
  });
});

describe("a hold (TP-RET-5)", () => {
  it("without an end stops every end, and no review", () => {
    const plan = planRetention({ ...ITEM, holds: [{ fromMs: 0 }] }, new ScheduleHistory());
    expect(plan.parts.map(({ standing }) => standing)).toEqual(["HELD", "HELD", "HELD"]);
    expect(plan.parts.flatMap(({ destroyByMs, dueAtMs }) => [dueAtMs, destroyByMs])).toEqual(
      Array(6).fill(undefined),
    );
    expect(text(plan.reviewByMs)).toBe("2030-01-10");
  });

  it("that was released moves what would have ended within it or before it", () => {
    const holds = [{ fromMs: day("2031-01-01"), toMs: day("2034-01-01") }];
    const plan = planRetention({ ...ITEM, holds }, new ScheduleHistory());
    expect(plan.parts.map(({ dueAtMs }) => text(dueAtMs))).toEqual([
      "2036-03-01",
      "2034-01-01",
      "2034-01-01",
    ]);
  });
});

describe("classes of a message (TP-RET-6)", () => {
  const parts = [
    { name: "body", retentionClass: "transport" },
    { name: "persons", retentionClass: "trace" },
    { name: "key", onlyFor: "BR", retentionClass: "trace" },
    { name: "key/persons", onlyFor: "BR", retentionClass: "x" },
  ];
  const classes = (given: Partial<Header>) => {
    const header = Header.fromPartial({ status: ExchangeStatus.ACTUAL, parts, ...given });
    const found = classifyMessage(header);
    return [found.class, ...found.parts.map((part) => part.class)];
  };

  it("that end early do not follow from what the sender calls a part", () => {
    const early = ["persons", "transport", "transport"];
    expect(classes({ kind: Kind.TRACE_REQUEST })).toEqual(["trace", "trace", ...early]);
    expect(classes({ kind: Kind.ALERT })).toEqual(["alert", "alert", ...early]);
    expect(classes({ kind: Kind.NOTICE })).toEqual(["consent", "consent", ...early]);
    expect(classes({ kind: Kind.VOID })).toEqual(["audit", "audit", ...early]);
  });

  it("of a ledger end by no line, whatever its sender calls it (TP-LEDG-2)", () => {
    const body = [{ name: "body", retentionClass: "trace" }];
    const kind = Kind.INDICATOR_LEDGER;
    const header = Header.fromPartial({ status: ExchangeStatus.ACTUAL, kind, parts: body });
    const { class: of, parts: found } = classifyMessage(header);
    expect(of).toBe("aggregate");
    const plan = planRetention({ ...ITEM, class: of, parts: found }, new ScheduleHistory());
    expect(plan.parts.map(({ standing, dueAtMs }) => [standing, dueAtMs])).toEqual([
      ["UNLISTED", undefined],
    ]);
  });

  it("are those of an exercise for all that is not real, and the sender's own where they have a minimum", () => {
    expect(classes({ kind: Kind.ALERT, status: ExchangeStatus.EXERCISE })).toEqual(
      Array(5).fill("exercise"),
    );
    const body = [{ name: "body", retentionClass: "authorization" }] as Header["parts"];
    expect(classes({ kind: Kind.TRACE_REPLY, parts: body })).toEqual(["trace", "authorization"]);
    const notice = { kind: Kind.NOTICE, status: ExchangeStatus.ACTUAL };
    const called = [{ name: "body", retentionClass: "trace" }];
    const [part] = classifyMessage(Header.fromPartial({ ...notice, parts: called })).parts;
    const item = { ...ITEM, class: "consent", parts: part === undefined ? [] : [part] };
    expect(text(partOf(item, "body")?.dueAtMs)).toBe("2041-03-01");
    const header = Header.fromPartial({ instrumentBasis: [Instrument.ITI, Instrument.EU] });
    expect(classifyMessage(header).instruments).toEqual(["ITI", "EU"]);
  });
});
