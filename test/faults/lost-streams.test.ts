import { rm } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type GatewayOperator, gatewayOperator } from "../support/gateway-operator.ts";
import { LoadedExchange } from "../support/loaded-exchange.ts";
import { folderOfStream, keepCopy, putConsumerAhead } from "../support/stream-damage.ts";

/**
 * What a server may lose of its streams, under load: nothing is lost or doubled end to end, and the
 * operator is told (TP-NATS-14, TP-NATS-26, TP-OPS-18).
 */

/** An outbox at the hub, and an inbox. */
const OUTBOX = { account: "CORE", stream: "OUT_AT" } as const;
const INBOX = { account: "BE", stream: "IN" } as const;
const placeOf = ({ account, stream }: { account: string; stream: string }) =>
  `${account}/${stream}`;
const BOTH = [placeOf(OUTBOX), placeOf(INBOX)];

const REQUESTS_MAX = 3_000;
/** Requests sent between two things that happen. */
const BATCH = 30;

let loaded: LoadedExchange;
let operator: GatewayOperator;

beforeEach(async () => {
  loaded = await LoadedExchange.open({ requestsMax: REQUESTS_MAX, restartCrashed: false });
  operator = await gatewayOperator(() => loaded.exchange);
  loaded.startLoad();
  await loaded.untilSubmitted(BATCH);
  // The steward knows how far the streams have come, and removes what is done with.
  await loaded.exchange.stewardRound();
});

afterEach(async () => {
  await loaded.close();
});

/** Subjects of open events of a kind. */
async function subjectsOf(kind: string): Promise<string[]> {
  const events = await operator.events();
  return events.flatMap((one) => (one.kind === kind ? [one.subject ?? ""] : [])).toSorted();
}

/** Waits until the operator is told of both streams; of others he may be told too. */
async function untilTold(kind: string, places: readonly string[]): Promise<void> {
  await loaded.until(`the operator is told of ${kind}`, async () => {
    const told = await subjectsOf(kind);
    return places.every((place) => told.includes(place));
  });
}

/** Goes on sending, comes to rest, and finds nothing lost and nothing doubled. */
async function expectNothingLost(): Promise<void> {
  await loaded.untilSubmitted(BATCH);
  await loaded.stopLoad();
  await loaded.drained();
  const after = await loaded.aftermath();
  expect(after.problems).toEqual([]);
  expect(after).toMatchObject({ lost: 0, duplicated: 0, receipted: after.messages });
  expect(after.messages).toBeGreaterThan(2 * BATCH);
}

describe("a server that comes back", () => {
  test("with an older copy of everything it held loses nothing end to end", async () => {
    const { exchange } = loaded;
    const putBack = await keepCopy(exchange, exchange.paths.nats.storeDir);
    await loaded.untilSubmitted(2 * BATCH);
    await exchange.stewardRound();
    await exchange.process("nats").kill("SIGKILL");
    await putBack();
    await exchange.process("nats").start();
    await untilTold("STREAM_TAIL_LOST", BOTH);
    await expectNothingLost();
  });

  test("with streams whose tail is cut, and consumers ahead of them, skips no new message", async () => {
    const { exchange } = loaded;
    const outbox = join(await folderOfStream(exchange.paths, OUTBOX), "msgs");
    const inbox = join(await folderOfStream(exchange.paths, INBOX), "msgs");
    const putBack = [await keepCopy(exchange, outbox), await keepCopy(exchange, inbox)];
    await loaded.untilSubmitted(2 * BATCH);
    await exchange.stewardRound();
    await exchange.process("nats").kill("SIGKILL");
    for (const put of putBack) await put();
    await exchange.process("nats").start();
    await untilTold("STREAM_TAIL_LOST", BOTH);
    await expectNothingLost();
  });

  test("without streams that were full of messages has them made anew and filled again", async () => {
    const { exchange } = loaded;
    await exchange.process("nats").kill("SIGKILL");
    for (const stream of [OUTBOX, INBOX]) {
      await rm(await folderOfStream(exchange.paths, stream), { recursive: true });
    }
    await exchange.process("nats").start();
    await untilTold("STREAM_RECREATED", BOTH);
    await expectNothingLost();
  });
});

test("a consumer that is put ahead of its stream is made anew, and what it skipped arrives", async () => {
  const { exchange } = loaded;
  await putConsumerAhead(exchange, OUTBOX, "gw-normal");
  await putConsumerAhead(exchange, INBOX, "in-normal");
  await loaded.untilSubmitted(BATCH);
  await exchange.stewardRound();
  await untilTold("STREAM_TAIL_LOST", BOTH);
  await expectNothingLost();
});
