import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Kind, Lane } from "#proto";
import {
  inSubject,
  isParticipantId,
  outSubject,
  parseInSubject,
  parseOutSubject,
  stateOfParticipant,
} from "#wire";

const letters = (min: number, max: number, alphabet: string) =>
  fc.string({ unit: fc.constantFrom(...alphabet), minLength: min, maxLength: max });
const CAPITALS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const WORD = `${CAPITALS}0123456789`;

const participant = fc.oneof(
  letters(2, 2, CAPITALS),
  fc.tuple(letters(2, 2, CAPITALS), letters(2, 16, WORD)).map((pair) => pair.join("-")),
  letters(2, 16, WORD).map((name) => `ORG-${name}`),
);
const lane = fc.constantFrom(Lane.URGENT, Lane.NORMAL, Lane.BULK);
const kind = fc.constantFrom(...Object.values(Kind).filter((it) => it !== Kind.UNSPECIFIED));

describe("any subject", () => {
  it("is read back as what it was built from, and never as the other direction", () => {
    fc.assert(
      fc.property(participant, lane, kind, (id, inLane, ofKind) => {
        const address = { participant: id, lane: inLane, kind: ofKind };
        expect(parseOutSubject(outSubject(id, inLane, ofKind))).toEqual(address);
        expect(parseInSubject(inSubject(id, inLane, ofKind))).toEqual(address);
        expect(parseInSubject(outSubject(id, inLane, ofKind))).toBeUndefined();
        expect(parseOutSubject(inSubject(id, inLane, ofKind))).toBeUndefined();
      }),
    );
  });

  it("has five tokens without a wildcard or a blank, so NATS matches it exactly", () => {
    fc.assert(
      fc.property(participant, lane, kind, (id, inLane, ofKind) => {
        expect(outSubject(id, inLane, ofKind)).toMatch(/^tp\.out(\.[A-Za-z0-9-]+){3}$/);
      }),
    );
  });

  it("that is read is the one that would be built", () => {
    const token = fc.oneof(participant, fc.constantFrom("*", ">", "", "urgent", "trace-request"));
    const subject = fc.array(token, { maxLength: 7 }).map((tokens) => ["tp", ...tokens].join("."));
    fc.assert(
      fc.property(fc.oneof(subject, fc.string()), (text) => {
        const address = parseOutSubject(text);
        if (address === undefined) return;
        expect(outSubject(address.participant, address.lane, address.kind)).toBe(text);
      }),
    );
  });
});

describe("any participant id", () => {
  it("says its State, unless it is an organization's", () => {
    fc.assert(
      fc.property(participant, (id) => {
        expect(isParticipantId(id)).toBe(true);
        expect(stateOfParticipant(id)).toBe(id.startsWith("ORG-") ? undefined : id.slice(0, 2));
      }),
    );
  });

  it("with a line break, a wildcard or a lower-case letter is none", () => {
    fc.assert(
      fc.property(participant, fc.constantFrom("\n", ".", "*", ">", " ", "a", "é"), (id, bad) => {
        expect(isParticipantId(`${id}${bad}`)).toBe(false);
        expect(isParticipantId(`${bad}${id}`)).toBe(false);
        expect(stateOfParticipant(`${id}${bad}`)).toBeUndefined();
      }),
    );
  });
});
