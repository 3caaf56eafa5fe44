import type { Transaction } from "#runtime";

/** How often each question is asked in a row; the quickest counts. */
export const REPEATS = 3;

/** How long a question of a store takes. */
export interface Figure {
  readonly name: string;
  readonly p50Us: number;
  readonly p99Us: number;
}

/** A question, and how many samples of it are taken. */
export interface Asked {
  readonly name: string;
  readonly samples: number;
  readonly ask: (tx: Transaction, index: number) => Promise<unknown>;
}

/**
 * Asks by turns, each question three times in a row, and takes the quickest: what else the machine
 * does falls on none. What is asked for is in memory then, as it is in a service that runs.
 */
export async function timesOf(
  tx: Transaction,
  asked: readonly Asked[],
  pick: (sample: number) => number,
): Promise<Figure[]> {
  const times = new Map<string, number[]>(asked.map(({ name }) => [name, []]));
  const most = Math.max(...asked.map(({ samples }) => samples));
  for (let sample = 0; sample < most; sample += 1) {
    for (const each of asked) {
      if (sample >= each.samples) continue;
      let quickest = Number.POSITIVE_INFINITY;
      for (let time = 0; time < REPEATS; time += 1) {
        const startedAt = performance.now();
        await each.ask(tx, pick(sample));
        quickest = Math.min(quickest, (performance.now() - startedAt) * 1_000);
      }
      times.get(each.name)?.push(quickest);
    }
  }
  return [...times].map(([name, measured]) => {
    const sorted = measured.toSorted((one, other) => one - other);
    const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
    return { name, p50Us: at(0.5), p99Us: at(0.99) };
  });
}

/** Rows of a table: each figure beside the first, which is the floor. */
export function ratioRows(figures: readonly Figure[]): string[][] {
  const [floor] = figures;
  return figures.map(({ name, p50Us, p99Us }) => [
    name,
    p50Us.toFixed(0),
    p99Us.toFixed(0),
    (p50Us / (floor?.p50Us ?? 1)).toFixed(1),
    (p99Us / (floor?.p99Us ?? 1)).toFixed(1),
  ]);
}
