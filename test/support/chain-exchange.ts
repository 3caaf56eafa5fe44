import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import type { ApiDoor } from "#http";
import { initExchange, type RunningExchange, startExchange } from "../../deploy/local/index.ts";
import { openFocalPoints } from "./focal-points.ts";
import { specsOf } from "./nats-carrier.ts";
import { openCaseworkDoors, openSecondPersons } from "./test-doors.ts";

// biome-ignore lint/suspicious/noExplicitAny: answers of many routes are looked into
type Json = any;

/** What a door said. */
export interface DoorAnswer {
  readonly status: number;
  readonly body: Json;
}

/** An exchange of States whose officers answer by hand. */
export interface ChainExchange {
  get(state: string, path: string): Promise<DoorAnswer>;
  post(state: string, path: string, body: unknown): Promise<DoorAnswer>;
  /** Asks again until the case is in a state; the case as it is told then. */
  until(state: string, caseId: string, wanted: string): Promise<Json>;
  /** Opens a case and answers it in the State that was asked; its id. */
  askAndAnswer(state: string, trace: Json, reply: object): Promise<string>;
  stop(): Promise<void>;
}

/** One with a second person in each State. */
export interface StaffedExchange extends ChainExchange {
  /** Another person confirms what the first one has prepared; throws unless it is sent. */
  second(state: string, releaseId: string): Promise<void>;
}

/** Starts one as real processes around a real nats-server. */
export async function startChainExchange(states: readonly string[]): Promise<StaffedExchange> {
  const dataDir = join(await mkdtemp(join(tmpdir(), "tracepost-chain-")), "data");
  const participants = specsOf(states).map((one) => ({ ...one, answering: "officer" as const }));
  await initExchange({ dataDir, participants });
  const exchange: RunningExchange = await startExchange({ dataDir });
  const doorOf = await openCaseworkDoors(exchange);
  const confirm = await openSecondPersons(exchange);
  const chain = chainOver(doorOf, async () => {
    await exchange.stop();
    await rm(join(dataDir, ".."), { recursive: true, force: true });
  });
  return {
    ...chain,
    async second(state, releaseId) {
      const status = await confirm(doorOf(state).url, releaseId);
      if (status !== 200) throw new TypeError(`it was not confirmed: ${status}`);
    },
  };
}

/** Opens one in this process, for more States than a small machine has processes for. */
export async function openChainExchange(states: readonly string[]): Promise<ChainExchange> {
  const points = await openFocalPoints(states);
  return chainOver(points.door, points.close);
}

function chainOver(doorOf: (state: string) => ApiDoor, stop: () => Promise<void>): ChainExchange {
  const get = (state: string, path: string) => call(doorOf(state), path);
  const post = (state: string, path: string, body: unknown) => call(doorOf(state), path, body);
  const until = async (state: string, caseId: string, wanted: string): Promise<Json> => {
    const givenUpAt = Date.now() + 60_000;
    for (;;) {
      const { body } = await get(state, `/v1/traces/${caseId}`);
      if (body.state === wanted) return body;
      if (Date.now() > givenUpAt) throw new TypeError(`never ${wanted}: ${JSON.stringify(body)}`);
      await pause(50);
    }
  };
  return {
    get,
    post,
    until,
    async askAndAnswer(state, trace, reply) {
      const opened = await post(state, "/v1/traces", trace);
      if (opened.status !== 201) throw new TypeError(JSON.stringify(opened.body));
      const { caseId } = opened.body;
      await until(trace.to, caseId, "DELIVERED");
      const answered = await post(trace.to, `/v1/traces/${caseId}/reply`, reply);
      if (answered.status !== 201) throw new TypeError(JSON.stringify(answered.body));
      await until(state, caseId, "ANSWERED");
      return caseId;
    },
    stop,
  };
}

async function call(door: ApiDoor, path: string, body?: unknown): Promise<DoorAnswer> {
  const response = await fetch(`${door.url}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: { authorization: `Bearer ${door.token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const isJson = response.headers.get("content-type")?.includes("json") ?? false;
  return { status: response.status, body: isJson ? JSON.parse(text) : text };
}

/** A final answer that the firearm was exported, as the State that answers tells it. */
export function exportedTo(from: string, to: string, date: string, importedFrom?: string): object {
  const imported = { kind: "IMPORTED", fromState: importedFrom, toState: from };
  return {
    sourceNote: "Made up for a test",
    final: {
      outcome: "EXPORTED_ONWARD",
      nextState: to,
      answers: [{ question: "LAST_LEGAL_HOLDER", answer: "Nobody here: it was exported." }],
      custodyEvents: [
        ...(importedFrom === undefined ? [] : [imported]),
        { kind: "EXPORTED", date, fromState: from, toState: to },
      ],
    },
  };
}
