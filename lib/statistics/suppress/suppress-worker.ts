// Entry of a thread that makes one release safe, then it ends.

import { parentPort, workerData } from "node:worker_threads";
import { makeSafe } from "./make-safe.ts";
import type { SuppressJob } from "./suppress-apart.ts";

const { earlier, tables } = workerData as SuppressJob;
parentPort?.postMessage(makeSafe(tables, earlier));
