import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Side } from "#casework";
import type { TraceMove } from "#proto";
import { CaseWire, MOVES_OF, otherSide } from "../../support/case-wire.ts";

type Name = keyof typeof TraceMove;

/** What the requested State may say while it works on a case, and where that leads. */
const AT_WORK: Readonly<Partial<Record<Name, string>>> = {
  REQUEST_FOR_INFORMATION: "INFORMATION_REQUESTED",
  INTERIM: "INTERIM",
  FINAL: "ANSWERED",
  REFERRAL: "REFERRED",
  DELAY: "DELAYED",
  REFUSAL: "REFUSED",
};
const { REFUSAL: _, ...NOT_REFUSING } = AT_WORK;
const AFTER_AN_ANSWER = { CASE_CLOSED: "CLOSED", CASE_REOPENED: "REOPENED" } as const;
const WITHDRAWING = { WITHDRAWAL: "WITHDRAWN", REMINDER: "" } as const;

/**
 * The conversation as docs/spec/moves.md has it, written down once more by hand: state → side →
 * move → next state, "" for the same. Nothing of the product is used.
 */
const REFERENCE: Readonly<Record<string, Readonly<Record<Side, Partial<Record<Name, string>>>>>> = {
  DELIVERED: {
    requested: { ACKNOWLEDGEMENT: "ACKNOWLEDGED", FINAL: "ANSWERED", REFUSAL: "REFUSED" },
    requesting: WITHDRAWING,
  },
  ACKNOWLEDGED: { requested: AT_WORK, requesting: WITHDRAWING },
  IN_PROGRESS: { requested: AT_WORK, requesting: WITHDRAWING },
  INTERIM: { requested: AT_WORK, requesting: WITHDRAWING },
  DELAYED: { requested: AT_WORK, requesting: WITHDRAWING },
  INFORMATION_REQUESTED: {
    requested: {},
    requesting: { SUPPLEMENTARY_INFORMATION: "IN_PROGRESS", WITHDRAWAL: "WITHDRAWN" },
  },
  REFERRED: {
    requested: { CORRECTION: "CORRECTED" },
    requesting: { ...AFTER_AN_ANSWER, OUTCOME_FEEDBACK: "" },
  },
  REFUSED: {
    requested: NOT_REFUSING,
    requesting: { CLARIFICATION_REQUEST: "CLARIFICATION_SOUGHT", CASE_CLOSED: "CLOSED" },
  },
  CLARIFICATION_SOUGHT: {
    requested: { ...NOT_REFUSING, CLARIFICATION: "IN_PROGRESS" },
    requesting: { REMINDER: "" },
  },
  ANSWERED: {
    requested: { CORRECTION: "CORRECTED" },
    requesting: { ...AFTER_AN_ANSWER, OUTCOME_FEEDBACK: "" },
  },
  REOPENED: { requested: AT_WORK, requesting: { REMINDER: "" } },
  CORRECTED: {
    requested: { ...AT_WORK, CORRECTION: "CORRECTED" },
    requesting: { ...AFTER_AN_ANSWER, OUTCOME_FEEDBACK: "" },
  },
  WITHDRAWN: { requested: { INTERIM: "" }, requesting: { CASE_CLOSED: "CLOSED" } },
  CLOSED: { requested: { CORRECTION: "" }, requesting: { OUTCOME_FEEDBACK: "" } },
};

/** The reference: where the case stands as long as nobody has sent without knowing everything. */
interface Model {
  state: string;
  /** A side has sent before it had what the other sent: from here the wire decides. */
  hasCrossed: boolean;
  /** Sides whose last message the other one has not had. */
  unseen: Set<Side>;
}

type Step = fc.Command<Model, CaseWire>;

class Say implements Step {
  readonly by: Side;
  readonly name: Name;
  constructor(by: Side, name: Name) {
    this.by = by;
    this.name = name;
  }
  check(): boolean {
    return true;
  }
  run(model: Model, wire: CaseWire): void {
    wire.tick(1_000);
    const before = wire.stateAt(this.by);
    const next = REFERENCE[before]?.[this.by][this.name];
    const made = wire.make(this.by, this.name, false);
    // Each side follows the reference from where it sees the case, whatever is on its way.
    expect(made !== undefined, `${this} in ${before}`).toBe(next !== undefined);
    if (next === undefined) return;
    expect(wire.stateAt(this.by)).toBe(next === "" ? before : next);
    if (model.unseen.has(otherSide(this.by))) model.hasCrossed = true;
    model.unseen.add(this.by);
    if (!model.hasCrossed && next !== "") model.state = next;
  }
  toString(): string {
    return `${this.by} says ${this.name}`;
  }
}

class Carry implements Step {
  readonly to: Side;
  readonly pick: number;
  constructor(to: Side, pick: number) {
    this.to = to;
    this.pick = pick;
  }
  check({ unseen }: Readonly<Model>): boolean {
    return unseen.has(otherSide(this.to));
  }
  run(model: Model, wire: CaseWire): void {
    const from = otherSide(this.to);
    while (wire.ends[from].outbox.length > 0) wire.toGateway(from);
    while (wire.ends[this.to].inbox.length > 0) wire.toEnd(this.to, this.pick);
    wire.toReceipts(this.to, this.pick);
    model.unseen.delete(from);
    if (model.unseen.size > 0) return;
    const gateway = wire.standingOf(wire.taken).state;
    expect([wire.stateAt("requesting"), wire.stateAt("requested")]).toEqual([gateway, gateway]);
    if (!model.hasCrossed) expect(gateway).toBe(model.state);
    // Both know everything again, and go on from there.
    model.state = gateway;
    model.hasCrossed = false;
  }
  toString(): string {
    return `everything is carried to the ${this.to} State`;
  }
}

const say = (by: Side) => fc.constantFrom(...MOVES_OF[by]).map((name) => new Say(by, name));
const carry = fc
  .tuple(fc.constantFrom<Side>("requesting", "requested"), fc.nat(3))
  .map(([to, pick]) => new Carry(to, pick));

describe("two focal points and the gateway's judge beside a reference model", () => {
  test("agree with it move by move, and with each other after whatever crossed (TP-MOVE-1)", () => {
    const commands = fc.commands([say("requesting"), say("requested"), carry], {
      maxCommands: 60,
      size: "max",
    });
    const skew = fc.integer({ min: -180_000, max: 180_000 });
    fc.assert(
      fc.property(commands, skew, (steps, skewMs) => {
        fc.modelRun(() => {
          const model: Model = { state: "DELIVERED", hasCrossed: false, unseen: new Set() };
          return { model, real: new CaseWire(skewMs) };
        }, steps);
      }),
      { numRuns: 1_000 },
    );
  });
});
