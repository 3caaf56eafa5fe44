import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  foldMoves,
  judgeArrival,
  judgeMove,
  judgeNext,
  type Side,
  STANDING_MOVES,
  TRACE_TRANSITIONS,
  type TraceState,
} from "#casework";
import { OutcomeClass, TraceMove } from "#proto";
import { CaseWire, MOVES_OF, otherSide } from "../../support/case-wire.ts";
import { NOON_MS } from "../../support/made-moves.ts";

const DAY_MS = 86_400_000;

/** Domain notes 2.2, written down a second time: state → states that may come next. */
const NEXT_STATES: Readonly<Record<string, string>> = {
  DRAFT: "SUBMITTED DISCARDED",
  SUBMITTED: "DELIVERED REJECTED_BY_GATEWAY",
  REJECTED_BY_GATEWAY: "DRAFT",
  DISCARDED: "",
  DELIVERED: "ACKNOWLEDGED WITHDRAWN ANSWERED REFUSED",
  ACKNOWLEDGED: "IN_PROGRESS INFORMATION_REQUESTED DELAYED REFUSED REFERRED ANSWERED WITHDRAWN",
  INFORMATION_REQUESTED: "IN_PROGRESS CLOSED_NO_INFORMATION WITHDRAWN",
  IN_PROGRESS: "INTERIM ANSWERED DELAYED REFERRED REFUSED INFORMATION_REQUESTED WITHDRAWN",
  INTERIM: "INTERIM ANSWERED DELAYED REFERRED REFUSED INFORMATION_REQUESTED WITHDRAWN",
  DELAYED: "IN_PROGRESS ANSWERED REFUSED WITHDRAWN",
  REFERRED: "ANSWERED",
  REFUSED: "CLARIFICATION_SOUGHT CLOSED IN_PROGRESS",
  CLARIFICATION_SOUGHT: "REFUSED IN_PROGRESS",
  ANSWERED: "CLOSED REOPENED CORRECTED",
  REOPENED: "IN_PROGRESS ANSWERED",
  CORRECTED: "IN_PROGRESS ANSWERED",
  WITHDRAWN: "CLOSED",
  CLOSED_NO_INFORMATION: "CLOSED",
  CLOSED: "",
};
const STATES = Object.keys(NEXT_STATES) as TraceState[];
const nextOf = (state: string): string[] => (NEXT_STATES[state] ?? "").split(" ");

/** Steps that no message makes, as domain notes 2.2 words them: work begins, an answer is there. */
const SILENT: Readonly<Record<string, string>> = {
  ACKNOWLEDGED: "IN_PROGRESS",
  DELAYED: "IN_PROGRESS",
  REFUSED: "IN_PROGRESS",
  CLARIFICATION_SOUGHT: "IN_PROGRESS",
  REOPENED: "IN_PROGRESS",
  CORRECTED: "IN_PROGRESS ANSWERED",
  REFERRED: "ANSWERED",
};

/** Whether the notes lead from one state to another, at most one silent step in between. */
function isInNotes(from: string, to: string): boolean {
  const silent = (SILENT[from] ?? "").split(" ").filter((state) => state !== "");
  return nextOf(from).includes(to) || silent.some((state) => nextOf(state).includes(to));
}

describe("the table (TP-MOVE-1)", () => {
  test("is that of domain notes 2.2, transition by transition", () => {
    const table = Object.fromEntries(
      STATES.map((state) => [state, new Set(TRACE_TRANSITIONS[state].map(({ to }) => to))]),
    );
    const notes = Object.fromEntries(
      STATES.map((state) => [state, new Set(nextOf(state).filter((next) => next !== ""))]),
    );
    expect(table).toEqual(notes);
  });

  test("allows no message a transition outside it, and only what stands may stay (TP-MOVE-2)", () => {
    for (const from of STATES) {
      for (const by of ["requesting", "requested"] as const) {
        for (const name of Object.keys(TraceMove) as (keyof typeof TraceMove)[]) {
          const move = TraceMove[name];
          const judged = judgeMove(from, move, by);
          if (!judged.ok) continue;
          const stands = STANDING_MOVES[from]?.some((one) => one.move === move && one.by === by);
          expect(stands === true || nextOf(from).includes(judged.value), `${from} ${name}`).toBe(
            true,
          );
          if (stands === true) expect(judged.value).toBe(from);
        }
      }
    }
  });
});

