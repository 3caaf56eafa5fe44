import { stat, statfs } from "node:fs/promises";
import { glanceAtRegister } from "#http";
import type { Lane } from "#proto";
import type { Clock, Database, StorePlace } from "#runtime";
import { type CurrentRegister, endingKeys } from "#trust";
import { laneToken } from "#wire";
import type { CheckpointKeeper } from "../checkpoint-keeper.ts";
import type { LogRenewer } from "../log-renewer.ts";
import type { GatewayStatus } from "../store/status.ts";
import type { StoredBytes } from "../store/stored-bytes.ts";
import type { GatewayProcedures } from "../store.ts";
import { storedBytesQuota } from "../stored-quota.ts";
import type { WitnessCollector } from "../witness-collector.ts";
import { attentionOf } from "./attention.ts";
import type { GatewaySummary, ParticipantSummary } from "./gateway-summary.ts";

/** What a summary is made from. */
export interface SummaryDeps {
  readonly store: Pick<Database<GatewayProcedures>, "call">;
  readonly register: CurrentRegister;
  readonly checkpoints: CheckpointKeeper;
  readonly witnesses: Pick<WitnessCollector, "cosigned">;
  readonly renewer: Pick<LogRenewer, "standing">;
  readonly clock: Clock;
  readonly startedAtMs: number;
  readonly place: StorePlace;
  readonly connected: () => boolean;
  /** When something came from a participant, since the gateway started. */
  readonly heardAtMs: ReadonlyMap<string, number>;
  /** Messages taken from the carrier and not decided yet, by participant. */
  readonly undecided: () => ReadonlyMap<string, number>;
}

/** Gathers the summary; costs as much as there is under way, however long the history. */
export async function summarize(deps: SummaryDeps): Promise<GatewaySummary> {
  const { store, checkpoints, clock } = deps;
  const [status, stored] = await Promise.all([
    store.call("status", undefined),
    store.call("storedBytes", undefined),
  ]);
  const nowMs = clock.now();
  const undecided = deps.undecided();
  const { newest, newestAtMs, keptSize } = checkpoints;
  const summary = {
    at: instant(nowMs),
    connected: deps.connected(),
    messages: {
      accepted: status.accepted,
      refused: status.refused,
      undecided: [...undecided.values()].reduce((sum, count) => sum + count, 0),
      waiting: status.undelivered,
      waitingSince: instantOf(status.oldestUndeliveredMs),
    },
    quarantined: status.quarantined,
    openEvents: status.events.map(({ lastAtMs, ...event }) => {
      return { ...event, lastAt: instant(lastAtMs) };
    }),
    log: {
      size: status.logSize,
      checkpointSize: newest?.size ?? 0,
      checkpointAt: instantOf(newestAtMs),
      checkpointKept: Math.max(0, keptSize),
      ...(await witnessesOf(deps, newest?.size ?? 0)),
      ...(await renewalOf(deps)),
    },
    registerVersion: String(deps.register.view().version),
    register: glanceAtRegister({ current: deps.register }, nowMs).register,
    resources: await resourcesOf(deps),
    participants: participantsOf(deps, { status, stored, undecided }),
  };
  const ending = endingKeys(deps.register.view(), nowMs);
  return { ...summary, attention: attentionOf(summary, nowMs, ending) };
}

/** Who watches the log, and since when there is something that no quorum has cosigned. */
async function witnessesOf({ register, store, witnesses }: SummaryDeps, size: number) {
  const { quorum, witnesses: known } = register.view().witnesses;
  const { cosignedAtMs, size: cosignedSize = 0 } = witnesses.cosigned ?? {};
  const sinceMs =
    quorum === 0 || cosignedSize >= size ? null : await store.call("entryRecordedAt", cosignedSize);
  return {
    witnesses: known.length,
    quorum,
    cosignedSize,
    cosignedAt: instantOf(cosignedAtMs),
    unwitnessedSince: instantOf(sinceMs),
  };
}

async function renewalOf({ renewer }: SummaryDeps) {
  const { dueAtMs, renewals } = await renewer.standing();
  return { renewedAt: instantOf(renewals.at(-1)?.renewedAtMs), renewalDueAt: instantOf(dueAtMs) };
}

/** A file has its write-ahead log beside it; what a server keeps is its administrator's. */
async function sizesOf(place: StorePlace) {
  if (place.kind !== "sqlite") return { storeBytes: undefined, diskFreeBytes: undefined };
  const sizes = [place.file, `${place.file}-wal`].map((file) =>
    stat(file).catch(() => ({ size: 0 })),
  );
  const [file, log] = await Promise.all(sizes);
  const { bavail, bsize } = await statfs(place.file);
  return {
    storeBytes: (file?.size ?? 0) + (log?.size ?? 0),
    diskFreeBytes: bavail * bsize,
  };
}

async function resourcesOf({ place, startedAtMs }: SummaryDeps) {
  return {
    startedAt: instant(startedAtMs),
    memoryBytes: process.memoryUsage.rss(),
    ...(await sizesOf(place)),
  };
}

interface Counts {
  readonly status: GatewayStatus;
  readonly stored: readonly StoredBytes[];
  readonly undecided: ReadonlyMap<string, number>;
}

function participantsOf(
  { register, heardAtMs }: SummaryDeps,
  { status, stored, undecided }: Counts,
): ParticipantSummary[] {
  const traffic = new Map(status.participants.map((row) => [row.participant, row]));
  return register.view().participants.map(({ id, legalName, quotas }) => {
    const row = traffic.get(id);
    const waiting = status.waiting.filter(({ recipient }) => recipient === id);
    const heardMs = Math.max(row?.lastRecordedAtMs ?? 0, heardAtMs.get(id) ?? 0);
    const events = status.events.filter(({ participant }) => participant === id);
    return {
      id,
      name: legalName,
      lastHeardAt: heardMs === 0 ? undefined : instant(heardMs),
      accepted: row?.accepted ?? 0,
      refused: row?.refused ?? 0,
      undecided: undecided.get(id) ?? 0,
      waiting: { urgent: 0, normal: 0, bulk: 0, ...countsByLane(waiting) },
      waitingSince: instantOf(oldest(waiting.map(({ sinceMs }) => sinceMs))),
      held: status.held.find(({ participant }) => participant === id)?.count ?? 0,
      openEvents: events.reduce((sum, { open }) => sum + open, 0),
      storedBytes: stored.find(({ participant }) => participant === id)?.bytes ?? 0,
      storedBytesMax: storedBytesQuota(quotas),
    };
  });
}

function countsByLane(rows: readonly { readonly lane: Lane; readonly count: number }[]) {
  return Object.fromEntries(rows.map(({ lane, count }) => [laneToken(lane), count]));
}

function oldest(timesMs: readonly number[]): number | null {
  return timesMs.length === 0 ? null : Math.min(...timesMs);
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}

function instantOf(ms: number | null | undefined): string | undefined {
  return ms === null || ms === undefined ? undefined : instant(ms);
}
