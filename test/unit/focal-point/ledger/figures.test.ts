import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { OutcomeClass, TraceMove } from "#proto";
import {
  decideDouble,
  listDoubles,
} from "../../../../services/focal-point/ledger/double-record.ts";
import { sayOrigin } from "../../../../services/focal-point/ledger/establish.ts";
import { ledgerFigures } from "../../../../services/focal-point/ledger/ledger-figures.ts";
import { followCases } from "../../../../services/focal-point/ledger/origin-record.ts";
import {
  linkItem,
  listSeizures,
  loadSeizure,
  withdrawSeizure,
} from "../../../../services/focal-point/ledger/seizure-record.ts";
import { stateLedger } from "../../../../services/focal-point/ledger/statement-record.ts";
import { openCaseStore, putCase } from "../../../support/case-store.ts";
import { type SeizureRow, seizureCsv, takeCsv } from "../../../support/made-seizures.ts";
import type { MemoryTransaction } from "../../../support/memory-transaction.ts";

/** TP-LEDG-3, TP-LEDG-4, TP-LEDG-6 and TP-LEDG-7: what the reports of a State come to. */

let tx: MemoryTransaction;
beforeEach(() => {
  tx = openCaseStore();
});
afterEach(() => tx[Symbol.dispose]());

const atMs = (day: string): number => Date.parse(day) + 12 * 3_600_000;
const actor = "desk-7";

async function report(day: string, ...rows: SeizureRow[]): Promise<void> {
  const taken = await takeCsv(tx, seizureCsv(...rows), { nowMs: atMs(day) });
  expect(taken.problems).toEqual([]);
}

async function indicator(year: number, asOf: string): Promise<string> {
  const { indicator: found } = await ledgerFigures(tx, { year, asOf });
  const { denominator, numerator, value } = found;
  return value === null ? "absent" : `${numerator} of ${denominator}`;
}

async function reportIdOf(seizureNumber: string): Promise<string> {
  const reports = await listSeizures(tx, { year: undefined, before: 1e9, limit: 100 });
  return reports.find((one) => one.seizureNumber === seizureNumber)?.reportId ?? "";
}

/** A request of this State that is linked with item 1 of a report. */
async function linkedCase(seizureNumber: string, nowMs: number, chain = ""): Promise<string> {
  const caseId = await putCase(tx, { role: "requesting", state: "ACKNOWLEDGED", nowMs });
  await tx.run(
    `INSERT INTO trace_link (case_id, chain_id, hop, request_id, previous_request_id, is_own,
       is_actual, is_partial) VALUES (?, ?, 1, ?, '', 1, 1, 0)`,
    caseId,
    chain === "" ? caseId : chain,
    `request of ${caseId}`,
  );
  if (seizureNumber === "") return caseId;
  const reportId = await reportIdOf(seizureNumber);
  expect(await linkItem(tx, { reportId, item: 1, caseId, actor, nowMs })).toBe("linked");
  return caseId;
}

async function conclude(caseId: string, outcome: string, day: string): Promise<void> {
  const nowMs = atMs(day);
  const isEstablished = outcome === "LAST_LEGAL_HOLDER_IDENTIFIED";
  await tx.run(
    `INSERT INTO trace_move (case_id, message_id, side, move, outcome_class, outcome, body, sent_at,
       kept_at, actor, effect) VALUES (?, ?, 'requested', ?, ?, ?, x'', ?, ?, 'exchange', 'moved')`,
    caseId,
    `${outcome} ${day}`,
    TraceMove.FINAL,
    isEstablished ? OutcomeClass.ESTABLISHED : OutcomeClass.NOT_ESTABLISHED,
    outcome,
    nowMs,
    nowMs,
  );
  await tx.run("UPDATE trace_case SET outcome = ? WHERE case_id = ?", outcome, caseId);
  await followCases(tx, caseId, nowMs);
}

