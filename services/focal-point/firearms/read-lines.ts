/** A line of a stream; `text` is undefined when it is longer than allowed. */
export interface Line {
  /** From 1. */
  readonly line: number;
  readonly text: string | undefined;
}

const NEWLINE = 0x0a;

/**
 * Cuts a stream of UTF-8 bytes into lines, holding no more than one line at a time; of a line over
 * the limit nothing is held. A byte order mark at the start is dropped.
 */
export async function* readLines(
  source: AsyncIterable<Uint8Array>,
  lineBytesMax: number,
): AsyncGenerator<Line> {
  const decoder = new TextDecoder("utf-8");
  let pieces: Uint8Array[] = [];
  let length = 0;
  let line = 1;
  const end = (): Line => {
    const isTooLong = length > lineBytesMax;
    const text = isTooLong ? undefined : decoder.decode(Buffer.concat(pieces));
    const ended = { line, text: text?.replace(/\r$/, "") };
    pieces = [];
    length = 0;
    line += 1;
    return ended;
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
      yield end();
      start = at + 1;
    }
    add(chunk.subarray(start));
  }
  if (length > 0) yield end();
}
