import fc from "fast-check";
import { expect, test } from "vitest";
import { type CarrierFaults, RELIABLE } from "../../support/memory-carrier.ts";
import { alertOf } from "../../support/post-drafts.ts";
import { openPostExchange, type PostExchange } from "../../support/post-exchange.ts";
import { randomFrom } from "../../support/seeded-random.ts";

const IDS = ["NE", "BR", "AT"] as const;

interface Sending {
  readonly from: number;
  readonly to: number;
  readonly urgent: boolean;
}

const sending = fc.record({
  from: fc.integer({ min: 0, max: 2 }),
  to: fc.integer({ min: 1, max: 2 }),
  urgent: fc.boolean(),
});
const probability = (max: number) => fc.double({ min: 0, max, noNaN: true });
const carrierFaults = fc.record({
  lose: probability(0.4),
  duplicate: probability(0.4),
  reorder: probability(0.6),
  refuse: probability(0.3),
  forgetAck: probability(0.4),
});

async function sendAll(exchange: PostExchange, sendings: readonly Sending[]): Promise<string[]> {
  const ids: string[] = [];
  for (const [index, { from, to, urgent }] of sendings.entries()) {
    const sender = exchange.member(IDS[from] ?? "NE");
    const recipient = IDS[(from + to) % IDS.length] ?? "BR";
    const body = `message ${index}`;
    ids.push(await sender.send(recipient, body, urgent ? alertOf(body) : {}));
  }
  return ids;
}

/** Every message is there once, every number is there, nothing is owed to anybody. */
async function checkInvariants(exchange: PostExchange, ids: readonly string[]): Promise<void> {
  const found: string[] = [];
  for (const id of IDS) {
    const member = exchange.member(id);
    const effects = await member.rows("SELECT message_id, applied FROM effects");
    expect(effects.filter((row) => row.applied !== 1)).toEqual([]);
    found.push(...effects.map((row) => String(row.message_id)));
    const status = await member.store.call("postStatus", undefined);
    expect(status).toMatchObject({ missingNumbers: 0, pending: 0, receiptsOwed: 0, incidents: {} });
    const numbers = await member.rows(
      `SELECT sender, lane, count(*) AS count, count(DISTINCT pair_sequence) AS different,
         max(pair_sequence) AS highest FROM post_inbox
       WHERE pair_sequence IS NOT NULL GROUP BY sender, lane`,
    );
    for (const { count, different, highest } of numbers) {
      expect([different, highest]).toEqual([count, count]);
    }
    const fates = await member.rows("SELECT fate, count FROM fates WHERE count <> 1");
    expect(fates).toEqual([]);
    const [outbox] = await member.rows(
      "SELECT count(*) AS open FROM post_outbox WHERE state <> 'delivered'",
    );
    expect(outbox?.open).toBe(0);
  }
  expect(found.sort()).toEqual([...ids].sort());
}

test("whatever the carrier loses, doubles or reorders, each message arrives exactly once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(sending, { minLength: 5, maxLength: 25 }),
      carrierFaults,
      fc.integer(),
      fc.constantFrom(...IDS),
      async (sendings, faults: CarrierFaults, seed, restarted) => {
        const exchange = await openPostExchange(IDS, { random: randomFrom(seed), faults });
        try {
          const ids = await sendAll(exchange, sendings);
          await exchange.member(restarted).restart();
          // Inject, stop, heal, drain: what is pending resolves by being sent again.
          await exchange.until("the faults had their time", async () => {
            const enough = exchange.carrier.published >= 10 * ids.length;
            return enough || (await exchange.isSettled());
          });
          exchange.carrier.faults = RELIABLE;
          await exchange.settled();
          await checkInvariants(exchange, ids);
        } finally {
          await exchange.close();
        }
      },
    ),
    { numRuns: 4, endOnFailure: true },
  );
});
