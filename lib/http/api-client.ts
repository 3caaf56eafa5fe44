import { Readable } from "node:stream";
import { setTimeout as pause } from "node:timers/promises";
import { TracepostError } from "#errors";

/** A role's HTTP door, as a client sees it. */
export interface ApiDoor {
  /** `http://host:port`. */
  readonly url: string;
  /** Bearer token of `/v1`. */
  readonly token: string;
}

/** One call. */
export interface ApiCall {
  readonly method?: "GET" | "POST" | "PUT" | "DELETE";
  /** Path with query, from the root, such as `/v1/summary`. */
  readonly path: string;
  /** JSON body. */
  readonly body?: unknown;
  /** Body as JSON Lines, streamed; instead of `body`. */
  readonly lines?: Iterable<unknown>;
  /** Body as it is, of a content type of its own; instead of `body`. */
  readonly bytes?: { readonly type: string; readonly data: Uint8Array };
  readonly headers?: Readonly<Record<string, string>>;
  /** Longest wait for the whole answer. */
  readonly timeoutMs: number;
}

/** What a door answered when it said yes. */
export interface ApiAnswer<T> {
  /** HTTP status, below 300. */
  readonly status: number;
  readonly body: T;
}

/**
 * Calls a door and returns the JSON it answers; the caller knows its shape. Throws TracepostError
 * UNAVAILABLE when nobody answers, and otherwise ApiProblem with what the problem details say:
 * USAGE for a call that was wrong (4xx), UNAVAILABLE for a service that could not (5xx).
 */
export async function callApi<T>(door: ApiDoor, call: ApiCall): Promise<T> {
  return (await askApi<T>(door, call)).body;
}

/** The same as {@link callApi}, with the status. */
export async function askApi<T>(door: ApiDoor, call: ApiCall): Promise<ApiAnswer<T>> {
  const response = await patientRequest(door, call);
  if (!response.ok) throw await problemOf(response, door, call);
  return { status: response.status, body: JSON.parse(await response.text()) as T };
}

/**
 * Calls a door and gives the answer as it comes, a piece at a time, however long it is. Throws as
 * {@link callApi}, and UNAVAILABLE when the answer breaks off.
 */
export async function* streamApi(door: ApiDoor, call: ApiCall): AsyncGenerator<Uint8Array> {
  yield* (await openStream(door, call)).body;
}

/** The same as {@link streamApi}, with the headers of the answer. */
export async function openStream(
  door: ApiDoor,
  call: ApiCall,
): Promise<{ readonly headers: Headers; readonly body: AsyncGenerator<Uint8Array> }> {
  const response = await patientRequest(door, call);
  if (!response.ok) throw await problemOf(response, door, call);
  return { headers: response.headers, body: piecesOf(response, door) };
}

async function* piecesOf(response: Response, door: ApiDoor): AsyncGenerator<Uint8Array> {
  try {
    yield* response.body ?? [];
  } catch (caught) {
    throw new TracepostError("UNAVAILABLE", `the answer of ${door.url} broke off`, {
      cause: caught,
      remedy: "Ask again.",
    });
  }
}

/** Calls a door that answers a file, and returns its bytes. Throws as {@link callApi}. */
export async function fetchFile(door: ApiDoor, call: ApiCall): Promise<Buffer> {
  const response = await patientRequest(door, call);
  if (!response.ok) throw await problemOf(response, door, call);
  return Buffer.from(await response.arrayBuffer());
}

async function problemOf(response: Response, door: ApiDoor, call: ApiCall): Promise<ApiProblem> {
  // Without its query, which may hold a serial number.
  const [path = ""] = call.path.split("?");
  const problem = readProblem(await response.text());
  return new ApiProblem(response.status, problem, `${call.method ?? "GET"} ${door.url}${path}`);
}

/**
 * Waits and asks again where the door says that it was asked too often (TP-API-22), as long as the
 * call may take. A stream of lines is not sent twice.
 */
async function patientRequest(door: ApiDoor, call: ApiCall): Promise<Response> {
  const endsAt = performance.now() + call.timeoutMs;
  for (;;) {
    const timeoutMs = Math.max(1, Math.floor(endsAt - performance.now()));
    const response = await request(door, { ...call, timeoutMs });
    const waitMs = Number(response.headers.get("retry-after")) * 1_000;
    const mayWait = waitMs > 0 && performance.now() + waitMs < endsAt;
    if (response.status !== 429 || !mayWait || call.lines !== undefined) return response;
    await response.body?.cancel();
    await pause(waitMs);
  }
}

async function request(door: ApiDoor, call: ApiCall): Promise<Response> {
  const headers: Record<string, string> = {
    authorization: `Bearer ${door.token}`,
    ...call.headers,
  };
  const init: RequestInit & { duplex?: "half" } = {
    method: call.method ?? "GET",
    headers,
    signal: AbortSignal.timeout(call.timeoutMs),
    redirect: "error",
  };
  if (call.lines !== undefined) {
    headers["content-type"] = "application/x-ndjson";
    init.body = Readable.toWeb(Readable.from(jsonLines(call.lines))) as ReadableStream;
    init.duplex = "half";
  } else if (call.bytes !== undefined) {
    headers["content-type"] = call.bytes.type;
    init.body = call.bytes.data as Uint8Array<ArrayBuffer>;
  } else if (call.body !== undefined) {
    headers["content-type"] = "application/json";
    init.body = JSON.stringify(call.body);
  }
  try {
    return await fetch(`${door.url}${call.path}`, init);
  } catch (caught) {
    throw new TracepostError("UNAVAILABLE", `${door.url} does not answer`, {
      cause: caught,
      remedy: "Look whether the service runs: `tracepost exchange status --data DIR`.",
    });
  }
}

function* jsonLines(values: Iterable<unknown>): Generator<Buffer> {
  for (const value of values) yield Buffer.from(`${JSON.stringify(value)}\n`);
}

/** What is read of problem details (RFC 9457); each field may be missing. */
export interface ProblemText {
  readonly title?: string;
  readonly detail?: string;
  readonly code?: string;
  readonly field?: string;
  readonly remedy?: string;
  readonly problems?: readonly ProblemField[];
}

/** A wrong field, as problem details name it. */
export interface ProblemField {
  readonly field?: string;
  readonly rule?: string;
  readonly remedy?: string;
}

/** An answer that is not the one asked for: what the problem details say. */
export class ApiProblem extends TracepostError {
  readonly status: number;
  /** Closed code of the problem; empty when the answer was no problem details. */
  readonly problemCode: string;
  /** The problem as it came. */
  readonly problem: ProblemText;
  /** Method and address of the call. */
  readonly call: string;

  constructor(status: number, problem: ProblemText, call: string) {
    const { code = "", detail = "", field, title = `status ${status}` } = problem;
    const said = [title, detail, field === undefined ? "" : `(${field})`];
    const message = `${call}: ${code || status}: ${said.filter((part) => part !== "").join(" ")}`;
    super(status >= 500 ? "UNAVAILABLE" : "USAGE", message, {
      problems: (problem.problems ?? []).map(sentenceOf),
      remedy: problem.remedy ?? "",
    });
    this.status = status;
    this.problemCode = code;
    this.problem = problem;
    this.call = call;
  }
}

function sentenceOf({ field = "", remedy = "", rule = "" }: ProblemField): string {
  const where = field === "" ? "" : `${field}: `;
  return `${where}${rule}${remedy === "" ? "" : ` (${remedy})`}`;
}

/** Reads an answer that is a no; whatever it is, a field that is no text is left out. */
export function readProblem(text: string): ProblemText {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}
