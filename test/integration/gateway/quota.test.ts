import { afterEach, beforeEach, expect, test } from "vitest";
import { Kind, Lane, Priority } from "#proto";
import { type GatewayBench, openGatewayBench } from "../../support/gateway-bench.ts";
import { withQuotas } from "../../support/limited-quotas.ts";
import { traceRequest } from "../../support/messages.ts";
import { makeParties, type Parties } from "../../support/parties.ts";

const PER_SECOND = 2;
/** What it may have saved up; the rest of a hundredfold is over its quota. */
const BURST = PER_SECOND * 4;

let parties: Parties;
let bench: GatewayBench;

beforeEach(async () => {
  parties = makeParties([{ id: "NE" }, { id: "BR" }, { id: "AT" }]);
  bench = await openGatewayBench(parties);
  await bench.change(withQuotas(parties.register, "NE", { messagesPerSecond: PER_SECOND }));
});

afterEach(async () => {
  await bench.close();
});

test("a participant at a hundred times its quota slows itself alone (TP-GW-1)", async () => {
  const flood = Array.from({ length: PER_SECOND * 100 }, () =>
    bench.send(traceRequest(parties.party("NE"), ["BR"])),
  );
  const urgent = { priority: Priority.URGENT, lane: Lane.URGENT };
  const others = Array.from({ length: 20 }, (_, at) =>
    bench.send(traceRequest(parties.party("AT"), ["BR"], at % 2 === 0 ? urgent : {})),
  );
  expect(await Promise.all(others)).toEqual(others.map(() => "ack"));
  const settled = await Promise.all(flood);
  expect(settled.filter((one) => one === "ack")).toHaveLength(BURST);
  expect(settled.filter((one) => one === "nak")).toHaveLength(flood.length - BURST);
});

test("what was handed back is taken as time passes, and nothing of it is refused", async () => {
  const requests = Array.from({ length: BURST + 4 }, () => {
    return traceRequest(parties.party("NE"), ["BR"], { kind: Kind.TRACE_REQUEST });
  });
  const first = await Promise.all(requests.map((request) => bench.send(request)));
  expect(first.filter((one) => one === "nak")).toHaveLength(4);
  bench.nowMs += 2_000;
  const again = requests.filter((_request, at) => first[at] === "nak");
  const later = await Promise.all(again.map((request) => bench.send(request)));
  expect(later).toEqual(["ack", "ack", "ack", "ack"]);
});
