import { describe, expect, inject, it } from "vitest";
import { ExchangeStatus, PeriodLength } from "#proto";
import type { NamedStates, SafeTable } from "#statistics";
import { makeRelease } from "../../support/made-release.ts";
import { addMadeUp, anyConsents, countsOf, nothingYet } from "../../support/made-up-counts.ts";
import { attackNamed, type NamedRelease } from "../../support/named-attacker.ts";
import { randomFrom } from "../../support/seeded-random.ts";

const seed = inject("seed");
const MEMBERS = ["BJ", "GH", "NE", "NG", "TG"];
const NOBODY: NamedStates = { VOLUMES: [], OUTCOMES: [], TIMELINESS: [], ROUTES: [] };
const about = {
  ...{ body: "ECOWAS", members: MEMBERS, length: PeriodLength.MONTH, period: "2026-10" },
  ...{ releasedOn: "2026-11-10", status: ExchangeStatus.ACTUAL },
};

describe("an attacker that subtracts what is named from what is summed (TP-STAT-16)", () => {
  const trial = (name: string, cases: readonly NamedRelease[][]): number => {
    let [cells, hidden, shown] = [0, 0, 0];
    for (const releases of cases) {
      const attack = attackNamed(releases, MEMBERS);
      const of = releases.map(({ made, named }) => ({ made, named }));
      expect(attack.recovered, `${name}, seed ${seed}: ${JSON.stringify(of)}`).toEqual([]);
      cells += attack.cells;
      hidden += attack.hidden;
      shown += attack.shown;
    }
    const share = ((100 * shown) / cells).toFixed(1);
    console.info(
      `${name}: ${cases.length} tried, recovered 0 of ${hidden} hidden counts; ` +
        `shown: ${share} % of ${cells} cells`,
    );
    return shown / cells;
  };

  it("finds no State that has not consented", () => {
    const random = randomFrom(seed);
    const upTo = (most: number): number => Math.floor(random() * (most + 1));
    const cases = Array.from({ length: 30 }, (): NamedRelease[] => {
      const made = nothingYet();
      addMadeUp(made, random, { members: MEMBERS, size: 5 + upTo(60), most: 1 + upTo(10) });
      const named = anyConsents(random, MEMBERS, 0.3 + 0.6 * random());
      const { release } = makeRelease({ ...about, named, vintage: 1 }, countsOf(made), []);
      return [{ release, made, named }];
    });
    expect(trial("Named States", cases)).toBeGreaterThan(0.3);
  });

  it("finds none in a later vintage, which names nobody", () => {
    const random = randomFrom(seed + 1);
    const upTo = (most: number): number => Math.floor(random() * (most + 1));
    const cases = Array.from({ length: 4 }, (): NamedRelease[] => {
      const made = nothingYet();
      const earlier: SafeTable[] = [];
      return [anyConsents(random, MEMBERS, 0.6), NOBODY].map((named, index) => {
        const size = index === 0 ? 10 + upTo(30) : upTo(6);
        addMadeUp(made, random, { members: MEMBERS, size, most: 1 + upTo(10) });
        const of = { ...about, named, vintage: index + 1 };
        const { release, safe } = makeRelease(of, countsOf(made), earlier);
        earlier.push(...safe);
        return { release, made: structuredClone(made), named };
      });
    });
    trial("Named vintages", cases);
  });
});
