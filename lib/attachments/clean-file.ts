import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { ATTACHMENT_LIMITS } from "#runtime";
import { ByteReader, type ReadAt, type Sink } from "./byte-reader.ts";
import { cleanContent } from "./clean-content.ts";
import type { CleanAnswer, CleanedFile, CleanJob } from "./clean-protocol.ts";
import { type CleanResult, type ImageFacts, unclean } from "./clean-result.ts";
import { ItemDigester, type ItemDigests } from "./piece-digests.ts";

/** Makes the preview of an image that lies open and clean; throws when it does not decode. */
export type PreviewMaker = (file: number, facts: ImageFacts) => Promise<Uint8Array>;

/**
 * Cleans one file into another and makes its preview (TP-ATT-2 to TP-ATT-5). Reads and writes
 * synchronously: it belongs into a thread of its own, which is ended when it takes too long.
 */
export async function cleanFile(job: CleanJob, previewOf: PreviewMaker): Promise<CleanAnswer> {
  const input = openSync(job.input, "r");
  try {
    const read = readsOfFile(input);
    const sizeBytes = fstatSync(input).size;
    if (sizeBytes > ATTACHMENT_LIMITS.itemBytesMax) return unclean("TOO_LARGE", `${sizeBytes}`);
    if (Buffer.compare(digestOf(read).sha256, job.sha256) !== 0) {
      return unclean("DIGEST_MISMATCH", "");
    }
    const copied = await copyClean(read, sizeBytes, job.cleaned);
    if (!copied.ok) return copied;
    const { mediaType } = copied.value;
    if (job.declaredType !== "" && job.declaredType !== mediaType) {
      return unclean("TYPE_MISMATCH", `it is ${mediaType}`);
    }
    const { image } = copied.value;
    if (image === undefined) return copied;
    return await withPreview({ ...copied.value, image }, job, previewOf);
  } finally {
    closeSync(input);
  }
}

async function copyClean(
  read: ReadAt,
  sizeBytes: number,
  cleaned: string,
): Promise<CleanResult<CleanedFile>> {
  const output = openSync(cleaned, "wx+", 0o600);
  try {
    const digester = new ItemDigester();
    const sink: Sink = (bytes) => {
      writeSync(output, bytes);
      digester.update(bytes);
    };
    const copied = await cleanContent(read, sizeBytes, { sink, written: readsOfFile(output) });
    if (!copied.ok) return copied;
    fsyncSync(output);
    return { ok: true, value: { ...copied.value, ...digester.end() } };
  } finally {
    closeSync(output);
  }
}

async function withPreview(
  cleaned: CleanedFile & { readonly image: ImageFacts },
  job: CleanJob,
  previewOf: PreviewMaker,
): Promise<CleanAnswer> {
  const file = openSync(job.cleaned, "r");
  let bytes: Uint8Array;
  try {
    bytes = await previewOf(file, cleaned.image);
  } catch {
    return unclean("DAMAGED", "it does not decode");
  } finally {
    closeSync(file);
  }
  const output = openSync(job.preview, "wx", 0o600);
  writeSync(output, bytes);
  fsyncSync(output);
  closeSync(output);
  const digester = new ItemDigester();
  digester.update(bytes);
  return { ok: true, value: { ...cleaned, preview: digester.end() } };
}

function digestOf(read: ReadAt): ItemDigests {
  const digester = new ItemDigester();
  const reader = new ByteReader(read);
  for (let part = reader.peek(); part !== undefined; part = reader.peek()) {
    digester.update(part);
    reader.drop(part.length);
  }
  return digester.end();
}

function readsOfFile(file: number): ReadAt {
  return (target, position) => readSync(file, target, 0, target.length, position);
}
