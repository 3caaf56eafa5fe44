import { constants, createReadStream } from "node:fs";
import { mkdir, open, readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import { FIREARM_LIMITS } from "#runtime";

/** What putting bytes down came to. */
export type SpoolAppend =
  | { readonly ok: true; readonly bytes: number }
  /** They do not follow on those that are there, or others are being put down. */
  | { readonly ok: false; readonly bytes: number };

const PRIVATE_FILE = 0o600;
const PRIVATE_FOLDER = 0o700;
const ENDING = ".part";

/**
 * Files of imports, as far as they have come (TP-FIRE-13): in the data folder, readable by the
 * service alone, and gone once they are through.
 */
export class Spool {
  readonly #dir: string;
  readonly #busy = new Set<string>();

  constructor(dir: string) {
    this.#dir = dir;
  }

  /** Bytes that are there. */
  async bytes(uploadId: string): Promise<number> {
    const found = await stat(this.#file(uploadId)).catch(() => undefined);
    return found?.size ?? 0;
  }

  /**
   * Puts bytes down behind those that are there. What came before the sender went away is kept and
   * durable: the rest follows on it. Throws TracepostError USAGE beyond the limit.
   */
  async append(
    uploadId: string,
    offset: number,
    source: AsyncIterable<Uint8Array>,
  ): Promise<SpoolAppend> {
    const there = await this.bytes(uploadId);
    if (this.#busy.has(uploadId) || there !== offset) return { ok: false, bytes: there };
    this.#busy.add(uploadId);
    try {
      return { ok: true, bytes: await this.#write(uploadId, offset, source) };
    } finally {
      this.#busy.delete(uploadId);
    }
  }

  /** The file from a place on. */
  read(uploadId: string, offset: number): AsyncIterable<Uint8Array> {
    return createReadStream(this.#file(uploadId), { start: offset });
  }

  /** Removes the file, whether it is there or not. */
  async remove(uploadId: string): Promise<void> {
    await rm(this.#file(uploadId), { force: true });
  }

  /** Ids of the imports that have a file. */
  async list(): Promise<string[]> {
    const names = await readdir(this.#dir).catch(() => []);
    return names.filter((name) => name.endsWith(ENDING)).map((name) => name.slice(0, -5));
  }

  async #write(
    uploadId: string,
    offset: number,
    source: AsyncIterable<Uint8Array>,
  ): Promise<number> {
    await mkdir(this.#dir, { recursive: true, mode: PRIVATE_FOLDER });
    const flags = constants.O_WRONLY | constants.O_CREAT;
    const file = await open(this.#file(uploadId), flags, PRIVATE_FILE);
    let at = offset;
    try {
      for await (const chunk of source) {
        if (at + chunk.length > FIREARM_LIMITS.uploadBytesMax) throw tooLarge();
        for (let done = 0; done < chunk.length; ) {
          const { bytesWritten } = await file.write(chunk, done, chunk.length - done, at + done);
          done += bytesWritten;
        }
        at += chunk.length;
      }
      return at;
    } finally {
      await file.datasync().finally(() => file.close());
    }
  }

  #file(uploadId: string): string {
    return join(this.#dir, `${uploadId}${ENDING}`);
  }
}

function tooLarge(): TracepostError {
  const gib = FIREARM_LIMITS.uploadBytesMax / 1024 ** 3;
  return new TracepostError("USAGE", `an import takes no more than ${gib} GiB`, {
    remedy: "Split the file into several imports.",
  });
}
