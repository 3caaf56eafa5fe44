import { describe, expect, it } from "vitest";
import type { CaseDetail } from "../../../scenario/focal-points.ts";
import { planScenario } from "../../../scenario/plan.ts";
import type { ScenarioReport } from "../../../scenario/report.ts";
import {
  tellAddresses,
  tellCommands,
  tellReport,
  tellSample,
  tellStates,
} from "../../../scenario/summary.ts";
import { plannedRequest, recoveredRow } from "../../support/recovered-rows.ts";

const plan = planScenario({ rows: [recoveredRow()], digest: "d" });
const sample = { ...plannedRequest(), caseId: "case-1" };
const report: ScenarioReport = {
  input: { rows: 1 },
  screening: { sent: 1, domestic: 0, incomplete: 0, items: [] },
  receipts: { accepted: 1, refused: 0, delivered: 1 },
  replies: { final: 1, byOutcome: { NO_RECORD: 1 } },
  log: { size: 4, rootHash: "", checkpoint: "", verified: true },
  integrity: { lost: 0, duplicated: 0 },
  elapsedMs: 1,
};

describe("what a person is told", () => {
  it("is what happened, in sentences", () => {
    const text = tellReport(report, plan).join("\n");
    expect(text).toContain("1 recovered firearms were screened: 1 could be asked about abroad");
    expect(text).toContain("1 State asked 1 State.");
    expect(text).toMatch(/^ +1 {2}no record$/mu);
    expect(text).toContain("Lost: 0. Doubled: 0.");
    expect(text).toContain("The message log of 4 entries verifies.");
  });

  it("is that the log does not verify, where it does not", () => {
    const bad = { ...report, log: { ...report.log, verified: false } };
    expect(tellReport(bad, plan).join("\n")).toContain("DOES NOT VERIFY");
  });

  it("is who asked whom", () => {
    const lines = tellStates(plan);
    expect(lines.find((line) => line.includes("Austria"))).toMatch(/AT {2}Austria +0 +1$/u);
    expect(lines.find((line) => line.includes("United States"))).toMatch(/1 +0$/u);
  });

  const detail: CaseDetail = {
    caseId: "case-1",
    peer: "AT",
    state: "ANSWERED",
    outcome: "NO_RECORD",
    nationalCaseNumber: "T-1",
    reply: { sourceNote: "Register of AT.", final: { remarks: "Nothing on record." } },
    messages: [{ messageId: "m", logIndex: 7, receipts: [{ type: "ACCEPTED", by: "GATEWAY" }] }],
  };

  it("is one case from end to end", () => {
    const text = tellSample(sample, detail).join("\n");
    expect(text).toContain("United States found a GLOCK 9mm, serial number MADE-123 (T-1)");
    expect(text).toContain("accepted by GATEWAY. It is entry 7 of the log.");
    expect(text).toContain("Austria answered NO_RECORD: Nothing on record.");
    expect(text).toContain("Source: Register of AT.");
  });

  it("cannot be bent by what a row holds", () => {
    const row = recoveredRow({ serialNumber: "\u001B[2J\u202E123" });
    const text = tellSample({ ...sample, row }, detail).join("\n");
    expect(text).not.toContain("\u001B");
    expect(text).not.toContain("\u202E");
  });

  it("is where to look and how to look further", () => {
    const participants = new Map([["AT", "http://127.0.0.1:2"]]);
    const addresses = tellAddresses({ gateway: "http://127.0.0.1:1", participants });
    expect(addresses.join("\n")).toMatch(/gateway {2}http:\/\/127\.0\.0\.1:1\n {2}AT {7}http/u);
    const commands = tellCommands("/d", sample).join("\n");
    expect(commands).toContain("npx tracepost trace show T-1 --data /d --participant US");
    expect(commands).toContain("npx tracepost log verify --data /d");
    expect(commands).toContain("made up");
  });
});
