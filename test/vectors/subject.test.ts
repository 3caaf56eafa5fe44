import { describe, expect, it } from "vitest";
import { kindFromJSON, laneFromJSON } from "#proto";
import { inSubject, outSubject, parseInSubject, parseOutSubject } from "#wire";
import { readVectors } from "../support/vectors.ts";

interface Subjects {
  readonly valid: readonly {
    readonly subject: string;
    readonly direction: "out" | "in";
    readonly participant: string;
    readonly lane: string;
    readonly kind: string;
  }[];
  readonly invalid: readonly string[];
}

describe("the golden vectors of subjects", () => {
  const { invalid, valid } = readVectors<Subjects>("subject/subjects.json");

  it.each(valid)("are read and built alike: $subject", (vector) => {
    const address = {
      participant: vector.participant,
      lane: laneFromJSON(vector.lane),
      kind: kindFromJSON(vector.kind),
    };
    const isOut = vector.direction === "out";
    const build = isOut ? outSubject : inSubject;
    expect(build(address.participant, address.lane, address.kind)).toBe(vector.subject);
    expect(parseOutSubject(vector.subject)).toEqual(isOut ? address : undefined);
    expect(parseInSubject(vector.subject)).toEqual(isOut ? undefined : address);
  });

  it.each(invalid)("are of nobody: %j", (subject) => {
    expect(parseOutSubject(subject)).toBeUndefined();
    expect(parseInSubject(subject.replace("tp.out.", "tp.in."))).toBeUndefined();
  });
});
