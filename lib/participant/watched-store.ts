import { join } from "node:path";
import { ChangeFeed, watchWrites } from "#feed";
import {
  type Clock,
  type Database,
  FEED_LIMITS,
  type Logger,
  type Procedure,
  type Timers,
  type WatchedDisk,
  watchDisk,
} from "#runtime";
import { WebhookCourier } from "#webhooks";
import type { ServiceConfig } from "./service-config.ts";
import type { ServiceProcedures } from "./store/service-store.ts";

/** Procedures of a service: those all have, and its own. */
export type ProceduresOfService = ServiceProcedures & Record<string, Procedure>;

/** What the store and its readers are built from. */
export interface WatchedStoreParts<P extends ProceduresOfService> {
  readonly config: ServiceConfig;
  /** Name of its file in the data folder. */
  readonly fileName: string;
  /** Procedures that only read. */
  readonly readOnly: readonly string[];
  readonly logger: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly openStore: (file: string) => Promise<Database<P>>;
  /** Told of every attempt to deliver to a webhook. */
  readonly onWebhook: (outcome: string) => void;
  /** Told after everything that was written. */
  readonly onWrite: () => void;
}

/** A service's store with those who follow what changes in it. */
export interface WatchedStore<P extends ProceduresOfService> {
  readonly store: Database<P>;
  readonly disk: Pick<WatchedDisk<P>, "takesWrites">;
  readonly feed: ChangeFeed;
  /** Not started yet. */
  readonly courier: WebhookCourier;
}

/** Opens the store, with a feed that hears of everything written to it. */
export async function openWatchedStore<P extends ProceduresOfService>(
  parts: WatchedStoreParts<P>,
): Promise<WatchedStore<P>> {
  const { config, clock, timers, logger, onWebhook: onAttempt } = parts;
  const file = join(config.dataDir, parts.fileName);
  const disk = watchDisk(await parts.openStore(file), { clock, logger });
  // What all services have is called by the names that all services have.
  const shared = disk.store as unknown as Database<ServiceProcedures>;
  const feed = new ChangeFeed({ store: shared, timers, logger });
  const store = watchWrites(disk.store, parts.readOnly, () => {
    feed.noteWrite();
    parts.onWrite();
  });
  const watched = store as unknown as Database<ServiceProcedures>;
  const { changesKeptMax: keptMax, incidentsPerMinuteMax } = FEED_LIMITS;
  await watched.call("feedOpen", { keptMax, incidentsPerMinuteMax });
  const { webhookOrigins: origins = [] } = config;
  const followed = { store: watched, feed, clock, timers, logger, origins, onAttempt };
  return { store, disk, feed, courier: new WebhookCourier(followed) };
}
