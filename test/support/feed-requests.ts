import { EXAMPLE_IDS } from "#http";
import { FeedRequest } from "#proto";
import { createSigner, loadSigningKey, PAYLOAD_TYPES, signFeedRequest } from "#trust";
import { type MessageSigner, toTimestamp } from "#wire";
import type { RunningExchange } from "../../deploy/local/index.ts";

/** What a request that is made up differs in from that of a monitor. */
export interface FeedRequestParts {
  readonly monitor: string;
  readonly logOrigin: string;
  readonly first?: number;
  readonly count?: number;
  readonly madeAtMs: number;
}

/** A signed request for a feed, base64 as the door takes it. */
export async function feedRequestText(
  { count = 50, first = 1, madeAtMs, ...rest }: FeedRequestParts,
  signer: MessageSigner,
): Promise<string> {
  const request = FeedRequest.create({
    ...rest,
    ...{ first: BigInt(first), count, madeAt: toTimestamp(madeAtMs) },
  });
  return Buffer.from(await signFeedRequest(request, signer)).toString("base64");
}

/** Hands a request over at a door; gives the status, and the code and detail of a no. */
export async function askFeed(url: string, request: string) {
  const response = await fetch(`${url}/monitor-feed`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ request }),
  });
  const bytes = Buffer.from(await response.arrayBuffer());
  if (response.status === 200) return { status: 200, bytes, code: "", detail: "" };
  const { code, detail = "" } = JSON.parse(bytes.toString());
  return { status: response.status, bytes, code: String(code), detail: String(detail) };
}

/** What stands for the request in the examples of the gateway's door: one of a monitor there. */
export async function exampleFeedRequest(
  { gateway, paths }: RunningExchange,
  monitor: string,
): Promise<[string, string]> {
  const checkpoint = await fetch(`${gateway.url}/checkpoint`);
  const [logOrigin = ""] = (await checkpoint.text()).split("\n");
  const key = await loadSigningKey(paths.participant(monitor).headerKey);
  const about = { monitor, logOrigin, madeAtMs: Date.now() };
  const text = await feedRequestText(about, createSigner(key, PAYLOAD_TYPES.feedRequest));
  return [EXAMPLE_IDS.feedRequest, text];
}
