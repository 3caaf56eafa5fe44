import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiDoor } from "#http";
import {
  initExchange,
  type ParticipantSpec,
  type RunningExchange,
  startExchange,
} from "../../deploy/local/index.ts";
import type { Blows } from "./blows.ts";
import { specsOf } from "./nats-carrier.ts";
import { openCaseworkDoors, openSecondPersons } from "./test-doors.ts";

/** What a door answered. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers of many routes are looked into
  readonly body: any;
}

/** One call of a door. */
export interface Question {
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** Instead of the caseworker's; "" for none. */
  readonly token?: string;
}

const PATIENCE_MS = 30_000;

/** A running exchange whose focal points are asked over HTTP, as a caseworker does. */
export class AskedExchange {
  readonly exchange: RunningExchange;
  readonly #doorOf: (participant: string) => ApiDoor;
  #second: ReturnType<typeof openSecondPersons> | undefined;

  private constructor(exchange: RunningExchange, doorOf: (participant: string) => ApiDoor) {
    this.exchange = exchange;
    this.#doorOf = doorOf;
  }

  /** Starts one; those of `officers` answer by hand, the others from their register. */
  static async start(options: {
    readonly participants: readonly string[];
    readonly officers: readonly string[];
    /** Changes of what a participant is; none: as specsOf says. */
    readonly changes?: Readonly<Record<string, Partial<ParticipantSpec>>>;
    /** Ends its processes at named points. */
    readonly blows?: Blows;
  }): Promise<AskedExchange> {
    const dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-asked-")), "data");
    const participants = specsOf(options.participants).map((spec) => ({
      ...spec,
      ...(options.officers.includes(spec.id) ? { answering: "officer" as const } : {}),
      ...options.changes?.[spec.id],
    }));
    await initExchange({ dataDir, participants });
    const { blows } = options;
    const exchange = await startExchange({ dataDir, ...blows?.options });
    if (blows !== undefined) blows.exchange = exchange;
    return new AskedExchange(exchange, await openCaseworkDoors(exchange));
  }

  /** Ends it and removes everything it made. */
  async stop(): Promise<void> {
    await this.exchange.stop();
    await rm(join(this.exchange.dataDir, ".."), { recursive: true, force: true });
  }

  /** The door of a participant as the caseworker enters it; its address is that of now. */
  door(id: string): ApiDoor {
    return this.#doorOf(id);
  }

  /** GET, or POST when there is a body. */
  async ask(id: string, path: string, question: Question = {}): Promise<Answer> {
    const door = this.#doorOf(id);
    const { body, token = door.token } = question;
    const headers: Record<string, string> = { ...question.headers };
    if (token !== "") headers.authorization = `Bearer ${token}`;
    if (body !== undefined) headers["content-type"] ??= "application/json";
    const response = await fetch(`${door.url}${path}`, {
      headers,
      ...(body === undefined ? {} : { method: "POST", body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const answer = text.startsWith("{") ? JSON.parse(text) : text;
    return { status: response.status, headers: response.headers, body: answer };
  }

  /** Confirms as a second person what waits for one; gives the status of the answer. */
  async confirm(id: string, releaseId: string): Promise<number> {
    this.#second ??= openSecondPersons(this.exchange);
    return (await this.#second)(this.#doorOf(id).url, releaseId);
  }

  /** Asks again until the answer is as wanted. */
  async until(id: string, path: string, wanted: (body: Answer["body"]) => boolean) {
    const givenUpAt = Date.now() + PATIENCE_MS;
    for (;;) {
      const { body } = await this.ask(id, path);
      if (wanted(body)) return body;
      if (Date.now() > givenUpAt) throw new TypeError(`it never came: ${JSON.stringify(body)}`);
      await pause(50);
    }
  }
}
