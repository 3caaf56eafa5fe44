import type { Refusal } from "#errors";
import type { Clock, Database, Logger } from "#runtime";
import {
  pinsOf,
  type RegisterClient,
  type RegisterRefusalCode,
  type RegisterView,
  type VerifiedRegister,
} from "#trust";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { GatewayProcedures } from "../store.ts";

/** What came of a register that was published. */
export type Intake =
  | { readonly outcome: "taken"; readonly version: bigint; readonly logIndex: number }
  /** It is in force already. */
  | { readonly outcome: "known"; readonly version: bigint }
  | { readonly outcome: "refused"; readonly refusal: Refusal };

/** What registers are taken with. */
export interface RegisterIntakeDeps {
  readonly client: RegisterClient;
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  /** Runs work between two batches of the pipeline. */
  readonly betweenBatches: (work: () => Promise<void>) => Promise<void>;
  /** Reads the gateway's keys again: a new one lies there before the register that names it. */
  readonly reloadKeys: () => Promise<void>;
  /** Why this gateway could not work under a register, in words; undefined when it can. */
  readonly unfit: (view: RegisterView) => string | undefined;
  /** Follows what is in force now: outboxes, announcements, what removed ones leave. */
  readonly onTaken: (now: RegisterView, before: RegisterView) => Promise<void>;
  /** The version in force was said to be the newest once more. */
  readonly onFresher: () => void;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** What speaks of somebody who offers what he should not, rather than of a slip. */
const ALARMING: ReadonlySet<RegisterRefusalCode> = new Set([
  "ROLLBACK",
  "FORK",
  "THRESHOLD",
  "SUCCESSION",
]);

/**
 * Takes new versions of the register while the gateway runs (ADR 0028): verified, then stored and
 * logged in one transaction between two batches, then in force, then followed. What fails after the
 * transaction is made good by the next start, which begins with the newest version stored.
 */
export class RegisterIntake {
  readonly #deps: RegisterIntakeDeps;
  #taking: Promise<unknown> = Promise.resolve();

  constructor(deps: RegisterIntakeDeps) {
    this.#deps = deps;
  }

  /** Takes a register that somebody has published; `by` is who. One at a time. */
  async take(register: Uint8Array, by: string): Promise<Intake> {
    const done = this.#taking.catch(() => undefined).then(() => this.#takeNow(register, by));
    this.#taking = done;
    return await done;
  }

  /** Waits for what is being taken. */
  async stop(): Promise<void> {
    await this.#taking.catch(() => undefined);
  }

  async #takeNow(bytes: Uint8Array, by: string): Promise<Intake> {
    const { client, logger, onTaken, reloadKeys, unfit } = this.#deps;
    const verdict = client.judge(bytes);
    if (verdict.outcome === "refused") {
      await this.#alarm(verdict.why, `${verdict.refusal.detail}, published by ${by}`);
      return verdict;
    }
    const before = client.current.view();
    if (verdict.outcome === "known") return { outcome: "known", version: before.version };
    if (verdict.outcome === "fresher") {
      await this.#freshen(verdict.register);
      return { outcome: "known", version: before.version };
    }
    const { register } = verdict;
    if (register.view.logOrigin !== before.logOrigin) {
      // It ends the log that is being written: it is laid into the folder of a stopped gateway.
      const detail = `names ${register.view.logOrigin}; the log here is ${before.logOrigin}`;
      await this.#alarm("SUCCESSION", `${detail}, published by ${by}`);
      const refusal: Refusal = { code: "NOT_PERMITTED", field: "register.log_origin", detail };
      return { outcome: "refused", refusal };
    }
    await reloadKeys();
    const reason = unfit(register.view);
    if (reason !== undefined) {
      const refusal: Refusal = { code: "NOT_PERMITTED", field: "gateway_keys", detail: reason };
      return { outcome: "refused", refusal };
    }
    const logIndex = await this.#record(register, by);
    const { version } = register.view;
    logger.info({ version: String(version), by, logIndex }, "a new register is in force");
    // It is in force and stays so: what could not follow yet is tried again there.
    await onTaken(register.view, before).catch((caught: unknown) => {
      logger.error({ err: caught }, "not everything follows the new register yet");
    });
    return { outcome: "taken", version, logIndex };
  }

  /** A later word that the version in force is the newest: kept, in force, handed on. */
  async #freshen(register: VerifiedRegister): Promise<void> {
    const { client, onFresher, store } = this.#deps;
    const version = Number(register.view.version);
    const pins = pinsOf(register) ?? null;
    await store.call("freshenRegister", { version, register: register.bytes, pins });
    client.putInForce(register);
    onFresher();
  }

  /** The operator is told of a rollback, a fork, or too few signatures (TP-RUN-20). */
  async #alarm(code: RegisterRefusalCode, detail: string): Promise<void> {
    if (!ALARMING.has(code)) return;
    const { clock, logger, store } = this.#deps;
    logger.error({ code, detail }, "a register was offered that does not follow ours");
    const event = { kind: "REGISTER_REFUSED", participant: "", subject: code, detail } as const;
    await store.call("noteEvents", { occurrences: [event], nowMs: clock.now() });
  }

  async #record(register: VerifiedRegister, by: string): Promise<number> {
    const { betweenBatches, checkpoints, client, clock, store } = this.#deps;
    let logIndex = -1;
    await betweenBatches(async () => {
      const logged = await store.call("recordRegister", {
        version: Number(register.view.version),
        digest: register.digest,
        register: register.bytes,
        pins: pinsOf(register) ?? null,
        nowMs: clock.now(),
        by,
      });
      client.putInForce(register);
      if (logged === null) return;
      logIndex = logged.index;
      checkpoints.note(logged);
    });
    return logIndex;
  }
}
