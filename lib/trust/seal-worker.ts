import { parentPort } from "node:worker_threads";
import { type OpenJob, openParts } from "./open.ts";
import { type SealJob, sealParts } from "./seal.ts";

/** A job as it crosses the threads. */
export type SealRequest =
  | { readonly id: number; readonly type: "seal"; readonly job: SealJob }
  | { readonly id: number; readonly type: "open"; readonly job: OpenJob };

/** The answer to a job. */
export type SealResponse =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };

async function answer(request: SealRequest): Promise<SealResponse> {
  const { id } = request;
  try {
    const value =
      request.type === "seal" ? await sealParts(request.job) : await openParts(request.job);
    return { id, ok: true, value };
  } catch (caught) {
    return { id, ok: false, message: caught instanceof Error ? caught.message : String(caught) };
  }
}

parentPort?.on("message", (request: SealRequest) => {
  answer(request).then(
    (response) => parentPort?.postMessage(response),
    () => undefined,
  );
});
