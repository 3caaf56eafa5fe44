import { TracepostError } from "#errors";
import { defaultSchedule } from "./parse-schedule.ts";
import type { RetentionSchedule } from "./schedule.ts";

/**
 * Every version of the schedule that was ever in force, the default one first. A record is kept by
 * the version it was taken in under and by all later ones, whichever keeps it longest (TP-RET-3).
 */
export class ScheduleHistory {
  readonly #versions: RetentionSchedule[];

  /** Throws TracepostError INTERNAL when the signed versions are not in order. */
  constructor(signed: readonly RetentionSchedule[] = []) {
    this.#versions = [defaultSchedule()];
    for (const next of signed) this.add(next);
  }

  /** The version in force. */
  get current(): RetentionSchedule {
    return this.#versions.at(-1) ?? defaultSchedule();
  }

  /** The version a record was taken in under, and all later ones; the whole for one not known. */
  since(version: number): readonly RetentionSchedule[] {
    const from = this.#versions.findIndex((one) => one.version === version);
    return from === -1 ? this.#versions : this.#versions.slice(from);
  }

  /** Puts a version into force. Throws TracepostError INTERNAL for one that is not newer. */
  add(next: RetentionSchedule): void {
    if (next.version <= this.current.version) {
      const order = `${next.version} after ${this.current.version}`;
      throw new TracepostError("INTERNAL", `the schedule never goes back: ${order}`);
    }
    this.#versions.push(next);
  }
}
