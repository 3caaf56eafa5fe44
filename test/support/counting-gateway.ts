import { appendFileSync } from "node:fs";
import { Role } from "#proto";
import { pairOf } from "#trust";
import { parseDispatch, parseMonitorFeed } from "#wire";
import { ALONE } from "../../gateway/instances/duty.ts";
import { DailyCounter } from "../../gateway/monitor/daily-counter.ts";
import { fixedKey } from "../vectors/make/fixed-keys.ts";
import { feederOf, registerWith } from "./fed-gateway.ts";
import { openGatewayBench } from "./gateway-bench.ts";
import { MONITOR } from "./made-feed.ts";
import { traceRequest } from "./messages.ts";
import { makeParties } from "./parties.ts";

/**
 * Opens a store as one gateway after the other does: its keys are made from their names. What is
 * put on the carrier goes into a file beside the store, the number of a feed message a line.
 */
export async function openCountingGateway(file: string, nowMs: number) {
  const specs = [{ id: "NE" }, { id: "BR" }, { id: MONITOR, role: Role.REGIONAL_MONITOR }];
  const parties = makeParties(specs, (name) => pairOf(fixedKey(name).privateKey));
  const bench = await openGatewayBench(parties, { place: { kind: "sqlite", file } });
  bench.nowMs = nowMs;
  const register = registerWith(parties, ["NE"]);
  const onPushed = (data: Uint8Array): void => {
    const parsed = parseDispatch(data);
    const feed = parsed.ok ? parseMonitorFeed(parsed.value.message) : parsed;
    if (!feed.ok) throw new TypeError(feed.refusal.field);
    appendFileSync(`${file}.pushed`, `${feed.value.feed.number}\n`);
  };
  return {
    /** Records three messages. */
    fill: async (): Promise<void> => {
      for (let n = 0; n < 3; n += 1) await bench.send(traceRequest(parties.party("NE"), ["BR"]));
      await bench.rest();
    },
    /** What a gateway does behind the record: feeds, counts the day, feeds its share. */
    count: async (): Promise<void> => {
      const { feeder } = feederOf(bench, parties, { register, onPushed });
      const { checkpoints, clock, logger, store } = bench;
      const current = { register: { view: () => register }, duty: ALONE };
      const counter = new DailyCounter({ ...current, store, checkpoints, clock, logger });
      await feeder.feed();
      await counter.count();
      await feeder.feed();
    },
    close: () => bench.close(),
  };
}
