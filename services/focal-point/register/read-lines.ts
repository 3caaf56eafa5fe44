/** A line of a stream; `text` is undefined when it cannot be read, and `fault` says why. */
export interface Line {
  /** From 1. */
  readonly line: number;
  readonly text: string | undefined;
  readonly fault?: "tooLong" | "notUtf8";
  /** Place in the stream behind the line and its end, in bytes. */
  readonly endsAt: number;
}

const NEWLINE = 0x0a;

/** Where a stream goes on that was read before. */
export interface ReadFrom {
  /** Lines read already. */
  readonly line: number;
  /** Bytes read already; the stream begins behind them. */
  readonly offset: number;
}

/**
 * Cuts a stream of UTF-8 bytes into lines, holding no more than one line at a time; of a line over
 * the limit nothing is held. A byte order mark at the start of a line is dropped.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
  from: ReadFrom = { line: 0, offset: 0 },
): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  let pieces: Uint8Array[] = [];
  let length = 0;
  let line = from.line;
  let endsAt = from.offset;
  const end = (endBytes: number): Line => {
    line += 1;
    endsAt += length + endBytes;
    const read = length > lineBytesMax ? ({ fault: "tooLong" } as const) : decode(decoder, pieces);
    pieces = [];
    length = 0;
    return { line, endsAt, text: undefined, ...read };
  };
  const add = (piece: Uint8Array): void => {
    length += piece.length;
    if (length <= lineBytesMax) pieces.push(piece);
    else pieces = [];
  };
  for await (const chunk of source) {
    let start = 0;
    for (;;) {
      const at = chunk.indexOf(NEWLINE, start);
      if (at < 0) break;
      add(chunk.subarray(start, at));
      yield end(1);
      start = at + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield end(0);
}

function decode(
  decoder: TextDecoder,
  pieces: readonly Uint8Array[],
): { readonly text: string } | { readonly fault: "notUtf8" } {
  try {
    const [only] = pieces;
    const bytes = pieces.length === 1 && only !== undefined ? only : Buffer.concat(pieces);
    return { text: decoder.decode(bytes).replace(/\r$/, "") };
  } catch {
    return { fault: "notUtf8" };
  }
}
