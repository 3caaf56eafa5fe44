import { describe, expect, test } from "vitest";
import { type Refusal, refuse } from "#errors";
import { Dispatch, MonitorFeed } from "#proto";
import { createLogger, POST_LIMITS } from "#runtime";
import { createSigner, generateSigningKey, PAYLOAD_TYPES } from "#trust";
import { buildFeedMessage, type FeedOffer, toTimestamp } from "#wire";
import { examine } from "../../../lib/post/examine.ts";
import { InboxLane } from "../../../lib/post/inbox.ts";
import type { InboundOpener } from "../../../lib/post/opening.ts";
import type { FeedTaker, PostParts } from "../../../lib/post/parts.ts";
import { makeParties } from "../../support/parties.ts";

const NOW_MS = Date.UTC(2026, 2, 1);
const SUBJECT = "tp.in.ORG-ECOWAS.bulk.monitor-feed";
const parties = makeParties([{ id: "ORG-ECOWAS" }, { id: "NE" }]);

/** A feed message in a dispatch, by the key of the gateway's receipts unless told otherwise. */
function dispatched(signer = createSigner(parties.receiptKey, PAYLOAD_TYPES.receipt)): Uint8Array {
  const feed = MonitorFeed.encode(
    MonitorFeed.create({
      monitor: "ORG-ECOWAS",
      number: 1n,
      madeAt: toTimestamp(NOW_MS),
      registerVersion: 1n,
      content: {
        $case: "counts",
        value: {
          ...{ day: "2026-02-28", salt: new Uint8Array(16), logIndex: 1n, events: 0n },
          ...{ eventsDigest: new Uint8Array(32), counts: [] },
        },
      },
    }),
  ).finish();
  const { bytes } = buildFeedMessage(
    {
      ...{ recipient: "ORG-ECOWAS", messageId: "019cb8f2-8800-7000-8000-000000000001" },
      ...{ sentAtMs: NOW_MS, registerVersion: 1n, feed },
    },
    signer,
  );
  return Dispatch.encode(Dispatch.create({ envelope: bytes })).finish();
}

const context = {
  participant: "ORG-ECOWAS",
  register: parties.register,
  nowMs: NOW_MS,
  isMonitor: true,
  earlier: () => undefined,
  deliveries: 9,
};

describe("what the gateway feeds a monitor (TP-FEED-1 to TP-FEED-3)", () => {
  test("comes out as itself: read, authentic, and with the bytes that are chained", async () => {
    const found = await examine(dispatched(), SUBJECT, context);
    if (found.type !== "feed") throw new TypeError(JSON.stringify(found));
    const { bytes, feed }: FeedOffer = found.offer;
    expect(feed).toMatchObject({ monitor: "ORG-ECOWAS", number: 1n });
    expect(MonitorFeed.decode(bytes)).toEqual(feed);
  });

  test("is junk at who is no monitor, and under a key that is not the gateway's", async () => {
    const elsewhere = await examine(dispatched(), SUBJECT, { ...context, isMonitor: false });
    expect(elsewhere).toMatchObject({ type: "junk", incident: { kind: "JUNK" } });
    const foreign = createSigner(generateSigningKey(), PAYLOAD_TYPES.receipt);
    const forged = await examine(dispatched(foreign), SUBJECT, context);
    expect(forged).toMatchObject({ type: "junk", incident: { kind: "UNAUTHENTICATED" } });
    const own = createSigner(parties.party("NE").key, PAYLOAD_TYPES.header);
    const pretended = await examine(dispatched(own), SUBJECT, context);
    expect(pretended).toMatchObject({ type: "junk", incident: { kind: "UNAUTHENTICATED" } });
  });
});

/** Has a lane of the inbox take a feed message as often as there are answers; gives what became. */
async function handed(answers: readonly Awaited<ReturnType<FeedTaker["take"]>>[]) {
  const became: string[] = [];
  const incidents: string[] = [];
  const taken: bigint[] = [];
  const left = [...answers];
  let finish = (): void => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  const note = (what: string): void => {
    became.push(what);
    if (became.length === answers.length) finish();
  };
  const consume = async (_stream: string, _name: string, take: (one: unknown) => void) => {
    for (const [place] of answers.entries()) {
      take({
        ...{ data: dispatched(), subject: SUBJECT, deliveries: place + 1 },
        ...{ ack: () => note("ack"), nak: (ms: number) => note(`nak ${ms}`) },
      });
    }
    return { answering: true, stop: async () => undefined };
  };
  const parts = {
    ...{ participant: "ORG-ECOWAS", register: () => parties.register, standing: () => "fresh" },
    registers: { at: () => undefined },
    feeds: {
      take: async ({ feed }: FeedOffer) => {
        taken.push(feed.number);
        return left.shift() ?? "known";
      },
    },
    store: {
      call: async (
        _name: string,
        { incident }: { readonly incident: { readonly kind: string } },
      ) => {
        incidents.push(incident.kind);
      },
    },
    ...{ transport: { consume }, clock: { now: () => NOW_MS }, timers: { after: () => () => {} } },
    ...{ logger: createLogger({ name: "test", level: "silent" }), onEvent: () => undefined },
  } as unknown as PostParts;
  const lane = new InboxLane(parts, {} as InboundOpener, "bulk", {
    ...{ receiptsOwed: () => {}, resend: () => {}, gaps: () => {} },
  });
  await lane.start();
  await finished;
  await lane.stop();
  return { became, incidents, taken };
}

describe("a lane of the inbox of a monitor (TP-FEED-3)", () => {
  test("acknowledges what is durable, hands back what has a gap before it, tells of others", async () => {
    const other: Refusal = refuse(
      "MALFORMED",
      "monitor_feed.previous_digest",
      "is of another chain",
    );
    const { became, incidents, taken } = await handed(["gap", "taken", "known", other]);
    expect(taken).toHaveLength(4);
    expect(became).toEqual([`nak ${POST_LIMITS.feedGapWaitMs}`, "ack", "ack", "ack"]);
    expect(incidents).toEqual(["FEED_REFUSED"]);
  });
});
