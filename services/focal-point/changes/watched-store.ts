import { join } from "node:path";
import { ChangeFeed, watchWrites } from "#feed";
import {
  type Clock,
  type Database,
  FEED_LIMITS,
  type Logger,
  type Timers,
  type WatchedDisk,
  watchDisk,
} from "#runtime";
import { WebhookCourier } from "#webhooks";
import type { FocalPointConfig } from "../config.ts";
import { store as definition, type FocalPointProcedures } from "../store.ts";

/** What the store and its readers are built from. */
export interface WatchedStoreParts {
  readonly config: FocalPointConfig;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly openStore: (file: string) => Promise<Database<FocalPointProcedures>>;
  /** Told of every attempt to deliver to a webhook. */
  readonly onWebhook: (outcome: string) => void;
}

/** A focal point's store with those who follow what changes in it. */
export interface WatchedStore {
  readonly store: Database<FocalPointProcedures>;
  readonly disk: Pick<WatchedDisk<FocalPointProcedures>, "takesWrites">;
  readonly feed: ChangeFeed;
  /** Not started yet. */
  readonly courier: WebhookCourier;
}

/** Opens the store, with a feed that hears of everything written to it. */
export async function openWatchedStore(parts: WatchedStoreParts): Promise<WatchedStore> {
  const { config, clock, timers, logger, onWebhook: onAttempt } = parts;
  const file = join(config.dataDir, "focal-point.sqlite");
  const disk = watchDisk(await parts.openStore(file), { clock, logger });
  const opened = disk.store;
  const feed = new ChangeFeed({ store: opened, timers, logger });
  const store = watchWrites(opened, definition.readOnly, () => feed.noteWrite());
  const { changesKeptMax: keptMax, incidentsPerMinuteMax } = FEED_LIMITS;
  await store.call("feedOpen", { keptMax, incidentsPerMinuteMax });
  const { webhookOrigins: origins = [] } = config;
  const courier = new WebhookCourier({ store, feed, clock, timers, logger, origins, onAttempt });
  return { store, disk, feed, courier };
}
