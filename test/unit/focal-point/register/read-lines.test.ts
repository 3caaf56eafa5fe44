import fc from "fast-check";
import { expect, test } from "vitest";
import { type Line, readLines } from "../../../../services/focal-point/register/read-lines.ts";

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts].sort((a, b) => a - b)) {
    const end = Math.min(cut, bytes.length);
    yield bytes.subarray(start, end);
    start = Math.max(start, end);
  }
  yield bytes.subarray(start);
}

type Told = Pick<Line, "line" | "text">;

async function collect(source: AsyncIterable<Uint8Array>, lineBytesMax: number): Promise<Told[]> {
  const lines: Told[] = [];
  for await (const { line, text } of readLines(source, lineBytesMax)) lines.push({ line, text });
  return lines;
}

test("lines are the same however the stream is cut, also inside a character", async () => {
  const text = fc.array(fc.string({ unit: "grapheme" }).filter((one) => !/[\r\n\ufeff]/.test(one)));
  const cuts = fc.array(fc.nat(200));
  await fc.assert(
    fc.asyncProperty(text, cuts, async (expected, cut) => {
      const bytes = Buffer.from(expected.map((line) => `${line}\n`).join(""));
      const lines = await collect(chunksOf(bytes, cut), 10_000);
      expect(lines).toEqual(expected.map((line, index) => ({ line: index + 1, text: line })));
    }),
  );
});

test("the last line needs no newline, and a carriage return is no part of a line", async () => {
  const lines = await collect(chunksOf(Buffer.from("one\r\n\r\nthree"), []), 100);
  expect(lines.map((line) => line.text)).toEqual(["one", "", "three"]);
});

test("of a line over the limit nothing is kept, and the next one is read", async () => {
  const bytes = Buffer.from(`${"x".repeat(5_000)}\nshort\n`);
  const cuts = Array.from({ length: 50 }, (_, index) => index * 100);
  expect(await collect(chunksOf(bytes, cuts), 1_000)).toEqual([
    { line: 1, text: undefined },
    { line: 2, text: "short" },
  ]);
});
