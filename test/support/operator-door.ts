import type { KeyObject } from "node:crypto";
import type { DisposalRouteDeps } from "#disposal-api";
import { createHttpServer, type HttpServer } from "#http";
import { createLogger } from "#runtime";
import { admitInstallation, newToken, type Role } from "#users";
import { operatorDoor } from "../../gateway/api/operator-door.ts";
import type { RenewalRouteDeps } from "../../gateway/api/renewal-routes.ts";
import type { TimestampRouteDeps } from "../../gateway/api/timestamp-routes.ts";
import type { DecisionKind } from "../../gateway/store/quarantine-decision.ts";
import type { GatewayBench } from "./gateway-bench.ts";
import { TEST_TITLE } from "./test-route.ts";

/** Answer of a route. */
export interface DoorAnswer {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes are looked into
  readonly body: any;
}

const IDLE_CLERK: DisposalRouteDeps["clerk"] = {
  hasLooked: async () => true,
  clockJumped: async () => false,
  trustClock: async () => undefined,
  wake: () => undefined,
};

const IDLE_RENEWER: RenewalRouteDeps["renewer"] = {
  standing: async () => {
    return { renewals: [], digest: "SHA-512", rehashed: 0, size: 0, dueAtMs: undefined };
  },
  renew: async () => ({ type: "nothing" }),
};

const NO_AUTHORITIES: TimestampRouteDeps["timestamps"] = { urls: [], askAll: async () => [] };

/** The gateway's HTTP door on the store of a bench, with users in it. */
export class OperatorDoor {
  /** Token of the user `installation`. */
  readonly installation = newToken().text;
  /** What the gateway's log was told of decisions. */
  readonly told: { item: number; decision: DecisionKind }[] = [];
  readonly #bench: GatewayBench;
  readonly #roots: { readonly rootKeysEver: readonly KeyObject[] };
  readonly #clerk: DisposalRouteDeps["clerk"];
  readonly #renewer: RenewalRouteDeps["renewer"];
  readonly #timestamps: TimestampRouteDeps["timestamps"];
  #server: HttpServer | undefined;

  /** Without a clerk nothing is due, and no clock jumps. */
  constructor(
    bench: GatewayBench,
    rootKeysEver: readonly KeyObject[] = [],
    clerk: DisposalRouteDeps["clerk"] = IDLE_CLERK,
    renewer: RenewalRouteDeps["renewer"] = IDLE_RENEWER,
    timestamps: TimestampRouteDeps["timestamps"] = NO_AUTHORITIES,
  ) {
    this.#bench = bench;
    this.#roots = { rootKeysEver };
    this.#clerk = clerk;
    this.#renewer = renewer;
    this.#timestamps = timestamps;
  }

  async open(): Promise<void> {
    const { store, checkpoints, register } = this.#bench;
    const clock = { now: () => this.#bench.nowMs };
    const logger = createLogger({ name: "test", level: "silent" });
    await admitInstallation(store, this.installation, clock.now());
    const events = {
      itemDecided: (item: number, { decision }: { decision: DecisionKind }): void => {
        this.told.push({ item, decision });
      },
    };
    const api = operatorDoor({
      ...{ store, checkpoints, events, register, clock, logger },
      ...{ witnesses: { cosigned: undefined }, roots: this.#roots },
      clerk: this.#clerk,
      renewer: this.#renewer,
      timestamps: this.#timestamps,
    });
    this.#server = await createHttpServer({
      host: "127.0.0.1",
      port: 0,
      logger,
      health: {},
      title: TEST_TITLE,
      api,
    });
  }

  get url(): string {
    return this.#server?.url ?? "";
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** GET without a body, else POST. */
  async ask(token: string, path: string, body?: unknown): Promise<DoorAnswer> {
    const isPost = body !== undefined;
    const response = await fetch(`${this.url}/v1${path}`, {
      method: isPost ? "POST" : "GET",
      headers: {
        authorization: `Bearer ${token}`,
        ...(isPost ? { "content-type": "application/json" } : {}),
      },
      ...(isPost ? { body: JSON.stringify(body) } : {}),
    });
    return { status: response.status, body: await response.json() };
  }

  /** Adds a person and gives a token of hers. */
  async person(userId: string, ...roles: Role[]): Promise<string> {
    await this.ask(this.installation, "/users", { userId, name: userId, roles });
    const issued = await this.ask(this.installation, `/users/${userId}/tokens`, {});
    return issued.body.token;
  }

  operator(userId = "amina"): Promise<string> {
    return this.person(userId, "GATEWAY_OPERATOR");
  }
}
