import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RegisterBundle } from "#proto";
import { REGISTER_LIMITS } from "#runtime";
import {
  formatRegisterPins,
  parseRegisterPins,
  type RegisterState,
  registerStanding,
  type SigningKeyPair,
  takeRegister,
} from "#trust";
import {
  DAY_MS,
  manifestOf,
  RegisterAuthority,
  Roots,
  START_MS,
} from "../../support/register-authority.ts";

/** Who signs a version: enough of a root set, one too few of it, or nobody. */
const SIGNERS = ["old", "new", "both", "few", "none"] as const;

/** How a version is made from those before it. */
interface Recipe {
  /** Which of the versions made so far it follows; none of them: it begins anew. */
  readonly parent: number;
  readonly rotates: boolean;
  readonly signers: (typeof SIGNERS)[number];
  readonly issuedDay: number;
  readonly lifeDays: number;
}

/** A version as the model knows it: who it is, and what was signed; no bytes. */
interface Version {
  readonly number: number;
  readonly parent: Version | undefined;
  readonly rootSet: number;
  /** Whether a threshold of each root set has signed it. */
  readonly signedBy: readonly boolean[];
  readonly issuedMs: number;
  readonly expiresMs: number;
  readonly bundle: RegisterBundle;
}

/** What is offered to the client, when. */
interface Offer {
  readonly version: number;
  /** How many versions before it come along. */
  readonly ancestors: number;
  readonly day: number;
  /** The client stops and starts again before it. */
  readonly restarts: boolean;
}

const authority = new RegisterAuthority();
const ROOT_SETS = [authority.roots, new Roots()] as const;

const recipes = fc.array(
  fc.record({
    parent: fc.nat({ max: 8 }),
    rotates: fc.boolean(),
    signers: fc.oneof(fc.constantFrom(...SIGNERS), fc.constant("both" as const)),
    issuedDay: fc.integer({ min: 0, max: 40 }),
    lifeDays: fc.integer({ min: 1, max: 31 }),
  }),
  { minLength: 3, maxLength: 8 },
);
const offers: fc.Arbitrary<readonly Offer[]> = fc.array(
  fc.record({
    version: fc.nat({ max: 7 }),
    ancestors: fc.oneof(fc.constant(0), fc.nat({ max: 4 })),
    day: fc.integer({ min: 0, max: 90 }),
    restarts: fc.boolean(),
  }),
  { minLength: 3, maxLength: 12 },
);

function make(made: readonly Version[], recipe: Recipe, serial: number): Version {
  const parent = made[recipe.parent];
  const oldSet = parent?.rootSet ?? 0;
  const rootSet = recipe.rotates ? 1 - oldSet : oldSet;
  const enough = (set: number) => ROOT_SETS[set as 0 | 1].pairs.slice(0, 2);
  const signers: readonly SigningKeyPair[] = {
    old: enough(oldSet),
    new: enough(rootSet),
    both: [...enough(oldSet), ...(rootSet === oldSet ? [] : enough(rootSet))],
    few: [...enough(oldSet).slice(1), ...(rootSet === oldSet ? [] : enough(rootSet))],
    none: [],
  }[recipe.signers];
  // A second of its own, so that two versions are never the same bytes.
  const issuedMs = START_MS + recipe.issuedDay * DAY_MS + serial * 1_000;
  const lifeMs = recipe.lifeDays * DAY_MS;
  const bundle = authority.issue([], {
    previous: parent && manifestOf(parent.bundle),
    roots: ROOT_SETS[rootSet as 0 | 1].set,
    issuedAtMs: issuedMs,
    lifeMs,
    signers,
  });
  return {
    number: (parent?.number ?? 0) + 1,
    parent,
    rootSet,
    signedBy: [0, 1].map((set) => enough(set).every((pair) => signers.includes(pair))),
    issuedMs,
    expiresMs: issuedMs + lifeMs,
    bundle,
  };
}

/** The versions that are offered together, oldest first. */
function lineage(version: Version, ancestors: number): readonly Version[] {
  const before = version.parent;
  const older = before === undefined || ancestors === 0 ? [] : lineage(before, ancestors - 1);
  return [...older, version];
}

