import { test } from "vitest";

/** Who attacks, what with, and what stops it or why it does no harm. */
export interface AttackNote {
  readonly attacker: string;
  readonly attack: string;
  /** "refused" names who says no and with what code; "harmless" says why. */
  readonly outcome: "refused" | "harmless";
  readonly answer: string;
}

declare module "vitest" {
  interface TaskMeta {
    attackNote?: AttackNote;
  }
}

/** One attack as a test: it counts in the table at the end of the run only when its test passes. */
export function attack(note: AttackNote, run: () => Promise<void>): void {
  const { attacker, attack: what, answer, outcome } = note;
  test(`${attacker}: ${what} (${outcome}: ${answer})`, async ({ task }) => {
    await run();
    task.meta.attackNote = note;
  });
}
