import { connectBus } from "#bus";
import type { RunningService } from "#participant";
import { type Clock, createLogger, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { createSigner, loadSigningKey, PAYLOAD_TYPES } from "#trust";
import { type AssembledEnvelope, IN_STREAM, inboxConsumer, outSubject } from "#wire";
import { findQuietPort } from "../../deploy/local/supervisor/free-port.ts";
import { readStart as readGatewayStart } from "../../gateway/config.ts";
import { type RunningGateway, startGateway } from "../../gateway/gateway.ts";
import type { GatewayProcedures } from "../../gateway/store.ts";
import {
  readStart as readMonitorStart,
  STORE_FILE,
} from "../../services/regional-monitor/config.ts";
import { startRegionalMonitor } from "../../services/regional-monitor/regional-monitor.ts";
import type { MonitorProcedures } from "../../services/regional-monitor/store.ts";
import { MONITOR } from "./made-feed.ts";
import { headerOf } from "./messages.ts";
import { startTestCarrier, type TestCarrier } from "./nats-carrier.ts";
import type { Party } from "./parties.ts";
import { readRows } from "./stored-post.ts";

const FEED_PERIOD_MS = 100;
const logger = createLogger({ name: "test", level: "silent" });
const REGIONAL = {
  regionalBodies: [{ body: "ECOWAS", since: "2006-06-14" }],
  disclosures: [{ body: "ECOWAS", aggregation: "EVENTS" }],
} as const;

/**
 * A real gateway and a real monitor over a real nats-server, and the lines of two States that
 * consent to EVENTS. Both services read one clock.
 */
export class FedExchange {
  readonly clock: Clock = { now: () => Date.now() + this.aheadMs };
  /** How far the clock is ahead. */
  aheadMs = 0;
  readonly #carrier: TestCarrier;
  readonly #port: number;
  readonly #parties = new Map<string, Party>();
  #gateway: RunningGateway | undefined;
  #monitor: RunningService | undefined;

  private constructor(carrier: TestCarrier, port: number) {
    this.#carrier = carrier;
    this.#port = port;
  }

  static async open(states: readonly string[]): Promise<FedExchange> {
    const { regionalBodies } = REGIONAL;
    const body = { role: "regional-monitor", state: "", instruments: [], regionalBodies } as const;
    const consenting = Object.fromEntries(states.map((id) => [id, REGIONAL]));
    const changes = { ...consenting, [MONITOR]: body };
    const carrier = await startTestCarrier([...states, MONITOR], { changes });
    const one = new FedExchange(carrier, await findQuietPort());
    try {
      for (const id of states) {
        const key = await loadSigningKey(carrier.paths.participant(id).headerKey);
        one.#parties.set(id, { id, key, signer: createSigner(key, PAYLOAD_TYPES.header) });
      }
      await one.startGateway();
      await one.startMonitor();
      return one;
    } catch (caught) {
      await one.close();
      throw caught;
    }
  }

  async startGateway(): Promise<void> {
    const { paths } = this.#carrier;
    const { config } = await readGatewayStart(["--config", paths.gateway.config], {});
    const http = { ...config.http, port: this.#port };
    const module = new URL("../../gateway/store.ts", import.meta.url);
    this.#gateway = await startGateway({
      config: { ...config, http, feedPeriodMs: FEED_PERIOD_MS },
      ...{ logger, clock: this.clock, place: { kind: "sqlite", file: this.gatewayFile } },
      openStore: () => openSqliteStore<GatewayProcedures>({ file: this.gatewayFile, module }),
      connect: () => this.#connect("gateway", config.credsFile),
    });
  }

  async stopGateway(): Promise<void> {
    await this.#gateway?.stop();
    this.#gateway = undefined;
  }

  async startMonitor(): Promise<void> {
    const own = this.#carrier.paths.participant(MONITOR);
    const { config } = await readMonitorStart(["--config", own.config], {});
    const exchangeUrl = `http://127.0.0.1:${this.#port}`;
    const module = new URL("../../services/regional-monitor/store.ts", import.meta.url);
    this.#monitor = await startRegionalMonitor({
      config: { ...config, exchangeUrl },
      ...{ logger, clock: this.clock, timers: systemTimers },
      openStore: () => openSqliteStore<MonitorProcedures>({ file: this.monitorFile, module }),
      connect: () => this.#connect(MONITOR, config.credsFile),
    });
  }

  async stopMonitor(): Promise<void> {
    await this.#monitor?.stop();
    this.#monitor = undefined;
  }

  #connect(id: string, credsFile: string) {
    const about = { name: `test.${id}`, inboxPrefix: `_I.${id}`, logger };
    return connectBus({ servers: this.#carrier.url, credsFile, ...about });
  }

  party(id: string): Party {
    const party = this.#parties.get(id);
    if (party === undefined) throw new TypeError(`no party ${id}`);
    return party;
  }

  /** Puts messages on the outbox of their sender. */
  async send(...messages: readonly AssembledEnvelope[]): Promise<void> {
    for (const message of messages) {
      const { kind, lane, sender } = headerOf(message);
      const connection = await this.#carrier.raw(sender, sender);
      await connection.request(outSubject(sender, lane, kind), message.bytes);
    }
  }

  get gatewayFile(): string {
    return `${this.#carrier.paths.gateway.dir}/gateway.sqlite`;
  }

  get monitorFile(): string {
    return `${this.#carrier.paths.participant(MONITOR).dir}/${STORE_FILE}`;
  }

  /** Rows of the store of the monitor, or of the gateway. */
  async rows<R>(of: "monitor" | "gateway", sql: string): Promise<R[]> {
    const file = of === "monitor" ? this.monitorFile : this.gatewayFile;
    return await readRows(file, (all) => all<R>(sql));
  }

  /** Takes a message out of the monitor's inbox at the carrier, as if it had been lost there. */
  async loseFeedMessage(): Promise<void> {
    const transport = await this.#carrier.bus(MONITOR);
    await new Promise<void>((resolve, reject) => {
      const lose = (message: { ack(): void }): void => {
        message.ack();
        resolve();
      };
      transport.consume(IN_STREAM, inboxConsumer("bulk"), lose).catch(reject);
    });
    await transport.close();
  }

  async close(): Promise<void> {
    await this.stopMonitor();
    await this.stopGateway();
    await this.#carrier.stop();
  }
}
