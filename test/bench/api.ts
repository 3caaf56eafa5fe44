import { fork } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { Agent, request } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { TracepostError } from "#errors";
import type { ApiDoor } from "#http";
import { initExchange, type RunningExchange, startExchange } from "../../deploy/local/index.ts";
import { openCaseworkDoors } from "../support/test-doors.ts";
import { traceBody } from "../support/trace-body.ts";
import type { BareAnswers } from "./bare-api.ts";
import { endProgram, specOf } from "./exchange.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const BARE = fileURLToPath(new URL("./bare-api.ts", import.meta.url));
/** Requests under way at a time: a handful of officers and one national system. */
const IN_FLIGHT = 16;
const CASES = 200;
const PAGE_ROWS = 50;
const POST_PATH = "/v1/traces";

/** Requests a second that a focal point answers, beside a server that only answers. */
export const apiBench: Bench = {
  name: "api",
  about: "requests a second of a focal point's HTTP API",
  run: measureApi,
};

/** One request, made again and again. */
interface Call {
  readonly name: string;
  readonly method: "GET" | "POST";
  readonly path: string;
  readonly status: number;
}

async function measureApi(options: BenchOptions): Promise<Section> {
  const dir = await mkdtemp(join(tmpdir(), "tracepost-bench-"));
  const dataDir = join(dir, "data");
  await initExchange({ dataDir, participants: ["AT", "US"].map(specOf) });
  // What is measured is the service, not its bound for one user.
  const tuning = { requestsPerUserMax: Number.MAX_SAFE_INTEGER };
  const exchange = await startExchange({ dataDir, tuning });
  try {
    const door = await doorOf(exchange, "US");
    const agent = new Agent({ keepAlive: true, maxSockets: IN_FLIGHT });
    const ask = asker(agent, door);
    const made = await fill(ask);
    const calls: readonly Call[] = [
      { name: "show a case", method: "GET", path: `/v1/traces/${made.caseId}`, status: 200 },
      { name: `list ${PAGE_ROWS} cases`, method: "GET", path: LIST_PATH, status: 200 },
      { name: "create a trace request", method: "POST", path: POST_PATH, status: 201 },
    ];
    const gets = await answersOf(ask, calls);
    const post = { path: POST_PATH, answer: made.answer };
    const bare = await startBare({ file: join(dir, "bare.sqlite"), gets, post });
    const figures = await measureCalls(options, calls, { bare: asker(agent, bare), ours: ask });
    await bare.end();
    agent.destroy();
    return sectionOf(figures);
  } finally {
    await exchange.stop();
    await rm(dir, { recursive: true, force: true });
  }
}

const LIST_PATH = `/v1/traces?limit=${PAGE_ROWS}`;

interface Figure {
  readonly name: string;
  readonly bare: number;
  readonly ours: number;
}

function sectionOf(figures: readonly Figure[]): Section {
  return {
    title: `HTTP API of a focal point, ${IN_FLIGHT} requests at a time, ${CASES} cases at first`,
    columns: ["request", "bare server, /s", "focal point, /s", "ratio"],
    rows: figures.map(({ name, bare, ours }) => [
      name,
      bare.toFixed(0),
      ours.toFixed(0),
      (ours / bare).toFixed(2),
    ]),
    data: { inFlight: IN_FLIGHT, figures },
  };
}

async function measureCalls(
  options: BenchOptions,
  calls: readonly Call[],
  doors: { readonly bare: Ask; readonly ours: Ask },
): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const call of calls) {
    const bare = await rateOf(doors.bare, call, options.seconds / 2);
    const ours = await rateOf(doors.ours, call, options.seconds / 2);
    options.progress(`${call.name}: ${ours.toFixed(0)}/s`);
    figures.push({ name: call.name, bare, ours });
  }
  return figures;
}

/** Answered requests a second; every answer must have the status expected. */
async function rateOf(ask: Ask, call: Call, seconds: number): Promise<number> {
  const startedAt = performance.now();
  const endsAt = startedAt + seconds * 1_000;
  let answered = 0;
  const work = async (): Promise<void> => {
    while (performance.now() < endsAt) {
      await ask(call, `${call.name}-${answered}`);
      answered += 1;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return (answered / (performance.now() - startedAt)) * 1_000;
}

/** Makes one request and returns the body of the answer. */
type Ask = (call: Omit<Call, "name">, marks: string) => Promise<string>;

function asker(agent: Agent, door: Pick<ApiDoor, "url" | "token">): Ask {
  const headers = { authorization: `Bearer ${door.token}`, "content-type": "application/json" };
  return ({ method, path, status }, marks) =>
    new Promise((resolve, reject) => {
      const sent = request(`${door.url}${path}`, { agent, method, headers }, (answer) => {
        const chunks: Buffer[] = [];
        answer.on("data", (chunk: Buffer) => chunks.push(chunk));
        answer.on("error", reject);
        answer.on("end", () => {
          const text = Buffer.concat(chunks).toString();
          if (answer.statusCode === status) resolve(text);
          else reject(unexpected(`${method} ${path}: ${answer.statusCode} ${text}`));
        });
      });
      sent.on("error", reject);
      sent.end(method === "POST" ? JSON.stringify(newTrace(marks)) : undefined);
    });
}

function unexpected(found: string): TracepostError {
  return new TracepostError("UNAVAILABLE", `the bench was answered otherwise: ${found}`);
}

async function fill(ask: Ask): Promise<{ caseId: string; answer: string }> {
  let answer = "";
  for (let n = 0; n < CASES; n += 1) {
    answer = await ask({ method: "POST", path: POST_PATH, status: 201 }, `fill-${n}`);
  }
  const { caseId } = JSON.parse(answer);
  await delivered(ask, `/v1/traces/${caseId}`);
  return { caseId, answer };
}

/** Waits until nothing of the filling is under way any more: the last one has both receipts. */
async function delivered(ask: Ask, path: string): Promise<void> {
  for (;;) {
    const { messages } = JSON.parse(await ask({ method: "GET", path, status: 200 }, ""));
    if (messages[0]?.receipts.length >= 2) return;
    await wait(200);
  }
}

async function answersOf(ask: Ask, calls: readonly Call[]): Promise<Record<string, string>> {
  const gets = calls.filter(({ method }) => method === "GET");
  const entries = gets.map(async (call) => [pathOnly(call.path), await ask(call, "")] as const);
  return Object.fromEntries(await Promise.all(entries));
}

function pathOnly(path: string): string {
  return path.split("?")[0] as string;
}

async function doorOf(exchange: RunningExchange, participant: string): Promise<ApiDoor> {
  const doors = await openCaseworkDoors(exchange);
  return doors(participant);
}

async function startBare(
  answers: BareAnswers,
): Promise<Pick<ApiDoor, "url" | "token"> & { end(): Promise<void> }> {
  const child = fork(BARE, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  const url = await new Promise<string>((resolve, reject) => {
    child.once("message", (said: { url: string }) => resolve(said.url));
    child.once("exit", (code) => reject(unexpected(`the bare server ended with ${code}`)));
    child.send(answers);
  });
  return { url, token: "none", end: () => endProgram(child) };
}

/** The body of `POST /v1/traces` about one made-up firearm. */
function newTrace(marks: string): object {
  const body = traceBody({ to: "AT", serial: `MADE-UP ${marks}` });
  return { ...body, request: { ...body.request, nationalCaseNumber: `US/${marks}` } };
}
