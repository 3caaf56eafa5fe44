import { test } from "vitest";

/** Who attacks, what with, and what stops it or why it does no harm. */
export interface AttackNote {
  readonly attacker: string;
  readonly attack: string;
  /**
   * "refused" names who says no and with what code, "detected" where it shows, "harmless" says why.
   */
  readonly outcome: "refused" | "detected" | "harmless";
  readonly answer: string;
}

declare module "vitest" {
  interface TaskMeta {
    attackNote?: AttackNote;
  }
}

/** One attack as a test: it counts in the table at the end of the run only when its test passes. */
export function attack(note: AttackNote, run: () => Promise<void>, timeoutMs?: number): void {
  const { attacker, attack: what, answer, outcome } = note;
  const name = `${attacker}: ${what} (${outcome}: ${answer})`;
  const options = timeoutMs === undefined ? {} : { timeout: timeoutMs };
  test(name, options, async ({ task }) => {
    await run();
    task.meta.attackNote = note;
  });
}
