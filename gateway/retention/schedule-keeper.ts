import { TracepostError } from "#errors";
import { openSchedule, ScheduleHistory } from "#records";
import { type Clock, type Database, type Logger, RECORDS_LIMITS } from "#runtime";
import type { RegisterClient } from "#trust";
import { sha256 } from "#wire";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { GatewayConfig } from "../config.ts";
import { rootSignersOf } from "../root-signers.ts";
import type { GatewayProcedures } from "../store.ts";
import { WatchedFile } from "../watched-file.ts";

/** What the retention schedule of a running gateway is kept with. */
export interface ScheduleKeeperDeps {
  readonly place: Pick<GatewayConfig, "policyThreshold" | "scheduleFile">;
  readonly history: ScheduleHistory;
  /** Who signs schedules, by the register in force. */
  readonly client: Pick<RegisterClient, "current" | "rootKeys" | "rootKeysEver">;
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  /** Runs work between two batches of the pipeline. */
  readonly betweenBatches: (work: () => Promise<void>) => Promise<void>;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Opens the versions of the schedule that a gateway has taken (TP-RET-8). Throws TracepostError
 * VERIFICATION for one that does not open: nothing is reckoned by half of the law.
 */
export async function openSchedules({
  client,
  place,
  store,
}: Pick<ScheduleKeeperDeps, "client" | "place" | "store">): Promise<ScheduleHistory> {
  // What was taken may be signed by root keys of before (TP-KEY-3).
  const signers = { ...rootSignersOf(place, client), keys: client.rootKeysEver };
  const kept = await store.call("keptSchedules", undefined);
  const schedules = kept.map(({ schedule, version }) => {
    const opened = openSchedule(schedule, signers);
    if (opened.ok) return opened.value.schedule;
    const { detail, field } = opened.refusal;
    throw new TracepostError("VERIFICATION", `schedule ${version} in the store does not open`, {
      problems: [`${field} ${detail}`],
      remedy: "Compare the root keys with those it was signed by; keep the store as it is.",
    });
  });
  return new ScheduleHistory(schedules);
}

/**
 * Follows the schedule file of a running gateway (TP-RET-8): a higher version that verifies is
 * stored and logged between two batches, then in force; anything else changes nothing and is said
 * once. What could not be read or stored is tried again at the next look.
 */
export class ScheduleKeeper {
  readonly #deps: ScheduleKeeperDeps;
  readonly #file: WatchedFile;

  constructor(deps: ScheduleKeeperDeps) {
    this.#deps = deps;
    this.#file = new WatchedFile({
      ...{ what: "schedule", file: deps.place.scheduleFile, seen: undefined },
      ...{ everyMs: RECORDS_LIMITS.lookMs, logger: deps.logger, mayBeAbsent: true },
      take: (bytes) => this.#take(bytes),
    });
  }

  /** Looks at the file, and again from time to time. */
  start(): Promise<void> {
    return this.#file.start();
  }

  /** Ends looking; finishes what it takes. */
  stop(): Promise<void> {
    return this.#file.stop();
  }

  /** Looks at the file once. Never throws: what is wrong with it leaves the schedule as it is. */
  look(): Promise<void> {
    return this.#file.look();
  }

  async #take(bytes: Uint8Array): Promise<void> {
    const { betweenBatches, checkpoints, client, clock, history, logger, place, store } =
      this.#deps;
    const opened = openSchedule(bytes, rootSignersOf(place, client));
    if (!opened.ok) {
      const { code, detail, field } = opened.refusal;
      logger.error({ code, field, detail }, "the schedule file is refused; the schedule stays");
      return;
    }
    const { schedule } = opened.value;
    const { version } = schedule;
    await betweenBatches(async () => {
      const registerVersion = Number(client.current.view().version);
      const about = { version, digest: sha256(bytes), schedule: bytes };
      const kept = await store.call("keepSchedule", {
        ...about,
        nowMs: clock.now(),
        registerVersion,
      });
      if (kept.type === "kept") checkpoints.note(kept);
      if (kept.type === "lower") {
        logger.error({ version }, "an older schedule, or another of its version");
      } else if (version > history.current.version) {
        history.add(schedule);
        logger.info({ version }, "the retention schedule is in force");
      }
    });
  }
}
