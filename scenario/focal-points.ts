import { TracepostError } from "#errors";
import { type ApiCall, type ApiDoor, callApi } from "#http";
import { SCENARIO_LIMITS } from "#runtime";
import type { MadeUpRecord } from "./made-up-register.ts";
import type { NewTraceBody } from "./trace-request.ts";

/** A focal point's `GET /v1/summary`, as far as it is looked at here. */
export interface FocalPointSummary {
  /** Receipts of the trace requests it sent. */
  readonly receipts: Readonly<
    Record<"accepted" | "refused" | "delivered" | "rejected" | "expired", number>
  >;
  readonly replies: { readonly received: number; readonly sent: number };
  readonly outbox: { readonly pending: number };
  readonly inbox: { readonly receiptsOwed: number };
}

/** A line of `GET /v1/traces`. */
export interface CaseLine {
  readonly caseId: string;
  readonly peer: string;
  readonly state: string;
  readonly outcome?: string;
  readonly refusal?: { readonly code: string; readonly field: string };
  readonly nationalCaseNumber: string;
}

/** `GET /v1/traces/:caseId`, as far as it is told here. */
export interface CaseDetail extends CaseLine {
  readonly reply?: {
    readonly sourceNote?: string;
    readonly final?: { readonly remarks?: string };
    readonly refusal?: { readonly ground?: string; readonly explanation?: string };
  };
  readonly messages: readonly {
    readonly messageId: string;
    readonly logIndex?: number;
    readonly receipts: readonly { readonly type?: string; readonly by: string }[];
  }[];
}

/** First wait before a call is repeated; doubles each time. */
const RETRY_FIRST_MS = 200;
/** Calls made before a focal point counts as gone; a restart takes a few seconds. */
const ATTEMPTS_MAX = 7;

/**
 * The focal points' HTTP doors. Every call can be repeated: requests carry an idempotency key, and
 * imports replace records by id. A focal point that is being restarted is waited for.
 */
export class FocalPoints {
  readonly #doors: () => ReadonlyMap<string, ApiDoor>;
  readonly #signal: AbortSignal;

  /** `doors` gives the addresses of now: a restart may change them. */
  constructor(doors: () => ReadonlyMap<string, ApiDoor>, signal: AbortSignal) {
    this.#doors = doors;
    this.#signal = signal;
  }

  /** Puts records into a State's firearm register. */
  async importRecords(state: string, records: readonly MadeUpRecord[]): Promise<void> {
    await this.#call(state, { method: "POST", path: "/v1/firearms/import", lines: records });
  }

  /** Hands a trace request to the requesting State; the same key is the same request. */
  async submit(state: string, body: NewTraceBody, key: string): Promise<{ caseId: string }> {
    const headers = { "idempotency-key": key };
    return await this.#call(state, { method: "POST", path: "/v1/traces", body, headers });
  }

  /** A State's counts. */
  async summary(state: string): Promise<FocalPointSummary> {
    return await this.#call(state, { path: "/v1/summary" });
  }

  /** Every case of a State, page by page. */
  async *cases(state: string): AsyncGenerator<CaseLine> {
    let path: string | undefined = "/v1/traces";
    while (path !== undefined) {
      const page: { traces: CaseLine[]; next?: string } = await this.#call(state, { path });
      yield* page.traces;
      path = page.next === undefined ? undefined : `/v1/traces?after=${page.next}`;
    }
  }

  /** Everything a State knows of a case. */
  async case(state: string, caseId: string): Promise<CaseDetail> {
    return await this.#call(state, { path: `/v1/traces/${caseId}` });
  }

  async #call<T>(state: string, call: Omit<ApiCall, "timeoutMs">): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await callApi<T>(this.#door(state), {
          ...call,
          timeoutMs: SCENARIO_LIMITS.callMs,
        });
      } catch (caught) {
        const fault = TracepostError.from(caught);
        const gone = fault.code !== "UNAVAILABLE" || attempt === ATTEMPTS_MAX;
        if (gone || this.#signal.aborted) throw fault;
        await pause(RETRY_FIRST_MS * 2 ** (attempt - 1), this.#signal);
      }
    }
  }

  #door(state: string): ApiDoor {
    const door = this.#doors().get(state);
    if (door !== undefined && door.url !== "") return door;
    throw new TracepostError("UNAVAILABLE", `the focal point ${state} does not run`);
  }
}

/** Waits, at most until somebody asks to stop. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
