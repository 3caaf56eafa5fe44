import { describe, expect, it } from "vitest";
import { nextTraceState, TRACE_TRANSITIONS, type TraceState } from "#casework";
import { TraceMove } from "#proto";

const states = Object.keys(TRACE_TRANSITIONS) as TraceState[];

describe("the states of a trace case (TP-CASE-5)", () => {
  it("are all reached from a draft, and lead nowhere but to each other", () => {
    const reached = new Set<TraceState>(["DRAFT"]);
    for (const state of reached) {
      for (const way of TRACE_TRANSITIONS[state]) reached.add(way.to);
    }
    expect([...reached].toSorted()).toEqual(states.toSorted());
  });

  it("all lead to an end", () => {
    const ends = (state: TraceState, seen: ReadonlySet<TraceState>): boolean =>
      TRACE_TRANSITIONS[state].length === 0 ||
      TRACE_TRANSITIONS[state].some(
        (way) => !seen.has(way.to) && ends(way.to, new Set([...seen, way.to])),
      );
    for (const state of states) expect(ends(state, new Set([state])), state).toBe(true);
  });

  it("never leave open which state a message leads to", () => {
    for (const state of states) {
      const ways = TRACE_TRANSITIONS[state].filter((way) => way.move !== undefined);
      const keys = ways.map((way) => `${way.by} ${way.move}`);
      expect(new Set(keys).size, state).toBe(keys.length);
    }
  });

  it("let a final reply or a refusal come at once", () => {
    expect(nextTraceState("DELIVERED", TraceMove.FINAL, "requested")).toBe("ANSWERED");
    expect(nextTraceState("DELIVERED", TraceMove.REFUSAL, "requested")).toBe("REFUSED");
  });

  it("refuse a move of the State that does not own it", () => {
    expect(nextTraceState("DELIVERED", TraceMove.FINAL, "requesting")).toBeUndefined();
    expect(nextTraceState("IN_PROGRESS", TraceMove.WITHDRAWAL, "requested")).toBeUndefined();
    expect(nextTraceState("ANSWERED", TraceMove.CASE_CLOSED, "requested")).toBeUndefined();
  });

  it("refuse a move out of turn", () => {
    expect(nextTraceState("CLOSED", TraceMove.FINAL, "requested")).toBeUndefined();
    expect(nextTraceState("DRAFT", TraceMove.FINAL, "requested")).toBeUndefined();
    expect(nextTraceState("ANSWERED", TraceMove.FINAL, "requested")).toBeUndefined();
  });

  it.each(["IN_PROGRESS", "INTERIM", "DELAYED", "ACKNOWLEDGED"] as const)(
    "let the requesting State withdraw while it is %s",
    (state) => {
      expect(nextTraceState(state, TraceMove.WITHDRAWAL, "requesting")).toBe("WITHDRAWN");
    },
  );
});