const side = fc.constantFrom<Side>("requesting", "requested");
/** What may happen next on the wire; every number picks among what there is. */
const happening = fc.oneof(
  { weight: 5, arbitrary: fc.record({ what: fc.constant("make"), side, pick: fc.nat(20) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("gateway"), side, pick: fc.nat(3) }) },
  { weight: 4, arbitrary: fc.record({ what: fc.constant("end"), side, pick: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("receipt"), side, pick: fc.nat(3) }) },
  { weight: 2, arbitrary: fc.record({ what: fc.constant("tick"), side, pick: fc.nat(90_000) }) },
  { weight: 1, arbitrary: fc.record({ what: fc.constant("days"), side, pick: fc.nat(40) }) },
);
const story = fc.array(happening, { minLength: 5, maxLength: 60, size: "max" });
const skew = fc.integer({ min: -180_000, max: 180_000 });
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function play(wire: CaseWire, happenings: readonly Happening[]): void {
  for (const { what, side: who, pick } of happenings) {
    if (what === "make") {
      const names = MOVES_OF[who];
      wire.make(who, names[pick % names.length] ?? "REMINDER", pick % 2 === 0);
    } else if (what === "gateway") wire.toGateway(who);
    else if (what === "end") wire.toEnd(who, pick);
    else if (what === "receipt") wire.toReceipts(who, pick);
    else wire.tick(what === "days" ? pick * DAY_MS : pick);
  }
}

describe("two States and a gateway, with moves that cross and overtake each other", () => {
  test("lose no move that was legal where it was sent (TP-MOVE-6)", () => {
    fc.assert(
      fc.property(story, skew, (happenings, skewMs) => {
        const wire = new CaseWire(skewMs);
        play(wire, happenings);
        // The gateway refuses none: `toGateway` throws where it would.
        wire.settle();
      }),
      { numRuns: 600 },
    );
  });

  test("find the same state once everything has arrived (TP-MOVE-3)", () => {
    fc.assert(
      fc.property(story, skew, (happenings, skewMs) => {
        const wire = new CaseWire(skewMs);
        play(wire, happenings);
        wire.settle();
        const gateway = wire.standingOf(wire.taken).state;
        expect([wire.stateAt("requesting"), wire.stateAt("requested")]).toEqual([gateway, gateway]);
      }),
      { numRuns: 600 },
    );
  });

  test("make no transition that the notes do not have, whatever crosses (TP-MOVE-4)", () => {
    fc.assert(
      fc.property(story, skew, (happenings, skewMs) => {
        const wire = new CaseWire(skewMs);
        play(wire, happenings);
        wire.settle();
        for (const { effect, from, to } of wire.standingOf(wire.taken).steps) {
          if (effect === "moved") expect(isInNotes(from, to), `${from} to ${to}`).toBe(true);
          else expect(to).toBe(from);
        }
      }),
      { numRuns: 600 },
    );
  });

  test("go step by step through the notes where nothing crosses", () => {
    fc.assert(
      fc.property(story, (happenings) => {
        const wire = new CaseWire(0);
        let reference = "DELIVERED";
        for (const one of happenings.filter(({ what }) => what === "make")) {
          const names = MOVES_OF[one.side];
          const name = names[one.pick % names.length] ?? "REMINDER";
          wire.tick(1_000);
          const made = wire.make(one.side, name, one.pick % 2 === 0);
          wire.settle();
          const state = wire.stateAt("requested");
          if (made === undefined) expect(state).toBe(reference);
          else expect(state === reference || isInNotes(reference, state)).toBe(true);
          reference = state;
        }
        const { steps } = wire.standingOf(wire.taken);
        expect(steps.filter(({ effect }) => effect === "crossed")).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test("never lose a final reply to a withdrawal (TP-MOVE-5)", () => {
    fc.assert(
      fc.property(story, skew, (happenings, skewMs) => {
        const wire = new CaseWire(skewMs);
        play(wire, happenings);
        wire.settle();
        const { state, steps } = wire.standingOf(wire.taken);
        const last = steps.findLast(({ effect }) => effect === "moved");
        if (state !== "WITHDRAWN") return;
        expect(last?.move).toBe(TraceMove.WITHDRAWAL);
        const final = steps.find(({ move }) => move === TraceMove.FINAL);
        // One that was given before lies behind new facts or a correction, never beside it.
        if (final !== undefined) expect(final.effect).toBe("moved");
      }),
      { numRuns: 600 },
    );
  });

  test("refuse what the sender knows to be illegal (TP-MOVE-6)", () => {
    fc.assert(
      fc.property(story, side, fc.nat(20), (happenings, who, pick) => {
        const wire = new CaseWire(0);
        play(wire, happenings);
        wire.settle();
        wire.tick(60_000);
        for (const each of ["requesting", "requested"] as const) {
          while (wire.ends[each].receipts.length > 0) wire.toReceipts(each, 0);
        }
        wire.tick(60_000);
        const all = [...MOVES_OF[who], ...MOVES_OF[otherSide(who)]];
        const next = {
          messageId: "zzzz",
          by: who,
          move: TraceMove[all[pick % all.length] ?? "REMINDER"],
          sentAtMs: NOON_MS + 4_000 * DAY_MS,
          outcomeClass: OutcomeClass.UNSPECIFIED,
        };
        const options = { openedAtMs: NOON_MS, asOfMs: next.sentAtMs };
        const expected = judgeNext(foldMoves(wire.taken, options), next);
        const judged = judgeArrival({ openedAtMs: NOON_MS, moves: wire.taken }, next);
        expect(judged).toEqual(expected);
      }),
      { numRuns: 300 },
    );
  });
});
