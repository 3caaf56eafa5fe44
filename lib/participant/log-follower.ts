/** Which log a participant follows, and when it goes over to another (TP-SUCC-6). */
import { type Refusal, refuse, TracepostError } from "#errors";
import { endOfLog, judgeSuccession, successionsFrom } from "#message-log";
import type { FollowedSuccession } from "#post";
import type { Clock, Database, Logger } from "#runtime";
import { checkpointKeysOf, type RegisterView } from "#trust";
import { sha256 } from "#wire";
import { keptCosigned } from "./cosigned-note.ts";
import type { ServiceProcedures } from "./store/service-store.ts";

/** What the follower works with. */
export interface LogFollowerParts {
  readonly dataDir: string;
  readonly store: Pick<Database<ServiceProcedures>, "call">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Goes over to another log with a statement of succession that holds by all that is known here, and
 * stays with the one it follows otherwise. The store knows which one that is, so that what is to be
 * recorded again is planned once, whenever the process ends.
 */
export class LogFollower {
  readonly #parts: LogFollowerParts;

  constructor(parts: LogFollowerParts) {
    this.#parts = parts;
  }

  /** Follows the log of the register in force at a start. Throws TracepostError VERIFICATION. */
  async start(register: RegisterView): Promise<void> {
    await this.#parts.store.call("postFollowFirstLog", { origin: register.logOrigin });
    const refusal = await this.check(register, register);
    if (refusal === undefined) {
      await this.follow(register);
      return;
    }
    throw new TracepostError("VERIFICATION", "the register names a log that is not followed here", {
      problems: [`${refusal.field} ${refusal.detail}`],
      remedy: "Keep the data folder as it is, and ask the root holders what they have signed.",
    });
  }

  /**
   * Why a register with another log is not taken; undefined when its successions hold. What speaks
   * against one is the incident LOG_FORKED: somebody wants a log forgotten that is known here.
   * Throws TracepostError VERIFICATION when what is known here cannot be read.
   */
  async check(before: RegisterView, next: RegisterView): Promise<Refusal | undefined> {
    const { clock, logger, store } = this.#parts;
    const problem = await this.#problem(before, next);
    if (problem === undefined) return undefined;
    logger.error({ origin: next.logOrigin, problem }, "A SUCCESSION OF THE LOG IS NOT FOLLOWED");
    const digest = sha256(Buffer.from(`SUCCESSION ${next.logOrigin} ${problem}`));
    const incident = { kind: "LOG_FORKED", digest, detail: `succession: ${problem}` } as const;
    await store.call("postRecordIncident", { incident, nowMs: clock.now() });
    return refuse("NOT_PERMITTED", "register.log_successions", problem);
  }

  /** Goes over to the log of a register that was checked and is kept. */
  async follow(register: RegisterView): Promise<void> {
    const { clock, logger, store } = this.#parts;
    const followed = await store.call("postFollowedLog", undefined);
    const ahead = followed === null ? [] : successionsFrom(followed.origin, register);
    for (const { succession } of ahead) {
      const { newOrigin, oldOrigin } = succession;
      const size = endOfLog(oldOrigin, register) ?? 0;
      const next: FollowedSuccession = { newOrigin, oldOrigin, size, nowMs: clock.now() };
      const messages = await store.call("postFollowNextLog", next);
      logger.warn({ ...next, messages }, "another log is followed from now on");
    }
  }

  async #problem(before: RegisterView, next: RegisterView): Promise<string | undefined> {
    const followed = await this.#parts.store.call("postFollowedLog", undefined);
    if (followed === null || followed.origin === next.logOrigin) return undefined;
    const ahead = successionsFrom(followed.origin, next);
    if (ahead.length === 0) {
      return `${next.logOrigin} is not the log followed here, ${followed.origin}`;
    }
    // The next version does not vouch for itself; versions that were skipped may have changed both.
    const vouching = next.version === before.version + 1n ? [before] : [before, next];
    const old = {
      publicKeys: vouching.flatMap((register) => checkpointKeysOf(register)),
      witnesses: vouching.map(({ witnesses }) => witnesses),
    };
    for (const { succession } of ahead) {
      const known = await keptCosigned(this.#parts.dataDir, succession.oldOrigin);
      const verdict = judgeSuccession(succession, old, known);
      if (!verdict.ok) return `${verdict.refusal.code}: ${verdict.refusal.detail}`;
    }
    return undefined;
  }
}
