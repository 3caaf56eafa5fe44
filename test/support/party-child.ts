/**
 * A process with a focal point's records that a fault test ends: `fill`, `hold` or `dispose` in a
 * folder, at a time, with a point at which it is killed, or `-`. Says `done` at its end.
 */
import { armCrashPoint, parseCrashPlan } from "#runtime";
import { PartyRecords } from "./party-records.ts";

const [work = "", dir = "", at = "0", point = "-"] = process.argv.slice(2);
const nowMs = Number(at);
const records = await PartyRecords.open(nowMs, dir);
const plan = parseCrashPlan(point);
if (plan !== undefined) armCrashPoint(plan);

async function done(userId: string, path: string, body: object): Promise<void> {
  const answer = await records.ask(userId, path, body);
  if (answer.status >= 300) throw new TypeError(JSON.stringify(answer.body));
  await records.keeper.idle();
}

/** Begun by one person; where the clock has gone on meanwhile another one looks at it. */
async function dispose(): Promise<void> {
  const { disposals } = (await records.ask("officer-1", "/disposals")).body;
  const [open] = disposals;
  if (open === undefined) await done("officer-1", "/disposals", { authority: "x" });
  const [run] = (await records.ask("officer-1", "/disposals")).body.disposals;
  const isWaiting = run.state === "waiting" || run.state === "stopped";
  if (isWaiting) await done("officer-2", `/disposals/${run.id}/confirm`, { reason: "x" });
  await records.keeper.idle();
}

if (work === "fill") {
  const document = await records.putDocument(0x51);
  const made = { nowMs, closedAtMs: nowMs, fill: 0x51 };
  await records.store.call("makeCase", { ...made, document });
  await records.store.call("makeCase", made);
}
if (work === "hold") {
  await done("officer-1", "/holds", { party: "NE", reason: "x", authority: "x" });
}
if (work === "dispose") await dispose();
await records.close({ keep: true });
process.stdout.write("done\n");
