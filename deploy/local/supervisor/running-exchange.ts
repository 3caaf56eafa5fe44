import { TracepostError } from "#errors";
import type { ApiDoor } from "#http";
import { type Logger, PROCESS_LIMITS, Semaphore, systemClock } from "#runtime";
import type { ExchangePaths } from "../folder/exchange-paths.ts";
import type { RegisterFollower } from "../register/register-follower.ts";
import type { Steward, StewardReport } from "../steward.ts";
import type { CertificateRounds } from "../watch/certificate-rounds.ts";
import type { EventWatch } from "../watch/event-watch.ts";
import type { FolderLock } from "./folder-lock.ts";
import type { ManagedProcess, ProcessEvent } from "./managed-process.ts";
import type { MemberServices } from "./member-services.ts";
import { NATS_NAME } from "./nats-process.ts";
import { startMarkOf } from "./process-identity.ts";
import { type ProcessRecord, type RunState, removeRunState, writeRunState } from "./run-state.ts";

/** Name of the gateway among the processes of an exchange. */
export const GATEWAY_NAME = "gateway";
/** Services started at the same time; each keeps a core busy for half a second. */
const STARTS_AT_ONCE = 4;
/** A free port may be taken before the server opens it: another one is tried. */
const SERVER_STARTS_MAX = 3;

/** One process, for those who look at it or, in fault tests, end it. */
export interface ProcessControl {
  readonly name: string;
  /** 0 while it does not run. */
  readonly pid: number;
  /** "" while it is not ready. */
  readonly url: string;
  /** Sends a signal (default SIGKILL) and waits for the end. */
  kill(signal?: NodeJS.Signals): Promise<void>;
  waitExit(): Promise<void>;
  waitReady(): Promise<void>;
  start(): Promise<void>;
  stop(): Promise<void>;
  restart(): Promise<void>;
}

/** A service of a participant that runs. */
export interface RunningParticipant extends ProcessRecord {
  /** Token of its user `installation`, who sees no case (TP-API-9); secret. */
  readonly token: string;
}

/** An exchange that runs on this machine. Values are those of now: a restart changes a pid. */
export interface RunningExchange {
  readonly dataDir: string;
  readonly paths: ExchangePaths;
  readonly nats: ProcessRecord;
  readonly gateway: ProcessRecord;
  /** Focal points and border agencies, by participant id. */
  readonly participants: ReadonlyMap<string, RunningParticipant>;
  /** `nats`, `gateway`, or a participant id. Throws TracepostError INTERNAL for another name. */
  process(name: string): ProcessControl;
  /** Has the steward look after all streams now. */
  stewardRound(): Promise<StewardReport>;
  /**
   * Drains and stops everything, in order; ends by force what takes longer than `deadlineMs`
   * (default PROCESS_LIMITS.shutdownMs). Later calls wait for the first. Never throws.
   */
  stop(deadlineMs?: number): Promise<void>;
}

/** What an exchange is put together from. */
export interface LocalExchangeParts {
  readonly paths: ExchangePaths;
  readonly lock: FolderLock;
  readonly nats: ManagedProcess;
  readonly gateway: ManagedProcess;
  /** Those of the participants. */
  readonly members: MemberServices;
  /** Token of the gateway's user `installation`; secret. */
  readonly gatewayToken: string;
  readonly createSteward: (natsUrl: string) => Steward;
  /** Looks at the certificates of who runs here. */
  readonly certificates: CertificateRounds;
  /** Ends looking at the authorities that are believed. */
  readonly unfollow: () => void;
  /** Has what runs here follow the register. */
  readonly follower: RegisterFollower;
  readonly createWatch: (door: () => ApiDoor | undefined) => EventWatch;
  readonly logger: Logger;
}

/** Starts, watches and stops the processes of an exchange. */
export class LocalExchange implements RunningExchange {
  readonly #parts: LocalExchangeParts;
  #steward: Steward | undefined;
  readonly #watch: EventWatch;
  #stopping: Promise<void> | undefined;
  #writing: Promise<void> = Promise.resolve();
  #startedAt = "";
  /** Whether what runs was written: what another exchange has written is not ours to remove. */
  #noted = false;
  readonly #onExit = (): void => this.#killAll();

  constructor(parts: LocalExchangeParts) {
    this.#parts = parts;
    this.#watch = parts.createWatch(() => this.#gatewayDoor());
  }

  get paths(): ExchangePaths {
    return this.#parts.paths;
  }

  get dataDir(): string {
    return this.paths.dataDir;
  }

