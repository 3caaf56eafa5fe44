import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { ApiDoor } from "#http";
import type { RunningService } from "#participant";
import { Role } from "#proto";
import { type Clock, createLogger, systemTimers } from "#runtime";
import { openSqliteStore } from "#store";
import { generateSealingKey, savePublicKey, saveSealingKey, saveSigningKey } from "#trust";
import { newToken } from "#users";
import type { MonitorConfig } from "../../services/regional-monitor/config.ts";
import { startRegionalMonitor } from "../../services/regional-monitor/regional-monitor.ts";
import type { MonitorProcedures } from "../../services/regional-monitor/store.ts";
import { MONITOR } from "./made-feed.ts";
import { MemoryCarrier } from "./memory-carrier.ts";
import { makeParties, type Parties } from "./parties.ts";

const STORE = new URL("../../services/regional-monitor/store.ts", import.meta.url);
const logger = createLogger({ name: "test", level: "silent" });

/** A whole regional monitor, with its files and its doors, on a carrier of its own. */
export class WholeMonitor {
  readonly parties: Parties;
  readonly #dir: string;
  readonly #token = newToken().text;
  #running: RunningService | undefined;

  private constructor(dir: string, parties: Parties) {
    this.#dir = dir;
    this.parties = parties;
  }

  /** Makes its files in a folder; it is of a register with Niger. */
  static async make(dir: string): Promise<WholeMonitor> {
    const sealing = await generateSealingKey();
    const role = Role.REGIONAL_MONITOR;
    const own = { id: MONITOR, role, sealingKey: sealing.recipient };
    const one = new WholeMonitor(join(dir, "monitor"), makeParties([{ id: "NE" }, own]));
    await mkdir(one.#dir, { recursive: true });
    await saveSigningKey(one.file("header.key"), one.parties.party(MONITOR).key);
    await saveSealingKey(one.file("seal.age"), sealing);
    await savePublicKey(one.file("root.pub"), one.parties.root);
    await writeFile(one.file("register.bin"), one.parties.registerBytes);
    await writeFile(one.file("api.token"), one.#token, { mode: 0o600 });
    return one;
  }

  /** Starts it; a second start goes on with what it holds. */
  async start(clock: Clock, settings: Partial<MonitorConfig> = {}): Promise<void> {
    await this.stop();
    const carrier = new MemoryCarrier({
      ...{ random: Math.random, timers: systemTimers, ackWaitMs: 30_000 },
    });
    this.#running = await startRegionalMonitor({
      config: {
        ...{ participant: MONITOR, dataDir: this.#dir, keysDir: this.#dir, logLevel: "silent" },
        ...{ natsUrl: "nats://memory.invalid", credsFile: this.file("none.creds") },
        ...{ registerFile: this.file("register.bin"), rootPublicKeyFiles: [this.file("root.pub")] },
        ...{ apiTokenFile: this.file("api.token"), http: { host: "127.0.0.1", port: 0 } },
        ...settings,
      },
      ...{ logger, clock, timers: systemTimers },
      openStore: (file) => openSqliteStore<MonitorProcedures>({ file, module: STORE }),
      connect: async () => carrier.connect(MONITOR),
    });
  }

  async stop(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** One of its files. */
  file(name: string): string {
    return join(this.#dir, name);
  }

  /** Its own user's door. */
  get door(): ApiDoor {
    return { url: this.#running?.url ?? "", token: this.#token };
  }
}
