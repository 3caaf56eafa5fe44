/** A gateway that counts the day of a store, and is killed at a point: file, time, point. */
import { armCrashPoint, parseCrashPlan } from "#runtime";
import { openCountingGateway } from "./counting-gateway.ts";

const [file = "", at = "0", point = ""] = process.argv.slice(2);
const gateway = await openCountingGateway(file, Number(at));
const plan = parseCrashPlan(point);
if (plan !== undefined) armCrashPoint(plan);
await gateway.count();
await gateway.close();
