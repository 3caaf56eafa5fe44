import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { getContainerRuntimeClient } from "testcontainers";
import { inject } from "vitest";
import { ExchangePaths, type RunningExchange } from "../../deploy/local/index.ts";
import { findFreePort } from "../../deploy/local/supervisor/free-port.ts";
import type {
  ProcessControl,
  RunningParticipant,
} from "../../deploy/local/supervisor/running-exchange.ts";
import { type ComposeProject, compose, containerUser, giveToContainer } from "./compose.ts";
import { REPOSITORY } from "./source-files.ts";

const FOLDER = join(REPOSITORY, "deploy", "container");
/** States of the compose file. */
export const COMPOSE_STATES = ["AT", "BE", "BR"] as const;
/** Service of its border agency. */
export const COMPOSE_AGENCY = "border-agency-br-customs";
/** The monitor of the compose file. */
const COMPOSE_MONITOR = "regional-monitor-org-unoda";
const POLL_MS = 200;
const HEALTHY_MS_MAX = 90_000;

/** What the engine says of a container. */
export interface ContainerState {
  readonly id: string;
  readonly running: boolean;
  readonly exitCode: number;
  /** "" when the image has no health check. */
  readonly health: string;
  /** Number of its first process on this machine; 0 when it does not run. */
  readonly pid: number;
  /** Addresses by network, without the name of the project. */
  readonly addresses: Readonly<Record<string, string>>;
}

/** The exchange of the compose file, on a data folder of its own. */
export class ComposeExchange implements RunningExchange {
  readonly dataDir: string;
  readonly project: ComposeProject;
  readonly #tokens = new Map<string, string>();

  private constructor(dataDir: string, project: ComposeProject) {
    this.dataDir = dataDir;
    this.project = project;
  }

  /** A data folder and a project; nothing is set up. */
  static async create(): Promise<ComposeExchange> {
    const { compose: command, nats, product, run } = inject("containers");
    if (command === undefined) throw new TypeError("compose is not installed");
    const dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-compose-")), "exchange");
    await mkdir(dataDir, { mode: 0o700 });
    await giveToContainer(dataDir);
    const ports = await freePorts(COMPOSE_STATES.length + 2);
    const env = {
      TRACEPOST_DATA: dataDir,
      TRACEPOST_IMAGE: product,
      TRACEPOST_NATS_IMAGE: nats,
      TRACEPOST_USER: containerUser().join(":"),
      TRACEPOST_GATEWAY_PORT: String(ports[0]),
      TRACEPOST_BR_CUSTOMS_PORT: String(ports.at(-1)),
      ...Object.fromEntries(
        COMPOSE_STATES.map((id, at) => [`TRACEPOST_${id}_PORT`, String(ports[at + 1])]),
      ),
    };
    const name = `tracepost-test-${run}`;
    const file = join(FOLDER, "compose.yaml");
    return new ComposeExchange(dataDir, { command, cwd: FOLDER, file, name, env });
  }

  /** Sets the exchange up as its page says; then it sends again and asks for gaps sooner. */
  async init(): Promise<void> {
    await this.compose("run", "--rm", "init");
    await this.compose("run", "--rm", "nats-config");
    await tune(this.paths.gateway.config, { resendFirstMs: 400, logLevel: "warn" });
    for (const id of COMPOSE_STATES) {
      const { apiToken, config } = this.paths.participant(id);
      this.#tokens.set(id, (await readFile(apiToken, "utf8")).trim());
      await tune(config, { resendFirstMs: 400, gapNoticeAfterMs: 2_000, logLevel: "warn" });
    }
  }

  /** Starts everything and waits until it is healthy. */
  async start(): Promise<this> {
    await this.compose("up", "--detach");
    const names = ["steward", "gateway", ...COMPOSE_STATES, COMPOSE_AGENCY, COMPOSE_MONITOR];
    await Promise.all(names.map((name) => this.process(name).waitReady()));
    return this;
  }

  compose(...args: string[]): Promise<string> {
    return compose(this.project, ...args);
  }

