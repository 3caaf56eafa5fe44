import { TracepostError } from "#errors";
import { TRUST_LIMITS } from "#runtime";
import type { RegisterView } from "./register-view.ts";

/** Gives a version that was in force before, if it is still known. */
export type EarlierRegister = (version: bigint) => RegisterView | undefined;

/** To be told of a version that has replaced another. */
export type RegisterListener = (now: RegisterView, before: RegisterView) => void;

/**
 * The register in force, which changes while the process runs (TP-RUN-1). Whoever needs it asks
 * for each decision (one batch, one message) and keeps no view beyond it. It verifies and stores
 * nothing: whoever replaces it has done both.
 */
export class CurrentRegister {
  /** The newest last. */
  #versions: readonly [...RegisterView[], RegisterView];
  readonly #listeners = new Set<RegisterListener>();

  constructor(first: RegisterView) {
    this.#versions = [first];
  }

  /** The version in force. */
  view(): RegisterView {
    return this.#versions[this.#versions.length - 1] as RegisterView;
  }

  /**
   * A version that is or was in force, for what was made under it; undefined for one that was never
   * seen, and for all but the newest `registerVersionsKept`.
   */
  at(version: bigint): RegisterView | undefined {
    return this.#versions.find((view) => view.version === version);
  }

  /**
   * Puts a version into force, and tells everybody who listens. Throws TracepostError INTERNAL for
   * one that is not newer: what was revoked stays revoked.
   */
  replace(next: RegisterView): void {
    const before = this.view();
    if (next.version <= before.version) {
      const order = `${next.version} after ${before.version}`;
      throw new TracepostError("INTERNAL", `the register never goes back: ${order}`);
    }
    const earlier = this.#versions.slice(1 - TRUST_LIMITS.registerVersionsKept);
    this.#versions = [...earlier, next];
    for (const listener of this.#listeners) listener(next, before);
  }

  /** Tells of each later version, after it is in force. Returns what ends it. */
  onChange(listener: RegisterListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}