  get nats(): ProcessRecord {
    return recordOf(this.#parts.nats);
  }

  get gateway(): ProcessRecord {
    return recordOf(this.#parts.gateway);
  }

  get participants(): ReadonlyMap<string, RunningParticipant> {
    const { services } = this.#parts.members;
    return new Map(
      [...services].map(([id, { process: service, token }]) => {
        return [id, { ...recordOf(service), token }];
      }),
    );
  }

  process(name: string): ProcessControl {
    const found = this.#processes().find((candidate) => candidate.name === name);
    if (found === undefined) throw new TracepostError("INTERNAL", `no process is named ${name}`);
    return found;
  }

  async stewardRound(): Promise<StewardReport> {
    return (await this.#steward?.round()) ?? { purged: 0, incidents: [] };
  }

  /** Starts the server and its streams, then the services. Leaves nothing running if it throws. */
  async start(signal?: AbortSignal): Promise<void> {
    this.#startedAt = new Date(systemClock.now()).toISOString();
    process.once("exit", this.#onExit);
    const abort = (): void => void this.stop();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await this.#parts.lock.confirm();
      await this.#startServer();
      this.#refuseIfStopping();
      this.#steward = this.#parts.createSteward(this.nats.url);
      await this.#steward.start();
      const permits = new Semaphore(STARTS_AT_ONCE);
      const all = this.#processes().filter((one) => one !== this.#parts.nats);
      await Promise.all(
        all.map((service) =>
          permits.run(() => {
            this.#refuseIfStopping();
            return service.start();
          }),
        ),
      );
      this.#refuseIfStopping();
      // Whoever hears that it is up may look for the addresses at once.
      this.#note();
      await this.#writing;
      this.#watch.start();
      this.#parts.members.follow();
      this.#parts.follower.start();
      this.#parts.certificates.start();
    } catch (caught) {
      await this.stop();
      throw caught;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** To be told that others take part than before. */
  noteMembers(): void {
    if (this.#stopping === undefined) this.#note();
  }

  /** To be told of everything that happens to a process, so that what is written stays true. */
  noteEvent(event: ProcessEvent): void {
    if (this.#stopping === undefined) this.#note();
    const restarted = event.type === "started" && event.name === NATS_NAME;
    // A server that comes back may have lost the tail of a stream: look at once.
    if (restarted && this.#steward !== undefined) {
      this.#steward.round().catch((caught: unknown) => {
        this.#parts.logger.warn({ err: caught }, "a round of the steward failed");
      });
    }
  }

  stop(deadlineMs: number = PROCESS_LIMITS.shutdownMs): Promise<void> {
    this.#stopping ??= this.#stopAll(deadlineMs);
    return this.#stopping;
  }

  async #startServer(): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      this.#refuseIfStopping();
      try {
        await this.#parts.nats.start();
        return;
      } catch (caught) {
        if (attempt >= SERVER_STARTS_MAX) throw caught;
        this.#parts.logger.warn({ err: caught }, "the nats-server did not start");
      }
    }
  }

  /** Those who need others first: services, gateway, then what carries their messages. */
  async #stopAll(deadlineMs: number): Promise<void> {
    const { certificates, follower, members, gateway, nats, lock, logger, paths, unfollow } =
      this.#parts;
    const steps: (() => Promise<unknown>)[] = [
      () => follower.stop(),
      async () => unfollow(),
      () => certificates.stop(),
      () => this.#watch.stop(),
      () => members.stop(deadlineMs),
      () => gateway.stop(deadlineMs),
      async () => this.#steward?.stop(),
      () => nats.stop(deadlineMs),
      () => this.#writing,
      async () => (this.#noted ? removeRunState(paths) : undefined),
      () => lock.release(),
    ];
    for (const step of steps) {
      await step().catch((caught: unknown) => {
        logger.error({ err: caught }, "a part of the exchange did not stop cleanly");
      });
    }
    process.off("exit", this.#onExit);
  }

  #refuseIfStopping(): void {
    if (this.#stopping === undefined) return;
    throw new TracepostError("UNAVAILABLE", "the start of the exchange was interrupted");
  }

  #processes(): ManagedProcess[] {
    const { nats, gateway, members } = this.#parts;
    return [nats, gateway, ...[...members.services.values()].map((one) => one.process)];
  }

  /** Undefined while the gateway does not answer. */
  #gatewayDoor(): ApiDoor | undefined {
    const { gateway, gatewayToken } = this.#parts;
    return gateway.url === "" ? undefined : { url: gateway.url, token: gatewayToken };
  }

  /** This process ends without having stopped the exchange; services notice, the server cannot. */
  #killAll(): void {
    for (const one of this.#processes()) one.killNow();
  }

  #note(): void {
    this.#noted = true;
    this.#writing = this.#writing
      .then(async () => writeRunState(this.paths, await this.#state()))
      .catch((caught: unknown) => {
        this.#parts.logger.warn({ err: caught }, "cannot write what runs");
      });
  }

  async #state(): Promise<RunState> {
    const { services } = this.#parts.members;
    return {
      startedAt: this.#startedAt,
      supervisorPid: process.pid,
      supervisorStartMark: (await startMarkOf(process.pid)) ?? "",
      nats: this.nats,
      gateway: this.gateway,
      participants: Object.fromEntries(
        [...services].map(([id, { process: service }]) => [id, recordOf(service)]),
      ),
    };
  }
}

function recordOf({ pid, url }: ManagedProcess): ProcessRecord {
  return { pid, url };
}
