import { describe, expect, test } from "vitest";
import { checkTraceRequest, completenessOf } from "#casework";
import { SubjectKind, type TraceRequest } from "#proto";
import { completeTraceRequest } from "../../support/trace-bodies.ts";

/** TP-CASE-6 */
const weigh = (request: TraceRequest) => completenessOf(request, checkTraceRequest(request));

describe("the completeness of a request", () => {
  test("is all it can be when everything answers are found by is given", () => {
    expect(weigh(completeTraceRequest())).toEqual({ points: 85, of: 85, lacking: [] });
  });

  test("names what would add points", () => {
    const request = completeTraceRequest();
    const { firearm, recovery } = request;
    if (firearm === undefined || recovery === undefined) throw new TypeError("not complete");
    // Unreadable for everybody is allowed, and an answer is found less often.
    firearm.model = "UNKNOWN";
    recovery.place = "";
    expect(weigh(request)).toEqual({
      points: 64,
      of: 85,
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

  test("asks nothing of a firearm where ammunition is the subject", () => {
    const request = { ...completeTraceRequest(), subjectKind: SubjectKind.AMMUNITION };
    expect(weigh({ ...request, firearm: undefined })).toMatchObject({ points: 5, of: 5 });
  });
});
