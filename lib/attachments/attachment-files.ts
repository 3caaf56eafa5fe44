import { createReadStream } from "node:fs";
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { Readable } from "node:stream";

/** Where a cleaning leaves its results. */
export interface WorkPaths {
  readonly cleaned: string;
  readonly preview: string;
}

/**
 * The folder of attachments beside the database (TP-ATT-8). `parts` holds what is not complete, a
 * file for each item, written in place; `items` holds what is complete and clean, under the SHA-256
 * of its bytes, never changed. `work` is what a cleaning writes, and is emptied at each start.
 * What is written is on disk, folder entry included, before a call settles. Names are made here,
 * from ids and digests; none comes from outside.
 */
export class AttachmentFiles {
  readonly #parts: string;
  readonly #items: string;
  readonly #work: string;

  private constructor(folder: string) {
    this.#parts = join(folder, "parts");
    this.#items = join(folder, "items");
    this.#work = join(folder, "work");
  }

  /** Opens the folder, making it at first. */
  static async open(folder: string): Promise<AttachmentFiles> {
    const files = new AttachmentFiles(folder);
    await rm(files.#work, { recursive: true, force: true });
    for (const path of [files.#parts, files.#items, files.#work]) {
      await mkdir(path, { recursive: true, mode: 0o700 });
    }
    await syncFolder(folder);
    return files;
  }

  /** Path of an item that is not complete. */
  partPath(id: string): string {
    return join(this.#parts, checkedId(id));
  }

  /** Writes one piece of an item in its place. */
  async writePiece(id: string, offset: number, bytes: Uint8Array): Promise<void> {
    const { file, isNew } = await openOrMake(this.partPath(id));
    try {
      let written = 0;
      while (written < bytes.length) {
        const left = bytes.length - written;
        const step = await file.write(bytes, written, left, offset + written);
        written += step.bytesWritten;
      }
      await file.datasync();
    } finally {
      await file.close();
    }
    if (isNew) await syncFolder(this.#parts);
  }

  /** Forgets an item that is not complete. */
  async dropPart(id: string): Promise<void> {
    await rm(this.partPath(id), { force: true });
  }

  /** Fresh paths for the results of a cleaning. */
  async workPaths(id: string): Promise<WorkPaths> {
    const cleaned = join(this.#work, `${checkedId(id)}.cleaned`);
    const preview = join(this.#work, `${checkedId(id)}.preview`);
    await this.dropWork({ cleaned, preview });
    return { cleaned, preview };
  }

  /** Removes what a cleaning left that came to nothing. */
  async dropWork({ cleaned, preview }: WorkPaths): Promise<void> {
    await rm(cleaned, { force: true });
    await rm(preview, { force: true });
  }

  /** Takes a finished file in, under its digest; the file is already synced. */
  async adopt(path: string, sha256: Uint8Array): Promise<void> {
    const target = this.#itemPath(sha256);
    const folder = join(target, "..");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await rename(path, target);
    await syncFolder(folder);
    await syncFolder(this.#items);
  }

  /** Whether an item is here. */
  async has(sha256: Uint8Array): Promise<boolean> {
    const found = await stat(this.#itemPath(sha256)).catch(() => undefined);
    return found !== undefined;
  }

  /** Reads an item from its beginning to its end. */
  read(sha256: Uint8Array): Readable {
    return createReadStream(this.#itemPath(sha256));
  }

  /** One piece of an item; fewer bytes when the item ends before. */
  async readPiece(sha256: Uint8Array, offset: number, length: number): Promise<Uint8Array> {
    const file = await open(this.#itemPath(sha256), "r");
    try {
      const bytes = new Uint8Array(length);
      const { bytesRead } = await file.read(bytes, 0, length, offset);
      return bytes.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  /** Removes an item that nothing refers to any more. */
  async dropItem(sha256: Uint8Array): Promise<void> {
    await rm(this.#itemPath(sha256), { force: true });
  }

  /** Ids of what is not complete, for sweeping at a start. */
  async partIds(): Promise<string[]> {
    return await readdir(this.#parts);
  }

  /** Digests of all items, for sweeping at a start. */
  async *items(): AsyncGenerator<Uint8Array> {
    for (const folder of await readdir(this.#items)) {
      for (const name of await readdir(join(this.#items, folder))) yield Buffer.from(name, "hex");
    }
  }

  #itemPath(sha256: Uint8Array): string {
    const name = Buffer.from(sha256).toString("hex");
    return join(this.#items, name.slice(0, 2), name);
  }
}

async function openOrMake(path: string): Promise<{ file: FileHandle; isNew: boolean }> {
  const made = await open(path, "wx", 0o600).catch(() => undefined);
  if (made !== undefined) return { file: made, isNew: true };
  return { file: await open(path, "r+"), isNew: false };
}

/** Ids are made by this product: letters, digits and hyphens. Anything else names nothing. */
function checkedId(id: string): string {
  return id.replaceAll(/[^A-Za-z0-9-]/g, "_");
}

async function syncFolder(path: string): Promise<void> {
  // Windows opens no folder; there the file's own sync must do.
  if (process.platform === "win32") return;
  const folder = await open(path, "r");
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}
