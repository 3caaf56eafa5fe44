import { type Refusal, TracepostError } from "#errors";
import { readProblem } from "#http";
import { FeedRequest, Kind } from "#proto";
import { boundedBody, type Clock, MONITOR_LIMITS, patientFetch } from "#runtime";
import { authenticateHeader, type RegisterView, signFeedRequest } from "#trust";
import {
  GATEWAY_SENDER,
  type MessageSigner,
  parseEnvelope,
  parseFeedPage,
  parseMonitorFeed,
  toTimestamp,
} from "#wire";
import type { MissingNumbers } from "./take-feed.ts";

/** Where messages of the feed are had again, by a signed request. */
export interface FeedSource {
  /**
   * Messages by their numbers, as they were sent, in order; fewer than asked for where an answer
   * would be too large, none where there are none. Throws TracepostError UNAVAILABLE while nobody
   * answers, VERIFICATION for what is not the gateway's, and USAGE where it says no; each names
   * the way out.
   */
  fetch(numbers: MissingNumbers): Promise<readonly Uint8Array[]>;
}

/** What a source works with. */
export interface FeedSourceDeps {
  /** Door of the exchange. */
  readonly exchangeUrl: string;
  readonly participant: string;
  readonly register: () => RegisterView;
  /** The newest key for headers, signing requests. */
  readonly signer: () => MessageSigner;
  readonly clock: Clock;
}

/**
 * Fetches from the door of the exchange (TP-MON-23). Whoever answers there is not believed: each
 * message is read and verified as one that was brought by the carrier.
 */
export function feedSourceFrom(deps: FeedSourceDeps): FeedSource {
  const url = new URL("/monitor-feed", deps.exchangeUrl);
  let askedAtMs = 0;
  return {
    fetch: async ({ first, last }) => {
      const { participant, register, signer, clock } = deps;
      // The exchange answers each time once.
      askedAtMs = Math.max(clock.now(), askedAtMs + 1);
      const request = FeedRequest.create({
        monitor: participant,
        logOrigin: register().logOrigin,
        first: BigInt(first),
        count: Math.min(last - first + 1, MONITOR_LIMITS.fetchNumbersMax),
        madeAt: toTimestamp(askedAtMs),
      });
      const page = parseFeedPage(await ask(url, await signFeedRequest(request, signer())));
      if (!page.ok) throw unverified(url, page.refusal);
      const feeds: Uint8Array[] = [];
      for (const bytes of page.value.envelopes) feeds.push(await openFeed(bytes, url, deps));
      return feeds;
    },
  };
}

async function ask(url: URL, signed: Uint8Array): Promise<Uint8Array> {
  const response = await patientFetch(url, MONITOR_LIMITS.fetchMs, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request: Buffer.from(signed).toString("base64") }),
  }).catch((caught: unknown) => {
    throw new TracepostError("UNAVAILABLE", `${url.origin} does not answer`, {
      cause: caught,
      remedy: "Look whether exchangeUrl in the configuration is the door of the exchange.",
    });
  });
  const body = await boundedBody(response, MONITOR_LIMITS.fetchBytesMax);
  if (body === undefined) {
    const detail = `sends over ${MONITOR_LIMITS.fetchBytesMax} bytes`;
    throw unverified(url, { code: "TOO_LARGE", field: "feed_page", detail });
  }
  if (response.status === 200) return body;
  const { code = String(response.status), detail, remedy, title } = readProblem(body.toString());
  throw new TracepostError("USAGE", `${code}: ${detail ?? title ?? "is refused"}`, {
    remedy: remedy ?? "Tell the operator of the exchange.",
  });
}

/** The feed in one envelope of a page, if the gateway has signed it for this monitor. */
async function openFeed(bytes: Uint8Array, url: URL, deps: FeedSourceDeps): Promise<Uint8Array> {
  const { clock, participant, register } = deps;
  const message = parseEnvelope(bytes, { allowGatewaySender: true });
  if (!message.ok) throw unverified(url, message.refusal);
  const { kind, recipients } = message.value.header;
  if (kind !== Kind.MONITOR_FEED || recipients[0] !== participant) {
    throw unverified(url, { code: "NOT_ADDRESSED", field: "header", detail: "is no feed of ours" });
  }
  const view = register();
  const authentic = await authenticateHeader(message.value, GATEWAY_SENDER, view, clock.now());
  if (!authentic.ok) throw unverified(url, authentic.refusal);
  const feed = parseMonitorFeed(message.value);
  if (!feed.ok) throw unverified(url, feed.refusal);
  return feed.value.bytes;
}

function unverified(url: URL, { code, detail, field }: Refusal): TracepostError {
  return new TracepostError("VERIFICATION", `${code} ${field} ${detail} (${url.origin})`, {
    remedy: "Take it for an attack on the line until the operator of the exchange explains it.",
  });
}
