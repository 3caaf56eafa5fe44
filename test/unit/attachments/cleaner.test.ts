import { createHash } from "node:crypto";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { deflateSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type CleanAnswer, createCleaner } from "#attachments";
import { ATTACHMENT_LIMITS, systemTimers, type Timers } from "#runtime";
import { exif, JPEG, jpegWith, pdf, png, segment } from "../../support/pictures.ts";
import { randomFrom } from "../../support/seeded-random.ts";

let folder = "";
let next = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "tracepost-clean-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface Cleaned {
  readonly answer: CleanAnswer;
  readonly cleaned: string;
  readonly preview: string;
}

async function clean(
  bytes: Uint8Array,
  { declaredType = "", timers = systemTimers as Timers, sha256 = digest(bytes) } = {},
): Promise<Cleaned> {
  next += 1;
  const at = join(folder, String(next));
  await writeFile(at, bytes);
  const paths = { cleaned: `${at}.cleaned`, preview: `${at}.preview` };
  const answer = await createCleaner(timers).clean({ input: at, ...paths, declaredType, sha256 });
  return { answer, ...paths };
}

const digest = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest();

describe("cleaning a file", () => {
  test("gives a clean file with digests of its pieces, and an upright preview (TP-ATT-5)", async () => {
    const EXIF = Buffer.concat([Buffer.from("Exif\0\0"), exif(6)]);
    const { answer, cleaned, preview } = await clean(jpegWith([segment(0xe1, EXIF)]));
    expect(await readFile(cleaned)).toEqual(JPEG);
    expect(answer).toMatchObject({
      ok: true,
      value: {
        mediaType: "image/jpeg",
        sizeBytes: JPEG.length,
        image: { width: 64, height: 48, orientation: 6, removed: ["EXIF", "GPS"] },
      },
    });
    if (!answer.ok) return;
    expect(Buffer.from(answer.value.sha256)).toEqual(digest(JPEG));
    expect(Buffer.from(answer.value.pieces)).toEqual(digest(JPEG));
    const shown = await readFile(preview);
    expect(Buffer.from(answer.value.preview?.sha256 ?? [])).toEqual(digest(shown));
    // Turned by a quarter: what was 64 wide is 64 high. The frame header says so.
    const frame = shown.indexOf(Buffer.from([0xff, 0xc0]));
    expect([shown.readUInt16BE(frame + 7), shown.readUInt16BE(frame + 5)]).toEqual([48, 64]);
  });

  test("of a large noisy picture gives a preview within its bound (TP-ATT-5)", async () => {
    const noise = noisyPng(2_600, 2_000);
    const { answer, preview } = await clean(noise);
    expect(answer).toMatchObject({ ok: true, value: { sizeBytes: noise.length } });
    const shown = await readFile(preview);
    expect(shown.length).toBeLessThanOrEqual(ATTACHMENT_LIMITS.previewBytesMax);
    expect(shown.length).toBeGreaterThan(20_000);
    expect(shown.includes("Exif")).toBe(false);
  });

  test("of a document makes no preview, and pieces of 512 KiB (TP-ATT-7)", async () => {
    const bytes = pdf(1_200_000);
    const { answer } = await clean(bytes, { declaredType: "application/pdf" });
    if (!answer.ok) throw new TypeError(answer.problem);
    expect(answer.value.preview).toBeUndefined();
    const pieces = [0, 1, 2].map((n) => digest(bytes.subarray(n * 524_288, (n + 1) * 524_288)));
    expect(Buffer.from(answer.value.pieces)).toEqual(Buffer.concat(pieces));
  });

  test.each([
    ["another type than declared", png(), { declaredType: "image/jpeg" }, "TYPE_MISMATCH"],
    ["another file than announced", png(), { sha256: Buffer.alloc(32) }, "DIGEST_MISMATCH"],
    ["a file over the bound", Buffer.alloc(ATTACHMENT_LIMITS.itemBytesMax + 1), {}, "TOO_LARGE"],
    ["a picture that does not decode", undecodable(), {}, "DAMAGED"],
  ])("refuses %s (TP-ATT-2)", async (_, bytes, options, problem) => {
    expect((await clean(bytes, options)).answer).toMatchObject({ ok: false, problem });
  });

  test("gives up what takes too long, and ends its thread (TP-ATT-6)", async () => {
    const impatient: Timers = { after: (_ms, run) => systemTimers.after(0, run) };
    const { answer } = await clean(png(), { timers: impatient });
    expect(answer).toMatchObject({ ok: false, problem: "TOO_COSTLY" });
  });
});

/** A picture whose form holds, and which lacks the tables of its pixels. */
function undecodable(): Buffer {
  const frame = JPEG.indexOf(Buffer.from([0xff, 0xc0]));
  return Buffer.concat([JPEG.subarray(0, 2), JPEG.subarray(frame)]);
}

/** A grey picture that compresses badly. */
function noisyPng(width: number, height: number): Buffer {
  const random = randomFrom(7);
  const rows = Buffer.alloc(height * (width + 1));
  for (let at = 0; at < rows.length; at += 1) {
    rows[at] = at % (width + 1) === 0 ? 0 : Math.floor(random() * 256);
  }
  return png({ width, height, pixels: deflateSync(rows, { level: 1 }) });
}
