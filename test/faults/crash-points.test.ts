import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { MESSAGE_CRASH_POINTS } from "#runtime";
import { randomFrom } from "../support/seeded-random.ts";
import { ownerOf, type Strike, StruckExchange } from "../support/struck-exchange.ts";

const REQUESTS_PER_STRIKE = 3;

/** At each point: the process that passes it, the gateway, the server, and the other side. */
function planStrikes(seed: number): Strike[] {
  const random = randomFrom(seed);
  const strikes = MESSAGE_CRASH_POINTS.flatMap((point): Strike[] => {
    const owner = ownerOf(point);
    const other = owner === "gateway" ? "AT" : "gateway";
    return ([owner, "nats", other] as const).map((victim) => ({
      point,
      passing: 1 + Math.floor(random() * 2),
      victim,
    }));
  });
  // Every point first ends its own process; the order is the seed's.
  return strikes
    .map((strike) => ({ strike, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .map(({ strike }) => strike);
}

const strikes = planStrikes(inject("seed"));
let exchange: StruckExchange;

beforeAll(async () => {
  exchange = await StruckExchange.open(strikes.length * REQUESTS_PER_STRIKE);
});

afterAll(async () => {
  await exchange.close();
});

test(`kill -9 at each of ${MESSAGE_CRASH_POINTS.length} points loses nothing and doubles nothing`, async () => {
  for (const strike of strikes) await exchange.strike(strike, REQUESTS_PER_STRIKE);
  const after = await exchange.aftermath();
  process.stdout.write(
    `seed ${inject("seed")}: ${strikes.length} strikes at ${MESSAGE_CRASH_POINTS.length} points, ` +
      `${after.ended} processes ended, ${after.sent} requests, ` +
      `${after.lost} lost, ${after.duplicated} doubled\n`,
  );
  expect(after.problems).toEqual([]);
  const sent = strikes.length * REQUESTS_PER_STRIKE;
  expect(after).toMatchObject({
    sent,
    delivered: sent,
    final: sent,
    lost: 0,
    duplicated: 0,
  });
  expect(after.ended).toBeGreaterThanOrEqual(strikes.length);
}, 900_000);
