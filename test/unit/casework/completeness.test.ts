import { describe, expect, test } from "vitest";
import { checkTraceRequest, completenessOf, withLacking } from "#casework";
import { Ammunition, FindingLevel, MarkLocation, SubjectKind, type TraceRequest } from "#proto";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

/** TP-CASE-6 */
const weigh = (request: TraceRequest) => completenessOf(request, checkTraceRequest(request));

describe("the completeness of a request", () => {
  test("is all it can be when everything answers are found by is given", () => {
    expect(weigh(completeTraceRequest())).toEqual({ points: 100, of: 100, lacking: [] });
  });

  test("names what would add points", () => {
    const request = completeTraceRequest();
    const { firearm, recovery } = request;
    if (firearm === undefined || recovery === undefined) throw new TypeError("not complete");
    // Unreadable for everybody is allowed, and an answer is found less often.
    firearm.model = "UNKNOWN";
    recovery.place = "";
    expect(weigh(request)).toEqual({
      points: 79,
      of: 100,
      lacking: [
        { field: "firearm.model", points: 16 },
        { field: "recovery.place", points: 5 },
      ],
    });
  });

  test("does not count a number nobody can search for", () => {
    const request = completeTraceRequest();
    if (request.firearm !== undefined) request.firearm.serialRaw = "N/A";
    expect(weigh(request).lacking).toEqual([{ field: "firearm.serial_raw", points: 16 }]);
  });

  test("takes an import mark for the country", () => {
    const request = completeTraceRequest();
    if (request.firearm !== undefined) {
      request.firearm.countryOfManufacture = "";
      request.firearm.importMark = { country: "KE", year: 2020, importer: "" };
    }
    expect(weigh(request).lacking).toEqual([]);
  });

  test("gives ten points for a photograph, five for the receiver, five for the place", () => {
    const request = completeTraceRequest();
    if (request.firearm !== undefined) request.firearm.serialLocation = MarkLocation.BARREL;
    if (request.recovery !== undefined) request.recovery.place = "";
    expect(weigh({ ...request, attachments: [] })).toEqual({
      points: 80,
      of: 100,
      lacking: [
        { field: "attachments", points: 10 },
        { field: "firearm.serial_location", points: 5 },
        { field: "recovery.place", points: 5 },
      ],
    });
  });

  test("asks nothing of a firearm where ammunition is the subject", () => {
    const subject = { subjectKind: SubjectKind.AMMUNITION, firearm: undefined };
    const ammunition = Ammunition.create({ lot: "MU-21-004", headstamp: "MU 21" });
    const request = { ...completeTraceRequest(), ...subject, ammunition };
    const lacking = weigh(request).lacking.map(({ field }) => field);
    expect(lacking).toEqual([
      "ammunition.calibre",
      "ammunition.packaging_marks",
      "ammunition.manufacturer",
      "ammunition.round_count",
    ]);
  });

  test("adds as advice what would add points and nothing was said about (TP-REQ-5)", () => {
    const request = { ...completeTraceRequest(), attachments: [] };
    const findings = checkTraceRequest(request);
    expect(findings).toEqual([]);
    expect(withLacking(findings, completenessOf(request, findings))).toEqual([
      { field: "attachments", rule: "missing", level: FindingLevel.ADVICE },
    ]);
  });
});