describe("the ledger of a year (TP-LEDG-7)", () => {
  it("counts arms by way of recovery, type and marking, and nothing else with them", async () => {
    await report(
      "2026-06-01",
      { item: 1, type: "REVOLVER", marking: "UNMARKED", quantity: 3 },
      { item: 2, kind: "PART", quantity: 7 },
      { item: 3, kind: "AMMUNITION", quantity: 500, unit: "ROUNDS" },
      { item: 4, kind: "AMMUNITION", quantity: 2.5, unit: "KILOGRAMS", estimated: "true" },
      { item: 5, yearOfManufacture: 1899 },
      { item: 6, yearOfManufacture: 1900 },
      { seizureNumber: "2026-2", recovery: "SURRENDERED", date: "2026-03-01" },
      { seizureNumber: "2025-9", date: "2025-12-31" },
    );
    const found = await ledgerFigures(tx, { year: 2026, asOf: "2026-12-31" });
    expect(found).toMatchObject({
      monthsReported: [2, 3],
      antiques: 1,
      parts: 7,
      rounds: 500,
      kilograms: 2.5,
      indicator: { numerator: 0, denominator: 5, value: 0 },
      lines: [
        { recovered: "SEIZED", type: "REVOLVER", marking: "UNMARKED", arms: 3 },
        { recovered: "SEIZED", type: "UNSPECIFIED", marking: "NOT_RECORDED", arms: 1 },
        { recovered: "SURRENDERED", type: "UNSPECIFIED", marking: "NOT_RECORDED", arms: 1 },
      ],
    });
  });

  it("without an arm has no value, and a statement says what belongs to it", async () => {
    const statement = { monthsReported: [1, 12], otherTraces: 3, methodNote: "As the note says." };
    const nowMs = atMs("2026-06-01");
    await stateLedger(tx, { year: 2026, statement, actor, nowMs });
    const found = await ledgerFigures(tx, { year: 2026, asOf: "2026-11-30" });
    expect(found).toMatchObject({ offExchangeTraces: 3, methodNote: "As the note says." });
    // December has not begun on that day.
    expect([found.indicator.value, found.monthsReported]).toEqual([null, [1]]);
    expect((await ledgerFigures(tx, { year: 2026, asOf: "2026-05-31" })).methodNote).toBe("");
  });

  it("as of an earlier day is what it was then", async () => {
    await report("2026-03-01", { seizureNumber: "a" }, { seizureNumber: "b" });
    await report("2026-05-01", { seizureNumber: "c" });
    const reportId = await reportIdOf("a");
    await withdrawSeizure(tx, { reportId, reason: "twice", actor, nowMs: atMs("2026-07-01") });
    expect(await indicator(2026, "2026-02-28")).toBe("absent");
    expect(await indicator(2026, "2026-04-30")).toBe("0 of 2");
    expect(await indicator(2026, "2026-06-30")).toBe("0 of 3");
    expect(await indicator(2026, "2026-07-01")).toBe("0 of 2");
    // What was withdrawn stays, and its number may be used again (TP-LEDG-3).
    expect((await loadSeizure(tx, { reportId }))?.withdrawn?.reason).toBe("twice");
    await report("2026-08-01", { seizureNumber: "a" });
    expect(await indicator(2026, "2026-08-01")).toBe("0 of 3");
    // An item that a report was given later is not in what was known before.
    await report("2026-09-01", { seizureNumber: "c", item: 2, kind: "PART", quantity: 4 });
    const parts = async (asOf: string) => (await ledgerFigures(tx, { year: 2026, asOf })).parts;
    expect([await parts("2026-08-31"), await parts("2026-09-01")]).toEqual([0, 4]);
  });
});