  /** Runs a piece of JavaScript in a container of our image; returns the JSON it prints. */
  async look(service: string, script: string): Promise<unknown> {
    const node = "/opt/tracepost/runtime/node";
    return JSON.parse(await this.compose("exec", "-T", service, node, "-e", script));
  }

  get paths(): ExchangePaths {
    return new ExchangePaths(this.dataDir);
  }

  get nats() {
    return { pid: 0, url: "" };
  }

  get gateway() {
    return { pid: 0, url: this.#url("GATEWAY") };
  }

  get participants(): ReadonlyMap<string, RunningParticipant> {
    return new Map(
      COMPOSE_STATES.map((id) => {
        return [id, { pid: 0, url: this.#url(id), token: this.#tokens.get(id) ?? "" }];
      }),
    );
  }

  /** What the engine says of a service's container; undefined when there is none. */
  async state(service: string): Promise<ContainerState | undefined> {
    const { dockerode } = (await getContainerRuntimeClient()).container;
    const { name } = this.project;
    const label = [
      `com.docker.compose.project=${name}`,
      `com.docker.compose.service=${service}`,
      "com.docker.compose.oneoff=False",
    ];
    const listed: Promise<{ Id: string }[]> = dockerode.listContainers({
      all: true,
      filters: { label },
    });
    const [found] = await listed;
    if (found === undefined) return undefined;
    const { Id, NetworkSettings, State } = await dockerode.getContainer(found.Id).inspect();
    return {
      id: Id,
      running: State.Running,
      exitCode: State.ExitCode,
      health: State.Health?.Status ?? "",
      pid: State.Pid,
      addresses: Object.fromEntries(
        Object.entries(NetworkSettings.Networks).map(([network, { IPAddress }]) => [
          network.replace(`${name}_`, ""),
          IPAddress,
        ]),
      ),
    };
  }

  /** A container as a process: `nats`, `gateway`, `steward`, or a participant id. */
  process(name: string): ProcessControl {
    const isState = COMPOSE_STATES.some((id) => id === name);
    const service = isState ? `focal-point-${name.toLowerCase()}` : name;
    const container = async () => {
      const { dockerode } = (await getContainerRuntimeClient()).container;
      return dockerode.getContainer((await this.state(service))?.id ?? "");
    };
    const start = async (): Promise<void> => {
      await (await container()).start();
    };
    const stop = async (): Promise<void> => {
      await (await container()).stop();
    };
    const waitExit = (): Promise<void> =>
      this.#until(`${name} has ended`, async () => (await this.state(service))?.running !== true);
    return {
      name,
      pid: 0,
      url: name === "gateway" || isState ? this.#url(name.toUpperCase()) : "",
      kill: async (signal = "SIGKILL") => {
        const sent: Promise<unknown> = (await container()).kill({ signal });
        await sent;
        await waitExit();
      },
      waitExit,
      waitReady: () =>
        this.#until(`${name} is healthy`, async () => {
          return (await this.state(service))?.health === "healthy";
        }),
      start,
      stop,
      restart: async () => {
        await stop();
        await start();
      },
    };
  }

  /** It makes its rounds by itself. */
  async stewardRound() {
    return { purged: 0, incidents: [] };
  }

  /** Drains and stops every container; they stay, with their logs and exit codes. */
  async stop(): Promise<void> {
    await this.compose("stop");
  }

  /** Removes containers, networks and the data folder. */
  async remove(): Promise<void> {
    await this.compose("down", "--volumes", "--timeout", "0");
    await rm(join(this.dataDir, ".."), { recursive: true, force: true });
  }

  #url(name: string): string {
    return `http://127.0.0.1:${this.project.env[`TRACEPOST_${name}_PORT`]}`;
  }

  async #until(what: string, holds: () => Promise<boolean>): Promise<void> {
    const deadline = performance.now() + HEALTHY_MS_MAX;
    while (!(await holds())) {
      if (performance.now() > deadline) {
        throw new TypeError(`it never came true that ${what}:\n${await this.compose("logs")}`);
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
  }
}

async function tune(file: string, tuning: Readonly<Record<string, unknown>>): Promise<void> {
  const config = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...config, ...tuning }));
}

async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) ports.add(await findFreePort());
  return [...ports];
}
