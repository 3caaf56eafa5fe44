import type { CurrentPolicy } from "#policy";
import type { ScheduleHistory } from "#records";
import { type Clock, type Database, GATEWAY_LIMITS, type Logger } from "#runtime";
import type { RegisterClient } from "#trust";
import { equalBytes } from "#wire";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { RegisterIntake } from "../register/register-intake.ts";
import type { StoreStand } from "../store/instances/beat.ts";
import type { GatewayProcedures } from "../store.ts";
import type { WatchedFile } from "../watched-file.ts";
import type { WitnessCollector } from "../witness-collector.ts";

/** What follows the store. */
export interface StoreFollowerDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly client: Pick<RegisterClient, "current" | "inForce">;
  readonly policy: CurrentPolicy;
  readonly schedules: ScheduleHistory;
  readonly intake: Pick<RegisterIntake, "take">;
  readonly policyFile: Pick<WatchedFile, "offer">;
  readonly scheduleFile: Pick<WatchedFile, "offer">;
  readonly checkpoints: Pick<CheckpointKeeper, "follow">;
  readonly witnesses: Pick<WitnessCollector, "follow">;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Has this instance follow what another has taken or kept (TP-INST-5): register, policy and
 * schedule, verified here as if they had been published here, and the newest checkpoints. What it
 * cannot follow it does not decide by either: its batches are handed back (TP-INST-2).
 */
export class StoreFollower {
  readonly #deps: StoreFollowerDeps;
  /** When each was tried last; what was refused is not tried at every sign of life. */
  readonly #triedAtMs = new Map<string, number>();
  #following: Promise<void> | undefined;

  constructor(deps: StoreFollowerDeps) {
    this.#deps = deps;
  }

  /** Follows, beside everything else; while it does, calls add nothing. Never throws. */
  follow(stand: StoreStand): void {
    this.#following ??= this.#follow(stand)
      .catch((caught: unknown) => {
        this.#deps.logger.error(
          { err: caught },
          "what another instance took could not be followed",
        );
      })
      .finally(() => {
        this.#following = undefined;
      });
  }

  /** Settles when nothing is being followed. */
  async stop(): Promise<void> {
    await this.#following;
  }

  async #follow(stand: StoreStand): Promise<void> {
    const { checkpoints, policy, schedules, witnesses } = this.#deps;
    await checkpoints.follow(stand.kept);
    await witnesses.follow(stand.cosigned);
    await this.#followRegister(stand.register);
    if (stand.policy > Number(policy.view().version)) await this.#followPolicy(stand.policy);
    if (stand.schedule > schedules.current.version) await this.#followSchedule(stand.schedule);
  }

  /** A later version at once, and now and then a later word that the one in force is the newest. */
  async #followRegister(version: number): Promise<void> {
    const { client, intake, store } = this.#deps;
    const isLater = version > Number(client.current.view().version);
    if (version === 0 || !this.#mayTry(isLater ? `register ${version}` : "freshness")) return;
    const kept = await store.call("newestRegister", undefined);
    if (kept === null || equalBytes(kept.register, client.inForce.bytes)) return;
    await intake.take(kept.register, kept.takenBy);
  }

  async #followPolicy(version: number): Promise<void> {
    if (!this.#mayTry(`policy ${version}`)) return;
    const kept = await this.#deps.store.call("loadPolicyVersion", { version });
    if (kept !== null) await this.#deps.policyFile.offer(kept.policy);
  }

  async #followSchedule(version: number): Promise<void> {
    if (!this.#mayTry(`schedule ${version}`)) return;
    const kept = await this.#deps.store.call("loadScheduleVersion", { version });
    if (kept !== null) await this.#deps.scheduleFile.offer(kept.schedule);
  }

  #mayTry(what: string): boolean {
    const nowMs = this.#deps.clock.now();
    const triedAtMs = this.#triedAtMs.get(what);
    if (triedAtMs !== undefined && nowMs - triedAtMs < GATEWAY_LIMITS.registerLookMs) return false;
    this.#triedAtMs.set(what, nowMs);
    return true;
  }
}
