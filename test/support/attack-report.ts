import type { Reporter, TestModule } from "vitest/node";
import type { AttackNote } from "./attack.ts";

/** Prints, after a run that held attacks, how many were tried and what became of them. */
export class AttackReport implements Reporter {
  onTestRunEnd(testModules: readonly TestModule[]): void {
    const notes: AttackNote[] = [];
    let failed = 0;
    for (const testModule of testModules) {
      if (!testModule.moduleId.includes("/test/attacks/")) continue;
      for (const testCase of testModule.children.allTests()) {
        const note = testCase.meta().attackNote;
        if (note !== undefined) notes.push(note);
        else if (testCase.result().state === "failed") failed += 1;
      }
    }
    if (notes.length + failed > 0) process.stdout.write(attackTable(notes, failed));
  }
}

/** One line for each answer, then the count. */
function attackTable(notes: readonly AttackNote[], failed: number): string {
  const counts = new Map<string, number>();
  for (const { attacker, outcome, answer } of notes) {
    const line = `${attacker.padEnd(36)} ${outcome.padEnd(8)}  ${answer}`;
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  const lines = [...counts]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([line, count]) => `  ${String(count).padStart(4)}  ${line}`);
  const count = (wanted: AttackNote["outcome"]): number =>
    notes.filter(({ outcome }) => outcome === wanted).length;
  const total =
    `Attacks tried: ${notes.length + failed}; refused: ${count("refused")}; ` +
    `detected: ${count("detected")}; shown harmless: ${count("harmless")}; failed: ${failed}`;
  return `\n Attacks\n${lines.join("\n")}\n ${total}\n\n`;
}
