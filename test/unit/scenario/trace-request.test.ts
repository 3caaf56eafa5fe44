import { describe, expect, it } from "vitest";
import { compileSchema } from "#runtime";
import { toTraceBody } from "../../../scenario/trace-request.ts";
import { NewTrace } from "../../../services/focal-point/api/trace-schema.ts";
import { plannedRequest } from "../../support/recovered-rows.ts";

const STARTED_AT_MS = Date.UTC(2026, 2, 1, 12);
const schema = compileSchema(NewTrace);

describe("the trace request of a row", () => {
  it("has the form the focal point takes", () => {
    expect(schema.check(toTraceBody(plannedRequest(), STARTED_AT_MS))).toMatchObject({ ok: true });
  });

  it("carries what was recorded, unchanged", () => {
    const row = { manufacturer: " glock", serialNumber: "ab 1-2.3", calibre: "9 MM" };
    const { request, to } = toTraceBody(plannedRequest(row), STARTED_AT_MS);
    expect(to).toBe("AT");
    expect(request.nationalCaseNumber).toBe("T-1");
    expect(request.firearm).toMatchObject({
      make: " glock",
      serialRaw: "ab 1-2.3",
      calibre: "9 MM",
    });
    expect(request.recovery).toMatchObject({ date: "2024-02-29", country: "US" });
  });

  it("relies on the Tracing Instrument, as a routine request", () => {
    const body = toTraceBody(plannedRequest(), STARTED_AT_MS);
    expect(body.instrumentBasis).toEqual(["ITI"]);
    expect(body.priority).toBe("ROUTINE");
  });

  it("names everything it supplied, and nothing that was recorded", () => {
    const { request } = toTraceBody(plannedRequest(), STARTED_AT_MS);
    expect(request.suppliedFields).toEqual(
      expect.arrayContaining(["firearm.type", "firearm.model", "illicit_grounds", "prior_checks"]),
    );
    for (const field of ["firearm.make", "firearm.serial_raw", "recovery.date"]) {
      expect(request.suppliedFields).not.toContain(field);
    }
  });

  it.each([
    ["", "notRecorded"],
    ["2028-03-10", "recordedInTheFuture"],
  ])("puts the day of the run for a recovery date %j, marked and with a warning", (date, rule) => {
    const { request } = toTraceBody(plannedRequest({ recoveryDate: date }), STARTED_AT_MS);
    expect(request.recovery.date).toBe("2026-03-01");
    expect(request.suppliedFields).toContain("recovery.date");
    expect(request.findings).toEqual([{ field: "recovery.date", rule, level: "WARNING" }]);
  });

  it("is the same when the run is resumed later", () => {
    const row = plannedRequest({ recoveryDate: "" });
    expect(toTraceBody(row, STARTED_AT_MS)).toEqual(toTraceBody(row, STARTED_AT_MS));
  });
});
