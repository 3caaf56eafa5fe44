import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { Participant, Role } from "#proto";
import { addFeedGauges } from "../../../gateway/event-gauges.ts";
import { feedBacklog, noteFeedPushed } from "../../../gateway/store/monitor/feed-chain.ts";
import { MIGRATIONS } from "../../../gateway/store/tables.ts";
import { addMonitorGauges } from "../../../services/regional-monitor/api/monitor-gauges.ts";
import type { Summary } from "../../../services/regional-monitor/api/summary.ts";
import { openMemoryTransaction } from "../../support/memory-transaction.ts";

const MONITORS = ["ORG-ECOWAS", "ORG-RECSA"];

test("the gateway counts what waits for each monitor, also where nothing does (TP-WATCH-12)", async () => {
  const tx = openMemoryTransaction(...MIGRATIONS.map(({ sql }) => sql));
  for (const number of [1, 2, 3]) {
    await tx.run(
      `INSERT INTO monitor_feed (monitor, number, digest, feed, made_at, is_pushed)
       VALUES (?, ?, ?, ?, 0, 0)`,
      ...["ORG-ECOWAS", number, new Uint8Array(32), new Uint8Array(1)],
    );
  }
  await noteFeedPushed(tx, { monitor: "ORG-ECOWAS", number: 1 });
  const states = ["NE", "AT"].map((id) => Participant.create({ id, role: Role.FOCAL_POINT }));
  const bodies = MONITORS.map((id) => Participant.create({ id, role: Role.REGIONAL_MONITOR }));
  const view = { participants: [...states, ...bodies] };
  const registry = new Registry();
  addFeedGauges(registry, () => feedBacklog(tx, undefined), { view: () => view as never });
  const lines = (await registry.metrics()).split("\n").filter((line) => /^[a-z]/u.test(line));
  expect(lines).toEqual([
    'tracepost_gateway_feed_waiting{monitor="ORG-ECOWAS"} 2',
    'tracepost_gateway_feed_waiting{monitor="ORG-RECSA"} 0',
  ]);
});

test("a monitor tells how old the newest message of its feed is (TP-WATCH-12)", async () => {
  const feed = { number: 7, counted: 5, refused: {}, daysCompared: 1, daysDiffering: 0 };
  const newestMadeAt = "2026-10-03T14:00:00.000Z";
  const summary = { at: "2026-10-03T14:01:30.000Z", feed: { ...feed, newestMadeAt } };
  const registry = new Registry();
  addMonitorGauges(registry, async () => summary as Summary);
  const text = await registry.metrics();
  expect(text).toContain("tracepost_regional_monitor_feed_age_seconds 90");
  expect(text).toContain("tracepost_regional_monitor_feed_number 7");
});
