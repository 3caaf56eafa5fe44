import { expect } from "vitest";
import type { MonitorEvent } from "#proto";
import { createLogger, type Database, type StorePlace, systemTimers } from "#runtime";
import { openStore } from "#store";
import type { WatchRule } from "../../services/regional-monitor/watch/rules.ts";
import { Watch } from "../../services/regional-monitor/watch/watch.ts";
import type { WatchSettings } from "../../services/regional-monitor/watch/watch-settings.ts";
import { MadeFeed, MONITOR, monitorEvent } from "./made-feed.ts";
import { MailServer } from "./mail-server.ts";
import { openMemoryTransaction } from "./memory-transaction.ts";
import { store as definition, type MonitorTestProcedures } from "./monitor-store.ts";

const MODULE = new URL("./monitor-store.ts", import.meta.url);
const HOUR_MS = 3_600_000;

/** Who is told by mail. */
export const MAIL_ADDRESS = "duty@body.example";

const RULES: WatchRule[] = [
  { name: "state-silent", rule: "SILENCE", of: "STATES", days: 14 },
  { name: "old", rule: "BACKLOG", of: "ALL", olderThanDays: 8, count: 6 },
  { name: "jump", rule: "REFUSALS", count: 10, deviations: 3 },
  { name: "differ", rule: "DISCREPANCY" },
];

type TestStore = Pick<Database<MonitorTestProcedures>, "call" | "close">;

/** A store without a thread of its own. */
function inMemory(): TestStore {
  const tx = openMemoryTransaction(...definition.migrations.map(({ sql }) => sql));
  const procedures: Readonly<Record<string, unknown>> = definition.procedures;
  const call = async (name: string, args: unknown): Promise<unknown> =>
    await (procedures[name] as (...given: unknown[]) => unknown)(tx, args);
  return { call: call as TestStore["call"], close: async () => tx[Symbol.dispose]() };
}

/** A monitor's store that is watched under a clock of the test, with a mail server. */
export class WatchedMonitor {
  readonly server = new MailServer();
  readonly feed = new MadeFeed();
  nowMs = Date.parse("2026-10-01T06:00:00Z");
  /** States that consent. */
  named = ["NE", "AT"];
  /** States that let their volumes be seen. */
  namedInReleases: string[] = [];
  /** Place in the log of the next event. */
  nextIndex = 1n;
  settings: WatchSettings = { rules: RULES };
  readonly #place: StorePlace | undefined;
  #store: TestStore | undefined;
  #watch: Watch | undefined;

  private constructor(place?: StorePlace) {
    this.#place = place;
  }

  /** Without a place it is in memory, and over with this one. */
  static async open(place?: StorePlace): Promise<WatchedMonitor> {
    const one = new WatchedMonitor(place);
    await one.server.start();
    const mail = { host: "127.0.0.1", port: one.server.port, security: "none" as const };
    const addresses = { from: "watch@monitor.example", to: [MAIL_ADDRESS] };
    one.settings = { ...one.settings, mail: { ...mail, ...addresses } };
    await one.restart();
    await one.store.call("feedOpen", { keptMax: 1_000, incidentsPerMinuteMax: 5 });
    return one;
  }

  get store(): TestStore {
    return this.#store ?? expect.unreachable();
  }

  get isPostgres(): boolean {
    return this.#place?.kind === "postgres";
  }

  get watch(): Watch {
    return this.#watch ?? expect.unreachable();
  }

  /** Closes the store, and goes on with what it holds. */
  async restart(): Promise<void> {
    if (this.#place === undefined) {
      this.#store ??= inMemory();
      return await this.begin();
    }
    await this.#store?.close();
    this.#store = await openStore<MonitorTestProcedures>({ place: this.#place, module: MODULE });
    await this.begin();
  }

  /** Begins anew with the settings there are. */
  async begin(): Promise<void> {
    this.#watch = new Watch({
      ...{ settings: this.settings, store: this.store, monitor: MONITOR },
      ...{
        named: () => ({ inEvents: this.named, inReleases: this.namedInReleases }),
        clock: { now: () => this.nowMs },
        timers: systemTimers,
      },
      ...{ logger: createLogger({ name: "watch", level: "silent" }), onMail: () => undefined },
    });
    await this.#watch.open();
  }

  /** A request of Niger to Austria of this hour, unless it is changed. */
  event(changes: Partial<MonitorEvent> = {}): MonitorEvent {
    const recordedHour = Math.floor(this.nowMs / HOUR_MS);
    const made = monitorEvent({ logIndex: this.nextIndex, recordedHour, ...changes });
    this.nextIndex += 1n;
    return made;
  }

  /** Takes a message of the feed. */
  async take(feed: Uint8Array): Promise<void> {
    const offers = { feeds: [feed], monitor: MONITOR, nowMs: this.nowMs };
    expect(await this.store.call("takeFeeds", offers)).toMatchObject([{ type: "taken" }]);
  }

  /** Takes events. */
  async fed(...events: MonitorEvent[]): Promise<void> {
    await this.take(this.feed.events(events, this.nowMs));
  }

  /** Notices, the newest first: kind, rule, subject. */
  async notices(): Promise<string[]> {
    const found = await this.store.call("watchNotices", { before: null, limit: 100 });
    return found.map(({ kind, name, subject }) => `${kind} ${name} ${subject}`.trim());
  }

  /** Mails, the newest first: state, attempts, failure. */
  async mails(): Promise<string[]> {
    const found = await this.store.call("watchMails", { before: null, limit: 100 });
    return found.map(({ attempts, failure, state }) => `${state} ${attempts} ${failure}`.trim());
  }

  /** Lets time pass. */
  pass(ms: number): void {
    this.nowMs += ms;
  }

  async close(): Promise<void> {
    await this.#store?.close();
    await this.server.stop();
  }
}
