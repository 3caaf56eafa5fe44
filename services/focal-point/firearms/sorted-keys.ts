import type { SerialKey } from "./serial-keys.ts";

/**
 * Keys in order, of portions that come in none. Each portion is merged with those of its size, so
 * that no single step holds up the process for long.
 */
export class SortedKeys {
  /** Each in order, and longer than the next one. */
  readonly #runs: (readonly SerialKey[])[] = [];

  /** Takes a portion. */
  add(keys: readonly SerialKey[]): void {
    let run: readonly SerialKey[] = keys.toSorted((one, other) =>
      comesFirst(one, other) ? -1 : 1,
    );
    for (let last = this.#runs.at(-1); last !== undefined; last = this.#runs.at(-1)) {
      if (last.length > run.length) break;
      this.#runs.pop();
      run = merged(last, run);
    }
    this.#runs.push(run);
  }

  /** All keys that were added, in order; none are left. */
  take(): readonly SerialKey[] {
    return this.#runs.splice(0).reduceRight((after, run) => merged(run, after), []);
  }
}

function merged(left: readonly SerialKey[], right: readonly SerialKey[]): readonly SerialKey[] {
  const all: SerialKey[] = [];
  let at = 0;
  for (const key of left) {
    for (let next = right[at]; next !== undefined && comesFirst(next, key); next = right[at]) {
      all.push(next);
      at += 1;
    }
    all.push(key);
  }
  for (; at < right.length; at += 1) all.push(right[at] as SerialKey);
  return all;
}

function comesFirst(one: SerialKey, other: SerialKey): boolean {
  return one.key < other.key || (one.key === other.key && one.firearm < other.firearm);
}
