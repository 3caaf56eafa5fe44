/**
 * A process that a fault test ends: `create FOLDER BACKUP`, `restore BACKUP FOLDER`, or
 * `migrate PLACE MODULE`, with a point at which it is killed, or `-`; or `copy PLACE PLACE POINT
 * MODULE`. A place is a file, or JSON. Says `done` at its end, and what went wrong as `CODE
 * message`.
 */
import { TracepostError } from "#errors";
import { armCrashPoint, parseCrashPlan, systemClock } from "#runtime";
import { copyStore, openStore, type StorePlace } from "#store";

const [work = "", from = "", to = "", point = "-", module = ""] = process.argv.slice(2);
const plan = parseCrashPlan(point);

const placeIn = (text: string): StorePlace =>
  text.startsWith("{") ? JSON.parse(text) : { kind: "sqlite", file: text };

async function run(): Promise<unknown> {
  const clock = systemClock;
  if (work === "migrate") return await openStore({ place: placeIn(from), module: new URL(to) });
  if (plan !== undefined) armCrashPoint(plan);
  if (work === "copy") return await copyStore(placeIn(from), placeIn(to), new URL(module));
  // Loaded where it is used: stores alone are there sooner.
  const { createBackup, restoreBackup } = await import("../../deploy/local/index.ts");
  if (work === "create") {
    return await createBackup({ dataDir: from, to, withKeys: false, program: "test", clock });
  }
  return await restoreBackup({ from, dataDir: to, replace: true, clock });
}

try {
  await run();
  process.stdout.write("done\n");
  process.exit(0);
} catch (caught) {
  const { code, message } = TracepostError.from(caught);
  process.stdout.write(`${code} ${message}\n`);
  process.exit(1);
}
