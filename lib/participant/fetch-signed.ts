import { TracepostError } from "#errors";
import { POLICY_LIMITS, TRUST_LIMITS } from "#runtime";

/** Fetches what is in force at the exchange; undefined when it cannot be had now. */
export type FetchSigned = () => Promise<Uint8Array | undefined>;

/**
 * Fetches the register in force from the door of the exchange (TP-RUN-5). Whoever answers there is
 * not believed: what comes is verified like any other. Gives undefined when nobody answers in time;
 * throws TracepostError UNAVAILABLE for an answer that is no register.
 */
export function fetchRegisterFrom(exchangeUrl: string): FetchSigned {
  return fetchFrom(new URL("/register", exchangeUrl), TRUST_LIMITS.registerBytesMax);
}

/** The same for the routing policy in force (TP-POLICY-10). */
export function fetchPolicyFrom(exchangeUrl: string): FetchSigned {
  return fetchFrom(new URL("/policy", exchangeUrl), POLICY_LIMITS.policyBytesMax);
}

function fetchFrom(url: URL, bytesMax: number): FetchSigned {
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
      if (bytes > bytesMax) {
        throw new TracepostError("UNAVAILABLE", `${url.href} sends over ${bytesMax} bytes`);
      }
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  };
}
