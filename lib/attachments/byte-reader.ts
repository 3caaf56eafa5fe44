import { ATTACHMENT_LIMITS } from "#runtime";

/** Reads bytes at a position into `target`; gives how many there were, 0 at the end. */
export type ReadAt = (target: Uint8Array, position: number) => number;

/** Reads of a file that lies in memory. */
export function readsOf(bytes: Uint8Array): ReadAt {
  return (target, position) => {
    const part = bytes.subarray(position, position + target.length);
    target.set(part);
    return part.length;
  };
}

/**
 * Reads a file forward through one window, so that a file of any size costs the same memory. What
 * it hands out is valid until the next call.
 */
export class ByteReader {
  readonly #read: ReadAt;
  readonly #window = new Uint8Array(ATTACHMENT_LIMITS.windowBytes + 16);
  #start = 0;
  #end = 0;
  /** Position in the file of the end of the window. */
  #filePosition = 0;
  #isAtEnd = false;

  constructor(read: ReadAt) {
    this.#read = read;
  }

  /** Position of the next byte. */
  get position(): number {
    return this.#filePosition - (this.#end - this.#start);
  }

  /** Next byte, or -1 at the end. */
  byte(): number {
    if (this.#start === this.#end && !this.#fill(1)) return -1;
    const byte = this.#window[this.#start] ?? 0;
    this.#start += 1;
    return byte;
  }

  /** The next `length` bytes, at most `windowBytes`; undefined when there are not so many. */
  take(length: number): Uint8Array | undefined {
    if (this.#end - this.#start < length && !this.#fill(length)) return undefined;
    const bytes = this.#window.subarray(this.#start, this.#start + length);
    this.#start += length;
    return bytes;
  }

  /** What is in the window, at least one byte; undefined at the end. Not taken yet. */
  peek(): Uint8Array | undefined {
    if (this.#start === this.#end && !this.#fill(1)) return undefined;
    return this.#window.subarray(this.#start, this.#end);
  }

  /** Takes bytes that {@link peek} has shown. */
  drop(length: number): void {
    this.#start += length;
  }

  /** Goes past `length` bytes; whether there were so many. */
  skip(length: number): boolean {
    let left = length;
    while (left > 0) {
      const shown = this.peek();
      if (shown === undefined) return false;
      const step = Math.min(left, shown.length);
      this.#start += step;
      left -= step;
    }
    return true;
  }

  #fill(wanted: number): boolean {
    this.#window.copyWithin(0, this.#start, this.#end);
    this.#end -= this.#start;
    this.#start = 0;
    while (this.#end < wanted && !this.#isAtEnd) {
      const count = this.#read(this.#window.subarray(this.#end), this.#filePosition);
      if (count === 0) this.#isAtEnd = true;
      this.#end += count;
      this.#filePosition += count;
    }
    return this.#end >= wanted;
  }
}

/** Takes the bytes of a cleaned file, in order; must not keep what it is given. */
export type Sink = (bytes: Uint8Array) => void;
