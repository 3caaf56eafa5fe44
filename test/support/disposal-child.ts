/**
 * A process with a gateway's store that a fault test ends: `fill`, `hold` or `dispose`, at a time,
 * with a point at which it is killed, or `-`. Says `done` when it has come to its end. Its keys are
 * made from their names: those of one process are those of the next.
 */
import { armCrashPoint, parseCrashPlan } from "#runtime";
import { pairOf } from "#trust";
import { fixedKey } from "../vectors/make/fixed-keys.ts";
import { disposalClerk } from "./disposing.ts";
import { openGatewayBench } from "./gateway-bench.ts";
import { recipientReceipt, traceRequest } from "./messages.ts";
import { OperatorDoor } from "./operator-door.ts";
import { makeParties } from "./parties.ts";

const [work = "", file = "", at = "0", point = "-"] = process.argv.slice(2);
const specs = [{ id: "NE" }, { id: "BR" }];
const parties = makeParties(specs, (name) => pairOf(fixedKey(name).privateKey));
const bench = await openGatewayBench(parties, { place: { kind: "sqlite", file } });
bench.nowMs = Number(at);
const plan = parseCrashPlan(point);
if (plan !== undefined) armCrashPoint(plan);

async function fill(): Promise<void> {
  for (let n = 0; n < 3; n += 1) {
    const message = traceRequest(parties.party("NE"), ["BR"], { bodyBytes: 6_000 }, 0x51);
    await bench.send(message);
    await bench.send(recipientReceipt(parties.party("BR"), [{ sender: "NE", message }]));
  }
}

async function atDoor(path: string, body: object): Promise<void> {
  const clerk = disposalClerk(bench, parties);
  await clerk.trustClock();
  const door = new OperatorDoor(bench, [], clerk);
  await door.open();
  const token = await door.person("officer-1", "RECORDS_OFFICER");
  const answer = await fetch(`${door.url}/v1${path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${token}`,
      "content-type": "application/json",
      "idempotency-key": "once",
    },
    body: JSON.stringify(body),
  });
  if (answer.status >= 300) throw new TypeError(await answer.text());
  clerk.wake();
  await clerk.idle();
  await clerk.stop();
  await door.close();
}

if (work === "fill") await fill();
if (work === "hold") await atDoor("/holds", { party: "NE", reason: "x", authority: "x" });
if (work === "dispose") await atDoor("/disposals", { authority: "x" });
await bench.close();
process.stdout.write("done\n");
