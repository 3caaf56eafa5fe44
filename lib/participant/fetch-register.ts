import { TracepostError } from "#errors";
import { TRUST_LIMITS } from "#runtime";
import type { FetchRegister } from "./register-desk.ts";

/**
 * Fetches the register in force from the door of the exchange (TP-RUN-5). Whoever answers there is
 * not believed: what comes is verified like any other. Gives undefined when nobody answers in time;
 * throws TracepostError UNAVAILABLE for an answer that is no register.
 */
export function fetchRegisterFrom(exchangeUrl: string): FetchRegister {
  const url = new URL("/register", exchangeUrl);
  return async () => {
    const signal = AbortSignal.timeout(TRUST_LIMITS.registerFetchMs);
    const response = await fetch(url, { redirect: "error", signal }).catch(() => undefined);
    if (response === undefined) return undefined;
    if (response.status !== 200 || response.body === null) {
      throw new TracepostError("UNAVAILABLE", `${url.origin} answers ${response.status}`);
    }
    const pieces: Uint8Array[] = [];
    let bytes = 0;
    for await (const piece of response.body) {
      bytes += piece.length;
      if (bytes > TRUST_LIMITS.registerBytesMax) {
        throw new TracepostError("UNAVAILABLE", `${url.origin} sends more than a register can be`);
      }
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  };
}
