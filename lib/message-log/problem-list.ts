import { LOG_LIMITS } from "#runtime";

/** Problems found on the way: the first ones as sentences, all of them as a number. */
export class ProblemList {
  readonly #list: string[] = [];
  #total = 0;

  /** The first problems found. */
  get list(): readonly string[] {
    return this.#list;
  }

  /** How many were found. */
  get total(): number {
    return this.#total;
  }

  /** Notes one. */
  add(problem: string): void {
    this.#total += 1;
    if (this.#list.length < LOG_LIMITS.problemsMax) this.#list.push(problem);
  }
}
