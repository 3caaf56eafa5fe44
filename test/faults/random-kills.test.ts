import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { LoadedExchange, STATES } from "../support/loaded-exchange.ts";
import { Siege } from "../support/siege.ts";

/** TRACEPOST_KILLS=1000 makes a night of it. */
const KILLS = Number(process.env.TRACEPOST_KILLS ?? 50);
const FREEZES = Math.ceil(KILLS / 25);
/** More than a run can send: 60 ms of pause at least between two requests of a State. */
const REQUESTS_MAX = 3_000 + 100 * KILLS;

const seed = inject("seed");
let loaded: LoadedExchange;
const siege = new Siege(() => loaded.exchange, {
  seed,
  kills: KILLS,
  freezes: FREEZES,
  victims: ["nats", "gateway", ...STATES],
});

beforeAll(async () => {
  loaded = await LoadedExchange.open({ requestsMax: REQUESTS_MAX, onEvent: siege.noteEvent });
});

afterAll(async () => {
  await loaded.close();
});

test(`${KILLS} processes ended at random under load lose nothing and double nothing`, async () => {
  const startedAt = performance.now();
  loaded.startLoad();
  const struck = await siege.run();
  await loaded.stopLoad();
  const struckMs = performance.now() - startedAt;
  await loaded.drained();
  const drainMs = performance.now() - startedAt - struckMs;
  const after = await loaded.aftermath();
  process.stdout.write(
    `seed ${seed}: ${struck.kills} processes ended (${struck.pairs} pairs, ` +
      `${struck.duringRecovery} during recovery, ${struck.startedByHand} started by hand), ` +
      `${struck.freezes} frozen, in ${Math.round(struckMs / 1_000)} s; ` +
      `drained in ${Math.round(drainMs / 1_000)} s; ` +
      `${after.messages} messages, ${after.receipted} receipted, ${after.lost} lost, ` +
      `${after.duplicated} doubled; ${after.logEntries} log entries extend ` +
      `${after.checkpoints} checkpoints\n`,
  );
  expect(after.problems).toEqual([]);
  expect(after).toMatchObject({ lost: 0, duplicated: 0, receipted: after.messages });
  expect(struck.kills).toBeGreaterThanOrEqual(KILLS);
  expect(after.messages).toBeGreaterThan(KILLS);
}, 3_600_000);