/** What the client must say, told from who descends from whom and who signed what. */
function expected(
  current: Version | undefined,
  offered: readonly Version[],
  nowMs: number,
): string {
  const last = offered.at(-1) as Version;
  const rootSet = current?.rootSet ?? 0;
  if (current !== undefined) {
    if (last.number < current.number) return "ROLLBACK";
    const rival = offered.find(({ number }) => number === current.number);
    if (rival !== undefined && rival !== current) {
      return rival.signedBy[rootSet] ? "FORK" : "THRESHOLD";
    }
  }
  const news = offered.filter(({ number }) => number > (current?.number ?? 0));
  const [first] = news;
  if (current !== undefined && first !== undefined && first.number !== current.number + 1)
    return "GAP";
  let roots = rootSet;
  let before = current;
  for (const version of news) {
    if (!version.signedBy[roots] || !version.signedBy[version.rootSet]) return "THRESHOLD";
    if (before !== undefined && version.parent !== before) return "FORK";
    roots = version.rootSet;
    before = version;
  }
  if (last.issuedMs > nowMs + REGISTER_LIMITS.aheadMsMax) return "AHEAD";
  if (nowMs >= last.expiresMs + REGISTER_LIMITS.graceMs) return "EXPIRED";
  return last === current ? "known" : "taken";
}

function restarted(state: RegisterState): RegisterState {
  const read = parseRegisterPins(formatRegisterPins(state));
  if (!read.ok) throw new TypeError(read.refusal.detail);
  return read.value;
}

describe("the register client, whatever it is offered and whenever", () => {
  it("does what a model of signed descent says (TP-REG-1, TP-REG-2, TP-REG-5)", () => {
    const seen = new Set<string>();
    fc.assert(
      fc.property(recipes, offers, (made, offered) => {
        const versions: Version[] = [];
        for (const recipe of made) versions.push(make(versions, recipe, versions.length));
        let state = authority.newcomer();
        let current: Version | undefined;
        const taken = new Map<number, Version>();
        for (const { ancestors, day, restarts, version: index } of offered) {
          const version = versions[index % versions.length] as Version;
          const nowMs = START_MS + day * DAY_MS;
          const chain = lineage(version, ancestors);
          const manifests = chain.flatMap(({ bundle }) => bundle.manifests);
          if (restarts) state = restarted(state);
          const taking = takeRegister(state, { ...version.bundle, manifests }, nowMs);
          const said = taking.outcome === "refused" ? taking.refusal.code : taking.outcome;
          expect(said).toBe(expected(current, chain, nowMs));
          seen.add(said);
          if (taking.outcome === "refused") expect(taking.state).toBe(state);
          if (said === "taken") {
            // Never back, never two of one number, whatever the model may have overlooked.
            expect(version.number).toBeGreaterThan(current?.number ?? 0);
            expect(taken.has(version.number)).toBe(false);
            expect(registerStanding(taking.state, nowMs).name).not.toBe("closed");
            taken.set(version.number, version);
            current = version;
          }
          state = taking.state;
          expect(Number(state.taken?.view.version ?? 0n)).toBe(current?.number ?? 0);
        }
      }),
      { numRuns: 300 },
    );
    // The property says nothing unless the trials reach every answer; cut short, it need not.
    if (fc.readConfigureGlobal().interruptAfterTimeLimit !== undefined) return;
    const all = ["taken", "known", "ROLLBACK", "FORK", "GAP", "THRESHOLD", "AHEAD", "EXPIRED"];
    expect([...seen].toSorted()).toEqual(all.toSorted());
  });

  it("only gets worse by waiting, at the times it says (TP-REG-3)", () => {
    const order = ["fresh", "stale", "grace", "closed"];
    const first = authority.issue([]);
    const freshDay = fc.integer({ min: 0, max: 6 });
    const hours = fc.array(fc.integer({ min: 0, max: 50 * 24 }), { minLength: 2, maxLength: 20 });
    fc.assert(
      fc.property(freshDay, hours, (day, waits) => {
        const atMs = START_MS + day * DAY_MS;
        const taking = takeRegister(authority.newcomer(), authority.freshened(first, atMs), atMs);
        const times = waits.map((hour) => atMs + (hour * DAY_MS) / 24).toSorted((a, b) => a - b);
        let worst = 0;
        for (const nowMs of times) {
          const { name, untilMs } = registerStanding(taking.state, nowMs);
          expect(order.indexOf(name)).toBeGreaterThanOrEqual(worst);
          worst = order.indexOf(name);
          if (untilMs === undefined) continue;
          expect(registerStanding(taking.state, untilMs - 1).name).toBe(name);
          expect(order.indexOf(registerStanding(taking.state, untilMs).name)).toBeGreaterThan(
            worst,
          );
        }
      }),
      { numRuns: 200 },
    );
  });
});
