import { setTimeout as pause } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, INSTANCE_LIMITS, POSTGRES_LIMITS } from "#runtime";
import { openStore, type StorePlace } from "#store";
import type { AssembledEnvelope } from "#wire";
import type { GatewayProcedures } from "../../gateway/store.ts";
import { GatewayInstances } from "../support/gateway-instances.ts";
import { headerOf, traceRequest } from "../support/messages.ts";
import { postgresPrograms, startTestPostgres, type TestPostgres } from "../support/postgres.ts";

const SENDERS = ["NE", "AT", "FR"];
const EACH = 60;
/** Messages are sent one after the other, so that some are always under way. */
const PACE_MS = 20;
/** What an outbox waits before it sends again what nobody has accepted. */
const SEND_AGAIN_MS = 3_000;
const PATIENCE_MS = 90_000;

const programs = await postgresPrograms();

describe.skipIf(programs === undefined)("three instances on one PostgreSQL and one NATS", () => {
  let postgres: TestPostgres;
  let place: Extract<StorePlace, { kind: "postgres" }>;
  let gateways: GatewayInstances;
  let store: Database<GatewayProcedures>;

  beforeAll(async () => {
    if (programs === undefined) return;
    postgres = await startTestPostgres(programs);
    place = postgres.newPlace();
    gateways = await GatewayInstances.open(place, [...SENDERS, "BR"]);
    const module = new URL("../../gateway/store.ts", import.meta.url);
    store = await openStore<GatewayProcedures>({ place, module });
  }, PATIENCE_MS);

  afterAll(async () => {
    await store?.close();
    await gateways?.close();
    await postgres?.stop();
  });

  /** Sends in turns, and again what is not accepted after a while, until all of it is. */
  async function sendAll(messages: readonly AssembledEnvelope[]): Promise<void> {
    for (const message of messages) {
      await gateways.send(message);
      await pause(PACE_MS);
    }
    const unaccepted = () =>
      messages.filter((one) => !gateways.acceptedAtMs.has(headerOf(one).messageId));
    let sentAtMs = performance.now();
    await expect
      .poll(
        async () => {
          if (performance.now() - sentAtMs > SEND_AGAIN_MS) {
            sentAtMs = performance.now();
            for (const message of unaccepted()) await gateways.send(message);
          }
          return unaccepted().length;
        },
        { timeout: PATIENCE_MS, interval: 50 },
      )
      .toBe(0);
  }

  /** One row; `$name` is a table of the store. */
  const query = async (sql: string) => {
    const [row] = await postgres.query(sql.replaceAll("$", `${place.schema}.`));
    return row;
  };

  test("lose nothing and double nothing when one and then another is killed mid-batch (TP-INST-2, TP-INST-3)", async () => {
    const struck = await gateways.start("gateway.recorded", 8);
    const second = await gateways.start("gateway.authorized", 20);
    const last = await gateways.start();
    const messages = Array.from({ length: EACH }).flatMap(() =>
      SENDERS.map((id) => traceRequest(gateways.parties.party(id), ["BR"])),
    );
    await sendAll(messages);
    expect(await Promise.all([struck.ended, second.ended])).toEqual(["SIGKILL", "SIGKILL"]);
    expect(last.child.exitCode).toBeNull();
    // Everything is delivered too, and confirmed once.
    const open = "SELECT count(*)::int AS open FROM $deliveries WHERE state < 2";
    await expect
      .poll(async () => (await query(open))?.open, { timeout: PATIENCE_MS, interval: 200 })
      .toBe(0);
    expect(gateways.handed.size).toBe(messages.length);
    expect(
      await query(`SELECT count(*)::int AS kept, count(DISTINCT message_id)::int AS ids
        FROM $messages WHERE kind = 1`),
    ).toEqual({ kept: messages.length, ids: messages.length });
    // One log: whatever its entries are about, in whatever instance they were made.
    const { isDone, problems } = await store.call("checkLog", { from: null, entries: 100_000 });
    expect({ isDone, problems }).toEqual({ isDone: true, problems: [] });
    // The windows agree with the deliveries, and who is left is on duty.
    expect(
      await query("SELECT sum(dispatched + waiting)::int AS under_way FROM $pair_load"),
    ).toEqual({ under_way: 0 });
    const duty = `SELECT count(*)::int AS live, min(run) = (SELECT holder FROM $gateway_duty) AS mine
      FROM $gateway_instance`;
    await expect
      .poll(() => query(duty), { timeout: PATIENCE_MS, interval: 100 })
      .toEqual({ live: 1, mine: true });
    const times = [...gateways.acceptedAtMs.values()].toSorted((a, b) => a - b);
    const gaps = times.slice(1).map((ms, at) => ms - (times[at] ?? ms));
    process.stdout.write(
      `instances: ${messages.length} messages, two of three killed, ` +
        `longest time without an acceptance ${Math.round(Math.max(...gaps))} ms\n`,
    );
  }, 180_000);

  test("wait for a dead one no longer than two seconds, by their limits (TP-INST-3, TP-STORE-6)", () => {
    const { beatMs, holdMs, passMs, silentMs } = INSTANCE_LIMITS;
    expect(passMs).toBeLessThanOrEqual(2_000);
    expect(beatMs + silentMs + beatMs).toBeLessThanOrEqual(passMs);
    expect(holdMs).toBeLessThan(silentMs);
    const { clientCheckMs, idleInTransactionMs } = POSTGRES_LIMITS;
    expect(Math.max(idleInTransactionMs, clientCheckMs)).toBeLessThanOrEqual(2_000);
  });
});
