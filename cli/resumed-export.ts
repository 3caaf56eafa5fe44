import { hash } from "node:crypto";
import { open, readFile, rename, rm, stat, truncate, writeFile } from "node:fs/promises";
import { TracepostError } from "#errors";

const PRIVATE_FILE = 0o600;
/** Bytes read from the end of a part to find its last whole line; no line is longer. */
const TAIL_BYTES = 256 * 1024;

/** An export that was begun, and how far it came. */
export interface BegunExport {
  /** As of a log of so many entries; undefined: not begun yet. */
  readonly size: number | undefined;
  /** Place in the log of the last record that is whole; undefined: none. */
  readonly before: number | undefined;
}

/**
 * A file that an export is written to, under another name until it is whole (TP-FIND-8). What a
 * broken line left is gone on with, if the same was asked for.
 */
export class ResumedExport {
  readonly #path: string;
  readonly #part: string;
  readonly #about: string;
  readonly #asked: string;

  /** `asked`: everything that makes it this export and no other. */
  constructor(path: string, asked: object) {
    this.#path = path;
    this.#part = `${path}.part`;
    this.#about = `${path}.part.json`;
    this.#asked = hash("sha256", JSON.stringify(asked), "hex");
  }

  /**
   * Looks what is there. Throws TracepostError USAGE when the file is there already, or the part of
   * another export.
   */
  async look(): Promise<BegunExport> {
    if ((await sizeOf(this.#path)) !== undefined) {
      throw this.#taken(`${this.#path} is there already`);
    }
    const about = await readFile(this.#about, "utf8").catch(() => undefined);
    if (about === undefined) {
      if ((await sizeOf(this.#part)) === undefined) return { size: undefined, before: undefined };
      throw this.#taken(`${this.#part} is there, and nothing says what it is of`);
    }
    const { asked, size } = JSON.parse(about) as { asked: string; size: number };
    if (asked !== this.#asked) throw this.#taken(`${this.#part} is of another export`);
    return { size, before: await this.#lastPlace() };
  }

  /** Writes what comes at the end of the part; `size` is kept before the first byte. */
  async write(size: number, source: AsyncIterable<Uint8Array>): Promise<void> {
    const about = JSON.stringify({ asked: this.#asked, size });
    await writeFile(this.#about, about, { mode: PRIVATE_FILE });
    const file = await open(this.#part, "a", PRIVATE_FILE);
    try {
      for await (const piece of source) await file.writeFile(piece);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** It is whole: gives it its name, and how many bytes it has. */
  async finish(): Promise<number> {
    await rename(this.#part, this.#path);
    await rm(this.#about, { force: true });
    return (await sizeOf(this.#path)) ?? 0;
  }

  /** Cuts off what is no whole line; gives the place at the beginning of the last one. */
  async #lastPlace(): Promise<number | undefined> {
    const bytes = (await sizeOf(this.#part)) ?? 0;
    if (bytes === 0) return undefined;
    const tail = await tailOf(this.#part, bytes);
    const end = tail.lastIndexOf("\n") + 1;
    await truncate(this.#part, bytes - (tail.length - end));
    const last = tail.toString("utf8", tail.subarray(0, end - 1).lastIndexOf("\n") + 1, end);
    const place = /^(?:\{"logIndex":)?(\d+)/u.exec(last)?.[1];
    // A head of columns alone is written anew.
    if (place === undefined) await truncate(this.#part, 0);
    return place === undefined ? undefined : Number(place);
  }

  #taken(message: string): TracepostError {
    return new TracepostError("USAGE", message, {
      remedy: "Name a file that is not there yet, or remove it and its .part files first.",
    });
  }
}

async function tailOf(path: string, bytes: number): Promise<Buffer> {
  const file = await open(path, "r");
  try {
    const length = Math.min(bytes, TAIL_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, bytes - length);
    return buffer;
  } finally {
    await file.close();
  }
}

async function sizeOf(path: string): Promise<number | undefined> {
  return (await stat(path).catch(() => undefined))?.size;
}
