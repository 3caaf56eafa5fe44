import { accepted, TracepostError } from "#errors";
import { openSchedule, ScheduleHistory } from "#records";
import { type Clock, type Database, type Logger, RECORDS_LIMITS } from "#runtime";
import type { RegisterClient } from "#trust";
import { sha256 } from "#wire";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { GatewayConfig } from "../config.ts";
import { followSigned } from "../follow-signed.ts";
import { rootSignersOf } from "../root-signers.ts";
import type { GatewayProcedures } from "../store.ts";
import type { WatchedFile } from "../watched-file.ts";

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

/** Follows the schedule file of a running gateway, which nobody may have laid yet (TP-RET-8). */
export function followSchedule(deps: ScheduleKeeperDeps): WatchedFile {
  const { betweenBatches, checkpoints, client, clock, history, logger, place, store } = deps;
  return followSigned({
    ...{ what: "schedule", name: "retention schedule", file: place.scheduleFile, seen: undefined },
    ...{ everyMs: RECORDS_LIMITS.lookMs, mayBeAbsent: true, logger, checkpoints, betweenBatches },
    open: (bytes) => {
      const opened = openSchedule(bytes, rootSignersOf(place, client));
      return opened.ok ? accepted(opened.value.schedule) : opened;
    },
    keep: (version, schedule) => {
      const registerVersion = Number(client.current.view().version);
      const about = { version, digest: sha256(schedule), schedule };
      return store.call("keepSchedule", { ...about, nowMs: clock.now(), registerVersion });
    },
    inForce: () => history.current,
    putInForce: (next) => history.add(next),
  });
}