describe("the events of a year (TP-LEDG-10)", () => {
  const border: SeizureRow = {
    ...{ seizureNumber: "p-1", eventId: "E-7", offences: "ROBBERY|ILLICIT_TRAFFICKING" },
    ...{ modusOperandi: "CONCEALMENT_VEHICLE", personsArrested: 3 },
    ...{ routeDeparture: "SO", routeTransit: "ET SS", routeDestination: "UNKNOWN" },
  };
  const events = async (asOf: string) => (await ledgerFigures(tx, { year: 2026, asOf })).events;

  it("are counted once each, whoever reports them, as of a day", async () => {
    await report("2026-03-01", border, { ...border, item: 2 });
    const customs = { seizureNumber: "c-1", institution: "CUSTOMS", eventId: "E-7" };
    await report("2026-03-02", { ...customs, personsArrested: 2, offences: "ROBBERY" });
    const claimed = { routeDeparture: "YE", routeClaimed: "true" };
    await report("2026-03-03", { seizureNumber: "p-2", ...claimed }, { seizureNumber: "p-3" });
    expect(await events("2026-03-03")).toEqual({
      ...{ events: 3, personsArrested: 3 },
      offences: { ILLICIT_TRAFFICKING: 1, ROBBERY: 1 },
      modusOperandi: { CONCEALMENT_VEHICLE: 1 },
      departures: { SO: 1 },
      transits: { ET: 1, SS: 1 },
      destinations: { UNKNOWN: 1 },
      routesClaimed: 1,
    });
    const reportId = await reportIdOf("p-1");
    await withdrawSeizure(tx, { reportId, reason: "wrong", actor, nowMs: atMs("2026-04-01") });
    expect(await events("2026-04-01")).toMatchObject({ personsArrested: 2, departures: {} });
    expect(await events("2026-03-01")).toMatchObject({ events: 1, personsArrested: 3 });
    expect(await loadSeizure(tx, { reportId })).toMatchObject({
      offences: ["ILLICIT_TRAFFICKING", "ROBBERY"],
      route: { departure: "SO", transit: ["ET", "SS"], destination: "UNKNOWN" },
      personsArrested: 3,
    });
  });

  it("told in another order are the same report, and told otherwise another", async () => {
    await report("2026-03-01", border);
    const other = { ...border, offences: "ILLICIT_TRAFFICKING ROBBERY" };
    expect(await takeCsv(tx, seizureCsv(other))).toMatchObject({ unchanged: 1, problems: [] });
    const csv = seizureCsv({ ...border, personsArrested: 4 });
    expect((await takeCsv(tx, csv)).problems).toMatchObject([{ code: "REPORT_DIFFERS", line: 2 }]);
  });
});

describe("an arm that two agencies report (TP-LEDG-4)", () => {
  const police = { seizureNumber: "p-1", make: "GLOCK", serial: "ABC-1O5" };
  const customs = { ...police, institution: "CUSTOMS", date: "2026-01-03", serial: "abc 105" };

  it("is found, counted twice until an officer joins it, and once under its first year", async () => {
    await report("2026-03-01", police, { ...customs, date: "2025-12-30" });
    expect((await ledgerFigures(tx, { year: 2026, asOf: "2026-03-01" })).doublesOpen).toBe(0);
    expect((await ledgerFigures(tx, { year: 2025, asOf: "2026-03-01" })).doublesOpen).toBe(1);
    expect([await indicator(2025, "2026-03-01"), await indicator(2026, "2026-03-01")]).toEqual([
      "0 of 1",
      "0 of 1",
    ]);
    const [double] = await listDoubles(tx, { isOpen: true, before: 1e9, limit: 10 });
    const doubleId = double?.doubleId ?? 0;
    const decision = { doubleId, reason: "handed over", actor, nowMs: atMs("2026-04-01") };
    await decideDouble(tx, { ...decision, decision: "SAME" });
    expect([await indicator(2025, "2026-04-01"), await indicator(2026, "2026-04-01")]).toEqual([
      "0 of 1",
      "absent",
    ]);
    expect(await listDoubles(tx, { isOpen: true, before: 1e9, limit: 10 })).toEqual([]);
    const nowMs = atMs("2026-05-01");
    await decideDouble(tx, { ...decision, decision: "APART", reason: "two arms", nowMs });
    expect([await indicator(2026, "2026-04-30"), await indicator(2026, "2026-05-01")]).toEqual([
      "absent",
      "0 of 1",
    ]);
  });

  it("is open no more once either report is withdrawn", async () => {
    await report("2026-03-01", police);
    await report("2026-03-02", { ...customs, seizureNumber: "c-1" });
    const open = async (asOf: string) =>
      (await ledgerFigures(tx, { year: 2026, asOf })).doublesOpen;
    expect(await open("2026-03-02")).toBe(1);
    const by = { reason: "twice", actor, nowMs: atMs("2026-04-01") };
    await withdrawSeizure(tx, { ...by, reportId: await reportIdOf("p-1") });
    expect([await open("2026-03-31"), await open("2026-04-01")]).toEqual([1, 0]);
  });

  it("and one of another brand, or without a serial number, are not", async () => {
    await report(
      "2026-03-01",
      police,
      { ...customs, make: "BERETTA" },
      { ...police, seizureNumber: "p-2", serial: "UNKNOWN" },
      { ...police, seizureNumber: "p-3", serial: "UNKNOWN" },
    );
    expect(await listDoubles(tx, { isOpen: true, before: 1e9, limit: 10 })).toEqual([]);
  });

  it("is established once, by what established it first", async () => {
    const origin = { establishedOn: "2026-02-20", establishedBasis: "registry" };
    await report(
      "2026-03-01",
      { ...police, ...origin, establishedBy: "TRACE" },
      { ...customs, ...origin, establishedBy: "COMPETENT_AUTHORITY", establishedOn: "2026-02-19" },
    );
    const [double] = await listDoubles(tx, { isOpen: true, before: 1e9, limit: 10 });
    const nowMs = atMs("2026-03-01");
    const decision = { doubleId: double?.doubleId ?? 0, reason: "one", actor, nowMs };
    await decideDouble(tx, { ...decision, decision: "SAME" });
    const { lines } = await ledgerFigures(tx, { year: 2026, asOf: "2026-03-01" });
    expect(lines).toMatchObject([{ arms: 1, byTrace: 0, byAuthority: 1 }]);
  });
});

