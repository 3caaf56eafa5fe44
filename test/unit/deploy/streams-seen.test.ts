import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { StreamsSeen } from "../../../deploy/local/streams-seen.ts";

const PLACE = "CORE/OUT_NE";
const CREATED = "2026-01-15T08:00:00.000Z";
const at = (firstSequence: number, lastSequence: number, createdAt = CREATED) => {
  return { createdAt, firstSequence, lastSequence };
};

let dir: string;
let file: string;

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), "tracepost-seen-"));
  file = join(dir, "seen.json");
});

afterEach(() => rm(dir, { recursive: true, force: true }));

/** What a later run finds when the stream was seen like this. */
async function laterRun(seen: ReturnType<typeof at>): Promise<StreamsSeen> {
  const earlier = new StreamsSeen(file);
  await earlier.note(PLACE, seen);
  await earlier.keep();
  return new StreamsSeen(file);
}

test("a stream that grows, is emptied, or was never seen has lost nothing", async () => {
  const seen = await laterRun(at(3, 10));
  expect(await seen.lossOf(PLACE, at(3, 10))).toBeUndefined();
  expect(await seen.lossOf(PLACE, at(3, 12))).toBeUndefined();
  expect(await seen.lossOf(PLACE, at(13, 12))).toBeUndefined();
  expect(await seen.lossOf("BR/IN", at(1, 1))).toBeUndefined();
});

test("a stream that ends before what was seen has lost its tail", async () => {
  const seen = await laterRun(at(3, 10));
  expect(await seen.lossOf(PLACE, at(3, 9))).toMatchObject({ kind: "STREAM_TAIL_LOST" });
});

test("an older copy is known by its beginning, however many messages came since", async () => {
  const seen = await laterRun(at(8, 10));
  expect(await seen.lossOf(PLACE, at(3, 400))).toMatchObject({ kind: "STREAM_TAIL_LOST" });
});

test("another stream of the same name is known by when it was created", async () => {
  const seen = await laterRun(at(1, 10));
  const other = at(1, 500, "2026-01-15T09:00:00.000Z");
  expect(await seen.lossOf(PLACE, other)).toMatchObject({ kind: "STREAM_RECREATED" });
});

test("what is forgotten, or cannot be read, begins anew", async () => {
  const seen = await laterRun(at(3, 10));
  await seen.note(PLACE, undefined);
  expect(await seen.lossOf(PLACE, at(1, 1))).toBeUndefined();
  await seen.keep();
  expect(JSON.parse(await readFile(file, "utf8"))).toEqual({});
  for (const damaged of ["", "[]", '{"CORE/OUT_NE": {"lastSequence": "ten"}}', "null"]) {
    await writeFile(file, damaged);
    expect(await new StreamsSeen(file).lossOf(PLACE, at(1, 1)), damaged).toBeUndefined();
  }
});
