// Entry of a sealing thread: one job after the other, in the order in which they came.

import { parentPort } from "node:worker_threads";
import { openParts } from "./open.ts";
import { sealParts } from "./seal.ts";
import type { SealRequest, SealResponse } from "./seal-protocol.ts";

async function answer(request: SealRequest): Promise<SealResponse> {
  const { id } = request;
  try {
    return request.type === "seal"
      ? { type: "sealed", id, value: await sealParts(request.job) }
      : { type: "opened", id, value: await openParts(request.job) };
  } catch (caught) {
    return { type: "fault", id, message: caught instanceof Error ? caught.message : "unknown" };
  }
}

let last: Promise<void> = Promise.resolve();

parentPort?.on("message", (request: SealRequest) => {
  last = last.then(async () => parentPort?.postMessage(await answer(request)));
});
