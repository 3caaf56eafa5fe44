import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { candidateLookups, findCandidates, lookAlikeKey, serialKeysOf } from "#casework";

const LATIN = [..."ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"];
const serial = fc
  .array(fc.constantFrom(...LATIN), { minLength: 5, maxLength: 14 })
  .map((glyphs) => glyphs.join(""));
const place = fc.nat();
const alphabet = [...new Set(LATIN.map((glyph) => lookAlikeKey(glyph)))];

/** The confusions that may not be missed: what stands on the firearm, and what was read. */
const CONFUSED: Readonly<Record<string, readonly string[]>> = {
  "0": ["O", "О", "Ο", "٠", "۰"],
  O: ["0", "О", "Ο"],
  "1": ["I", "l", "L", "١"],
  I: ["1", "l", "Ι"],
  L: ["1", "I"],
  S: ["5", "Ѕ"],
  "5": ["S", "٥"],
  B: ["8", "В", "Β"],
  "8": ["B", "٨"],
  Z: ["2", "Ζ"],
  "2": ["Z", "٢"],
  A: ["А", "Α"],
  E: ["Е", "Ε"],
  X: ["Х", "Χ"],
};

/** What may have gone wrong between the firearm and the one who asks. */
const readings: Readonly<Record<string, (kept: string, at: number, glyph: string) => string>> = {
  "written otherwise": (kept, at) =>
    `${kept.slice(0, at % kept.length)} -${kept.slice(at % kept.length)}`.toLowerCase(),
  "read alike": (kept, at) =>
    [...kept]
      .map((glyph, index) => {
        const others = CONFUSED[glyph] ?? [];
        return others[(at + index) % Math.max(1, others.length)] ?? glyph;
      })
      .join(""),
  transposed: (kept, at) => {
    const from = at % (kept.length - 1);
    return `${kept.slice(0, from)}${kept[from + 1]}${kept[from]}${kept.slice(from + 2)}`;
  },
  "a character missing": (kept, at) =>
    `${kept.slice(0, at % kept.length)}${kept.slice((at % kept.length) + 1)}`,
  "a character too many": (kept, at, glyph) =>
    `${kept.slice(0, at % kept.length)}${glyph}${kept.slice(at % kept.length)}`,
  "a character misread": (kept, at, glyph) =>
    `${kept.slice(0, at % kept.length)}${glyph}${kept.slice((at % kept.length) + 1)}`,
  "one unknown": (kept, at) =>
    `${kept.slice(0, at % kept.length)}?${kept.slice((at % kept.length) + 1)}`,
  "an end unknown": (kept, at) => `${kept.slice(0, 3 + (at % (kept.length - 3)))}*`,
  "a beginning unknown": (kept, at) => `*${kept.slice(at % (kept.length - 3))}`,
  "zeros left out": (kept) => kept.replace(/^[0O]{1,4}/u, "") || kept,
  "cut short": (kept, at) => kept.slice(0, Math.max(5, at % kept.length)),
};

/** Whether the look-ups for what was read fetch a row: what the indexes of a register do. */
function fetches(read: string, kept: string): boolean {
  const planned = candidateLookups(read, "NEAR", alphabet);
  if (!planned.ok) return false;
  const { keys, prefixes, tails } = planned.lookups;
  const { lookAlike, tail } = serialKeysOf(kept);
  return (
    keys.includes(lookAlike) ||
    prefixes.some((prefix) => lookAlike.startsWith(prefix)) ||
    tails.some((end) => tail.startsWith(end))
  );
}

describe("matching", () => {
  it.each(Object.keys(readings))("misses no firearm whose serial number was %s", (name) => {
    const read = readings[name];
    fc.assert(
      fc.property(serial, place, fc.constantFrom(...LATIN), (kept, at, glyph) => {
        const asked = read?.(kept, at, glyph) ?? kept;
        expect(fetches(asked, kept), `${asked} fetches ${kept}`).toBe(true);
        const firearm = { id: "1", serialRaw: kept, make: "GLOCK" };
        const found = findCandidates({ serial: asked }, [firearm]);
        expect(
          found.map((each) => each.firearm.id),
          `${asked} ranks ${kept}`,
        ).toEqual(["1"]);
      }),
    );
  });

  it("ranks the same whatever the order of the rows, and each row once", () => {
    const rows = fc.uniqueArray(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 3 }),
        serialRaw: fc.oneof(serial, fc.constantFrom("AB1234", "A81234", "AB-1234", "BA1234")),
        make: fc.constantFrom("GLOCK", "TAURUS", "BERETTA"),
      }),
      { selector: (row) => row.id, maxLength: 12 },
    );
    const shuffled = rows.chain((list) =>
      fc.tuple(
        fc.constant(list),
        fc.shuffledSubarray(list, { minLength: list.length, maxLength: list.length }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([list, other]) => {
        const wanted = { serial: "AB1234", make: "GLOCK" };
        const found = findCandidates(wanted, list);
        expect(findCandidates(wanted, [...other, ...list])).toEqual(found);
        for (const { score, reasons } of found) {
          expect(score).toBeGreaterThanOrEqual(0);
          expect(score).toBeLessThanOrEqual(100);
          expect(reasons[0]?.field).toBe("serial");
        }
      }),
    );
  });

  it("of what was read exactly puts the firearm itself first", () => {
    fc.assert(
      fc.property(serial, fc.array(serial, { maxLength: 8 }), (kept, others) => {
        const rows = [kept, ...others].map((serialRaw, index) => {
          return { id: `${index}`, serialRaw, make: "GLOCK" };
        });
        const [first] = findCandidates({ serial: kept }, rows);
        expect(first?.relation).toBe("EXACT");
        expect(first?.firearm.serialRaw).toBe(kept);
      }),
    );
  });

  it("asks for a bounded number of points, whatever was read", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 40 }), (read) => {
        const planned = candidateLookups(read, "NEAR", alphabet);
        if (planned.ok) expect(planned.lookups.keys.length).toBeLessThan(10_000);
        else expect(planned.rule).not.toBe("");
      }),
    );
  });
});
