import { FeedPage, FeedRequest, IndicatorLedger, SignedFeedRequest } from "#proto";
import { toTimestamp } from "#wire";
import { signedLedger } from "../support/signed-ledger.ts";

/** What a monitor asks with and what it is answered, and ledgers of States. */
export function monitorSeeds(): readonly (readonly [
  corpus: string,
  name: string,
  bytes: Uint8Array,
])[] {
  const request = FeedRequest.create({
    ...{ monitor: "ORG-ECOWAS", logOrigin: "tracepost.example/log", first: 17n, count: 50 },
    madeAt: toTimestamp(Date.UTC(2026, 0, 1)),
  });
  const signed = {
    request: FeedRequest.encode(request).finish(),
    signature: { keyId: "0".repeat(32), value: new Uint8Array(64) },
  };
  const page = {
    first: 17n,
    envelopes: [Buffer.from("first"), Buffer.from("second")],
    newest: 18n,
  };
  return [
    ["feed-request", "valid", SignedFeedRequest.encode(signed).finish()],
    ["feed-page", "valid", FeedPage.encode(page).finish()],
    ["indicator-ledger", "valid", IndicatorLedger.encode(signedLedger()).finish()],
    ["indicator-ledger", "foreign", IndicatorLedger.encode(signedLedger({ state: "BR" })).finish()],
  ];
}
