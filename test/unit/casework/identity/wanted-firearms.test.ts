import { describe, expect, it } from "vitest";
import { wantedFirearms, whyUnsearchable } from "#casework";
import { Firearm, FirearmPart, SubjectKind, TraceRequest } from "#proto";

const wantedOf = (firearm: Partial<Firearm> | undefined, parts: readonly Partial<FirearmPart>[]) =>
  wantedFirearms(
    TraceRequest.create({
      firearm: firearm && Firearm.create(firearm),
      parts: parts.map((part) => FirearmPart.create(part)),
    }),
  );

describe("what a register is asked about a request (TP-FIRE-16)", () => {
  it("is the firearm, then each part by marks of its own", () => {
    const firearm = { make: "GLOCK", model: "17", calibre: "9x19", serialRaw: "FRAME 1" };
    const slide = { make: "GLOCK", serialRaw: "SLIDE 2" };
    expect(wantedOf(firearm, [slide, { serialRaw: "BARREL 3" }])).toEqual([
      { serial: "FRAME 1", make: "GLOCK", model: "17", calibre: "9x19" },
      { serial: "SLIDE 2", make: "GLOCK" },
      { serial: "BARREL 3", make: "" },
    ]);
  });

  it("leaves out what has no serial number: nothing tells it from others", () => {
    expect(wantedOf({ make: "UNKNOWN", serialRaw: " - " }, [{ make: "COLT" }])).toEqual([]);
    expect(wantedOf(undefined, [])).toEqual([]);
  });

  it.each([
    [SubjectKind.AMMUNITION, /ammunition/u],
    [SubjectKind.PART_COMPONENT, /parts/u],
    [SubjectKind.FIREARM, /no serial number/u],
  ])("says of subject %s why there is no answer by itself", (subjectKind, sentence) => {
    expect(whyUnsearchable(TraceRequest.create({ subjectKind }))).toMatch(sentence);
  });
});
