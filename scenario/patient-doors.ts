import { TracepostError } from "#errors";
import { type ApiCall, type ApiDoor, ApiProblem, callApi } from "#http";
import { SCENARIO_LIMITS } from "#runtime";

/** First wait before a call is repeated; doubles each time. */
const RETRY_FIRST_MS = 200;
/** Calls made before a participant counts as gone (13 s); a restart takes a few seconds. */
const ATTEMPTS_MAX = 7;

/** HTTP doors of participants; one that is being restarted is waited for. */
export class PatientDoors {
  readonly #doors: () => ReadonlyMap<string, ApiDoor>;
  readonly #attemptsMax: number;
  readonly signal: AbortSignal;

  /** `doors` gives the addresses of now: a restart may change them. */
  constructor(
    doors: () => ReadonlyMap<string, ApiDoor>,
    signal: AbortSignal,
    attemptsMax = ATTEMPTS_MAX,
  ) {
    this.#doors = doors;
    this.signal = signal;
    this.#attemptsMax = attemptsMax;
  }

  /** Posts a body; the same idempotency key is the same act. */
  async post<T>(participant: string, path: string, body: unknown, key: string): Promise<T> {
    const headers = { "idempotency-key": key };
    return await this.call(participant, { method: "POST", path, body, headers });
  }

  /** Makes a call that may be repeated. Throws TracepostError UNAVAILABLE when nobody answers. */
  async call<T>(participant: string, call: Omit<ApiCall, "timeoutMs">): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await callApi<T>(this.#door(participant), {
          ...call,
          timeoutMs: SCENARIO_LIMITS.callMs,
        });
      } catch (caught) {
        const fault = TracepostError.from(caught);
        const gone = fault.code !== "UNAVAILABLE" || attempt === this.#attemptsMax;
        if (gone || this.signal.aborted) throw fault;
        await pause(RETRY_FIRST_MS * 2 ** (attempt - 1), this.signal);
      }
    }
  }

  /**
   * Asks again until the answer is as wanted; what is not found yet may still come. Throws
   * TracepostError VERIFICATION when it never does.
   */
  async until<T>(participant: string, path: string, wanted: (answer: T) => boolean): Promise<T> {
    const beganAt = performance.now();
    for (;;) {
      this.signal.throwIfAborted();
      const answer = await this.#find<T>(participant, path);
      if (answer !== undefined && wanted(answer)) return answer;
      if (performance.now() - beganAt > SCENARIO_LIMITS.stallMs) {
        throw new TracepostError("VERIFICATION", `${participant} never had what was sent: ${path}`);
      }
      await pause(SCENARIO_LIMITS.pollMs, this.signal);
    }
  }

  async #find<T>(participant: string, path: string): Promise<T | undefined> {
    try {
      return await this.call<T>(participant, { path });
    } catch (caught) {
      if (caught instanceof ApiProblem && caught.problemCode === "NOT_FOUND") return undefined;
      throw caught;
    }
  }

  #door(participant: string): ApiDoor {
    const door = this.#doors().get(participant);
    if (door !== undefined && door.url !== "") return door;
    throw new TracepostError("UNAVAILABLE", `the service of ${participant} does not run`);
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