describe("an origin (TP-LEDG-6)", () => {
  it("that a reply establishes counts by itself from then on, also years later", async () => {
    await report("2026-03-01", { seizureNumber: "a" }, { seizureNumber: "b" });
    const caseId = await linkedCase("a", atMs("2026-03-02"));
    expect(await indicator(2026, "2026-12-31")).toBe("0 of 2");
    await conclude(caseId, "LAST_LEGAL_HOLDER_IDENTIFIED", "2027-02-01");
    expect(await indicator(2026, "2026-12-31")).toBe("0 of 2");
    expect(await indicator(2026, "2027-02-01")).toBe("1 of 2");
    await conclude(caseId, "NO_RECORD", "2027-03-01");
    expect(await indicator(2026, "2027-02-28")).toBe("1 of 2");
    expect(await indicator(2026, "2027-03-01")).toBe("0 of 2");
    const detail = await loadSeizure(tx, { reportId: await reportIdOf("a") });
    expect(detail?.items[0]?.origins.map(({ established }) => established)).toEqual([true, false]);
  });

  it("that a later request of the same chain establishes counts too", async () => {
    await report("2026-03-01", { seizureNumber: "a" });
    const first = await linkedCase("a", atMs("2026-03-02"), "chain-1");
    await conclude(first, "EXPORTED_ONWARD", "2026-04-01");
    expect(await indicator(2026, "2026-04-01")).toBe("0 of 1");
    const next = await linkedCase("", atMs("2026-04-02"), "chain-1");
    await conclude(next, "LAST_LEGAL_HOLDER_IDENTIFIED", "2026-05-01");
    expect(await indicator(2026, "2026-05-01")).toBe("1 of 1");
    // Another case of the arm that finds nothing takes nothing back.
    const other = await linkedCase("a", atMs("2026-05-02"));
    await conclude(other, "NO_RECORD", "2026-06-01");
    expect(await indicator(2026, "2026-06-01")).toBe("1 of 1");
  });

  it("is taken back by an entry, and of parts there is none", async () => {
    await report(
      "2026-03-01",
      { seizureNumber: "a" },
      { seizureNumber: "a", item: 2, kind: "PART" },
    );
    const reportId = await reportIdOf("a");
    const said = {
      reportId,
      item: 1,
      by: "COMPETENT_AUTHORITY",
      on: "2026-03-05",
      basis: "registry, file 88",
      established: true,
      actor,
      nowMs: atMs("2026-03-06"),
    } as const;
    expect(await sayOrigin(tx, said)).toBe("said");
    expect(await sayOrigin(tx, said)).toBe("unchanged");
    expect(await indicator(2026, "2026-03-06")).toBe("1 of 1");
    const back = { ...said, established: false, basis: "another file" };
    expect(await sayOrigin(tx, { ...back, nowMs: atMs("2026-04-01") })).toBe("said");
    expect(await indicator(2026, "2026-03-31")).toBe("1 of 1");
    expect(await indicator(2026, "2026-04-01")).toBe("0 of 1");
    expect(await sayOrigin(tx, { ...said, item: 2 })).toBe("NOT_AN_ARM");
    expect(await sayOrigin(tx, { ...said, on: "2026-01-01" })).toBe("BAD_DATE");
    expect(await sayOrigin(tx, { ...said, reportId: "none" })).toBe("unknown");
    const link = { reportId, item: 1, caseId: "none", actor, nowMs: said.nowMs };
    expect(await linkItem(tx, link)).toBe("UNKNOWN_CASE");
  });
});
