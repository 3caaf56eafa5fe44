import { HTTP_LIMITS } from "./limits.ts";

/** How often it is waited where a door says that it was asked too often. */
const WAITS_MAX = 6;

/**
 * Fetches what is open to all. Where the door says that it was asked too often (TP-API-22) it is
 * asked again when it says so, a few times. Follows no redirect; throws what `fetch` throws.
 */
export async function patientFetch(
  url: URL,
  timeoutMs: number,
  init: Pick<RequestInit, "body" | "headers" | "method"> = {},
): Promise<Response> {
  for (let waits = 0; ; waits += 1) {
    const signal = AbortSignal.timeout(timeoutMs);
    const response = await fetch(url, { ...init, redirect: "error", signal });
    const seconds = Number(response.headers.get("retry-after"));
    if (response.status !== 429 || waits === WAITS_MAX || !(seconds > 0)) return response;
    await response.body?.cancel();
    const waitMs = Math.min(seconds * 1_000, HTTP_LIMITS.rateWindowMs);
    await new Promise((resolve) => setTimeout(resolve, waitMs));
  }
}
