import { TracepostError } from "#errors";
import { TRUST_LIMITS } from "#runtime";
import type { RegisterView } from "./register-view.ts";
import { type RegisterStanding, standingOf } from "./versions/register-standing.ts";

/** Gives a version that was in force before, if it is still known. */
export type EarlierRegister = (version: bigint) => RegisterView | undefined;

/**
 * The register in force, which changes while the process runs (TP-RUN-1). Whoever needs it asks
 * for each decision (one batch, one message) and keeps no view beyond it. It verifies and stores
 * nothing: whoever replaces it has done both.
 */
export class CurrentRegister {
  /** The newest last. */
  #versions: readonly [...RegisterView[], RegisterView];
  #freshAtMs: number;

  /** `freshAtMs`: when it was said to be the newest; default: as long as it has not expired. */
  constructor(first: RegisterView, freshAtMs = first.expiresAtMs) {
    this.#versions = [first];
    this.#freshAtMs = freshAtMs;
  }

  /** The version in force. */
  view(): RegisterView {
    return this.#versions[this.#versions.length - 1] as RegisterView;
  }

  /** Where the version in force stands at a time (TP-REG-3). */
  standing(nowMs: number): RegisterStanding {
    const { expiresAtMs } = this.view();
    return standingOf({ expiresAtMs, freshAtMs: this.#freshAtMs }, nowMs);
  }

  /**
   * The version in force, said to be the newest at a time (an earlier one changes nothing), or with
   * keys that are believed now.
   */
  amend(view: RegisterView, freshAtMs: number): void {
    const { version } = this.view();
    if (view.version !== version) {
      throw new TracepostError("INTERNAL", `${view.version} is not ${version}, which is in force`);
    }
    const earlier = this.#versions.slice(0, -1);
    this.#versions = [...earlier, view];
    this.#freshAtMs = Math.max(this.#freshAtMs, freshAtMs);
  }

  /**
   * A version that is or was in force, for what was made under it; undefined for one that was never
   * seen, and for all but the newest `registerVersionsKept`.
   */
  at(version: bigint): RegisterView | undefined {
    return this.#versions.find((view) => view.version === version);
  }

  /**
   * Puts a version into force; `freshAtMs` as of the constructor. Throws TracepostError INTERNAL
   * for one that is not newer: what was revoked stays revoked.
   */
  replace(next: RegisterView, freshAtMs = next.expiresAtMs): void {
    const before = this.view();
    if (next.version <= before.version) {
      const order = `${next.version} after ${before.version}`;
      throw new TracepostError("INTERNAL", `the register never goes back: ${order}`);
    }
    const earlier = this.#versions.slice(1 - TRUST_LIMITS.registerVersionsKept);
    this.#versions = [...earlier, next];
    this.#freshAtMs = freshAtMs;
  }
}
