import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ReceiptType } from "#proto";
import type { CrashPoint, PostgresPlace } from "#runtime";
import {
  type AssembledEnvelope,
  outSubject,
  type Publication,
  parseDispatch,
  type Transport,
} from "#wire";
import { credentialsFile } from "../../deploy/local/provision/authority-files.ts";
import type { GatewayConfig } from "../../gateway/config.ts";
import { type GatewayFiles, layGatewayFiles } from "./gateway-files.ts";
import { headerOf, recipientReceipt } from "./messages.ts";
import { startTestCarrier, type TestCarrier } from "./nats-carrier.ts";
import { makeParties, type Parties } from "./parties.ts";
import { receiptsIn } from "./read-receipts.ts";

const CHILD = fileURLToPath(new URL("./instance-child.ts", import.meta.url));

/** What an instance is started with. */
export interface InstanceSettings {
  readonly config: GatewayConfig;
  readonly place: PostgresPlace;
  /** `point:passing` at which it kills itself; empty: nowhere. */
  readonly crashAt: string;
}

/** A process with one instance. */
export interface InstanceProcess {
  readonly child: ChildProcess;
  /** Settles when it has ended, with the signal that ended it. */
  readonly ended: Promise<NodeJS.Signals | null>;
}

/**
 * Several instances of a gateway as processes, on one store and one real NATS, and participants as
 * bare as can be: they send again what is not accepted, and confirm what they are handed.
 */
export class GatewayInstances {
  readonly carrier: TestCarrier;
  readonly parties: Parties;
  /** When each message was told as accepted first, by id; by `performance.now()`. */
  readonly acceptedAtMs = new Map<string, number>();
  /** Ids that recipients were handed. */
  readonly handed = new Set<string>();
  readonly #files: GatewayFiles;
  readonly #place: PostgresPlace;
  readonly #confirms: boolean;
  readonly #running: InstanceProcess[] = [];
  readonly #buses = new Map<string, Transport>();
  #attempt = 0;

  private constructor(parts: {
    readonly files: GatewayFiles;
    readonly place: PostgresPlace;
    readonly carrier: TestCarrier;
    readonly parties: Parties;
    readonly confirms: boolean;
  }) {
    this.#files = parts.files;
    this.#place = parts.place;
    this.#confirms = parts.confirms;
    this.carrier = parts.carrier;
    this.parties = parts.parties;
  }

  /** Everything but instances; `confirms`: whether recipients say that they have a message. */
  static async open(
    place: PostgresPlace,
    ids: readonly string[],
    { confirms = true }: { readonly confirms?: boolean } = {},
  ): Promise<GatewayInstances> {
    const dir = await mkdtemp(join(tmpdir(), "tracepost-instances-"));
    const parties = makeParties(ids.map((id) => ({ id })));
    const files = await layGatewayFiles(dir, parties);
    const carrier = await startTestCarrier(ids);
    const instances = new GatewayInstances({ files, place, carrier, parties, confirms });
    for (const id of ids) await instances.#takePart(id);
    return instances;
  }

  /** Starts one more instance, which may kill itself at a crash point; settles when it is ready. */
  async start(crashAt?: CrashPoint, passing = 1): Promise<InstanceProcess> {
    const settings: InstanceSettings = {
      ...{ config: this.#config(), place: this.#place },
      crashAt: crashAt === undefined ? "" : `${crashAt}:${passing}`,
    };
    const child = fork(CHILD, [JSON.stringify(settings)]);
    const ended = once(child, "exit").then(([, signal]) => signal as NodeJS.Signals | null);
    const instance = { child, ended };
    this.#running.push(instance);
    const ready = once(child, "message").then(() => true);
    if (!(await Promise.race([ready, ended.then(() => false)]))) {
      throw new TypeError("an instance ended before it was ready");
    }
    return instance;
  }

  /** Puts a message into its sender's outbox, once more if it was there before. */
  async send(message: AssembledEnvelope): Promise<void> {
    const { kind, lane, messageId, sender } = headerOf(message);
    this.#attempt += 1;
    await this.#bus(sender).publish({
      subject: outSubject(sender, lane, kind),
      data: message.bytes,
      transportId: `${messageId}.${this.#attempt}`,
    });
  }

  /** Ends all that still runs, and removes what was made. */
  async close(): Promise<void> {
    for (const { child, ended } of this.#running) {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGTERM");
      await ended;
    }
    await this.carrier.stop();
    await rm(this.#files.dataDir, { recursive: true, force: true });
  }

  #bus(id: string): Transport {
    const bus = this.#buses.get(id);
    if (bus === undefined) throw new TypeError(`${id} takes no part`);
    return bus;
  }

  async #takePart(id: string): Promise<void> {
    const bus = await this.carrier.bus(id);
    this.#buses.set(id, bus);
    await bus.consume("IN", "in-normal", (inbound) => {
      const { data, subject } = inbound;
      inbound.ack();
      if (subject.endsWith(".receipt")) this.#hear({ data, subject, transportId: "" });
      else if (this.#confirms) void this.#confirm(id, data).catch(() => undefined);
    });
  }

  #hear(publication: Publication): void {
    for (const { messageId, type } of receiptsIn([publication])) {
      if (type !== ReceiptType.ACCEPTED || this.acceptedAtMs.has(messageId)) continue;
      this.acceptedAtMs.set(messageId, performance.now());
    }
  }

  /** Says `delivered`; what is not told now is handed over again, and told then. */
  async #confirm(id: string, data: Uint8Array): Promise<void> {
    const parsed = parseDispatch(data);
    if (!parsed.ok) throw new TypeError(parsed.refusal.code);
    const { message } = parsed.value;
    this.handed.add(message.header.messageId);
    const about = [{ sender: message.header.sender, message }];
    await this.send(recipientReceipt(this.parties.party(id), about));
  }

  #config(): GatewayConfig {
    return {
      ...this.#files,
      natsUrl: this.carrier.url,
      credsFile: credentialsFile(this.carrier.paths, "GATEWAY", "gateway"),
      http: { host: "127.0.0.1", port: 0 },
      logLevel: "error" as never,
      resendFirstMs: this.#confirms ? 1_000 : 60_000,
    };
  }
}
