import { randomBytes } from "node:crypto";
import { TracepostError } from "#errors";
import { type Clock, type Database, FIREARM_LIMITS } from "#runtime";
import type { FocalPointProcedures } from "../store.ts";
import type { RegisterImports } from "./open-imports.ts";
import type { RejectedLine } from "./portion-procedures.ts";
import type { Upload } from "./upload-record.ts";

/** What an import of lines is made with. */
export interface ImportNowDeps extends RegisterImports {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly clock: Clock;
}

/** An import that is through, and the first of its bad lines. */
export interface ImportedLines {
  readonly upload: Upload;
  readonly rejected: readonly RejectedLine[];
}

const ID_BYTES = 6;
/** What an import of lines is called among the others. */
const NAME = "lines";

/** An id for an import. */
export function newUploadId(): string {
  return `up_${randomBytes(ID_BYTES).toString("hex")}`;
}

/**
 * Imports JSON Lines in one call (TP-FP-5): an import like any other that is begun, sent and waited
 * for, behind those that are under way. A stream that breaks off is given up, and nothing of it is
 * imported. Throws TracepostError STORE when the import stands still; it goes on by itself.
 */
export async function importNow(
  deps: ImportNowDeps,
  source: AsyncIterable<Uint8Array>,
  { actor, partial }: { readonly actor: string; readonly partial: boolean },
): Promise<ImportedLines> {
  const { clock, spool, store, uploads } = deps;
  const uploadId = newUploadId();
  const begun = { uploadId, name: NAME, format: "jsonl", partial, actor } as const;
  await store.call("beginUpload", { ...begun, nowMs: clock.now(), repeat: undefined });
  try {
    const { bytes: totalBytes } = await spool.append(uploadId, 0, source);
    await store.call("closeUpload", { uploadId, totalBytes });
  } catch (caught) {
    await store.call("cancelUpload", { uploadId, nowMs: clock.now() });
    await spool.remove(uploadId);
    throw caught;
  }
  uploads.wake();
  await uploads.settled();
  const upload = await store.call("loadUpload", { uploadId });
  if (upload?.endedAtMs === undefined) {
    throw new TracepostError("STORE", `the import ${uploadId} stands still`, {
      remedy: "It goes on by itself when the disk takes it; look at it with register import.",
    });
  }
  const limit = FIREARM_LIMITS.problemsMax;
  const rejected = await store.call("listRejects", { uploadId, after: 0, limit });
  return { upload, rejected };
}
