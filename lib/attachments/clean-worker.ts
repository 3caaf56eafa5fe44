// Entry of a cleaning thread: one file, then it ends.

import { parentPort, workerData } from "node:worker_threads";
import { cleanFile } from "./clean-file.ts";
import type { CleanJob } from "./clean-protocol.ts";
import { loadImages, makePreview } from "./preview.ts";

const answer = await cleanFile(workerData as CleanJob, async (file, facts) => {
  return makePreview(await loadImages(), file, facts);
});
parentPort?.postMessage(answer);
