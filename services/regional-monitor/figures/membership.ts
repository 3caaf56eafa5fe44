import { disclosurePolicy } from "#statistics";
import type { RegisterView } from "#trust";
import { timestampMs } from "#wire";
import { msOfHour, type Period } from "../periods.ts";
import type { FigureDeps } from "./figure-deps.ts";
import { type FigureQuestion, wrong } from "./figure-question.ts";
import type { ReadGroup } from "./read-sums.ts";

/** Members of a body, at a time. */
export type MembersAt = (atMs: number) => readonly string[];

/**
 * The body that a question is about: the one it names, or else the first one that the monitor
 * stands for; empty where it stands for none. Throws InvalidRequest for another body (TP-MON-21).
 */
export function bodyOf(deps: Omit<FigureDeps, "store">, asked: string | undefined): string {
  const { clock, participant, register } = deps;
  const bodies = disclosurePolicy(register(), clock.now()).bodiesOf(participant);
  if (asked === undefined) return bodies[0] ?? "";
  if (bodies.includes(asked)) return asked;
  const ones = bodies.length === 0 ? "none" : bodies.join(", ");
  throw wrong("body", `must be a body that this monitor stands for: ${ones}`);
}

/**
 * Reads memberships from the register in force (TP-MON-15). They are worked out once between two
 * changes: a month has some hundred hours and hardly ever a change.
 */
export function membersOf(register: RegisterView, body: string): MembersAt {
  const changes = changesIn(register);
  const known = new Map<number, readonly string[]>();
  return (atMs) => {
    const since = changes.findLastIndex((changeMs) => changeMs <= atMs);
    const found = known.get(since);
    if (found !== undefined) return found;
    const members = disclosurePolicy(register, atMs).membersOf(body);
    known.set(since, members);
    return members;
  };
}

/** When anybody joins a body or leaves one, milliseconds since 1970, in order. */
function changesIn({ participants }: RegisterView): number[] {
  const times = participants.flatMap(({ regionalBodies }) =>
    regionalBodies.flatMap(({ since, until }) => [timestampMs(since), timestampMs(until)]),
  );
  const known = times.filter((ms) => ms !== undefined);
  return [...new Set(known)].toSorted((one, other) => one - other);
}

/** The States of one period, and whether they are others than those of the period before. */
export interface PeriodMembers {
  readonly period: Period;
  /** Undefined: whoever was fed. */
  readonly states: readonly string[] | undefined;
  readonly expected: number;
  readonly isBreak: boolean;
}

/** Who counts in each period of a question; a membership is that of the end of a period. */
export function periodMembers(question: FigureQuestion, at: MembersAt): PeriodMembers[] {
  let before: string | undefined;
  return question.periods.map((period) => {
    const endMs = Math.min(msOfHour(period.end) - 1, question.nowMs);
    const members = question.members === "FIXED" ? at(question.membersAtMs) : at(endMs);
    const text = members.join(" ");
    const isBreak = question.members === "CURRENT" && before !== undefined && before !== text;
    before = text;
    const states = question.members === "ALL" ? undefined : members;
    return { period, states, expected: members.length, isBreak };
  });
}

/** Periods with the same States together, as they are read. */
export function readGroups(
  members: readonly PeriodMembers[],
  statesOf: (states: readonly string[] | undefined) => readonly string[],
): ReadGroup[] {
  const groups = Map.groupBy(members, ({ states }) => states?.join(" "));
  return [...groups.values()].map((ones) => ({
    starts: ones.map(({ period }) => period.start),
    states: statesOf(ones[0]?.states),
  }));
}
