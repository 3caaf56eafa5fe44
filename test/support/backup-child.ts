/**
 * A process that a fault test ends: `create FOLDER BACKUP`, `restore BACKUP FOLDER`, or
 * `migrate FILE MODULE`, with a point at which it is killed, or `-`. Says `done` at its end, and
 * what went wrong as `CODE message`.
 */
import { TracepostError } from "#errors";
import { armCrashPoint, parseCrashPlan, systemClock } from "#runtime";
import { openSqliteStore } from "#store";
import { createBackup, restoreBackup } from "../../deploy/local/index.ts";

const [work = "", from = "", to = "", point = "-"] = process.argv.slice(2);
const plan = parseCrashPlan(point);

async function run(): Promise<unknown> {
  const clock = systemClock;
  if (work === "migrate") return await openSqliteStore({ file: from, module: new URL(to) });
  if (plan !== undefined) armCrashPoint(plan);
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
