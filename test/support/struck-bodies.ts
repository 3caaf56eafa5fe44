/** The store of letters with bodies; what follows `?` in its address is where its thread dies. */
import { armCrashPoint, parseCrashPlan } from "#runtime";

const plan = parseCrashPlan(new URL(import.meta.url).search.slice(1));
if (plan !== undefined) armCrashPoint(plan);

export { store } from "../contract/store-fixture-bodies.ts";
