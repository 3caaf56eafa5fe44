import { deflateSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { cleanContent, FILE_PROBLEMS, readsOf } from "#attachments";
import {
  chunk,
  exif,
  greyRows,
  JPEG,
  jpegWith,
  PROGRESSIVE_JPEG,
  pdf,
  png,
  segment,
} from "../../support/pictures.ts";

/** Cleans bytes in memory. */
async function clean(bytes: Uint8Array) {
  let cleaned = Buffer.alloc(0);
  const target = {
    sink: (part: Uint8Array) => {
      cleaned = Buffer.concat([cleaned, part]);
    },
    written: (into: Uint8Array, position: number) => readsOf(cleaned)(into, position),
  };
  const result = await cleanContent(readsOf(bytes), bytes.length, target);
  return { result, cleaned };
}

const problemOf = async (bytes: Uint8Array): Promise<string> => {
  const { result } = await clean(bytes);
  return result.ok ? "none" : result.problem;
};

const EXIF = Buffer.concat([Buffer.from("Exif\0\0"), exif(6)]);
const ZIP = Buffer.from("PK\x03\x04 a file PK\x05\x06".padEnd(60, "\0"), "latin1");

describe("the type of a file (TP-ATT-1)", () => {
  test("is told by its content, from a closed list", async () => {
    const types = await Promise.all(
      [JPEG, PROGRESSIVE_JPEG, png(), pdf()].map(async (bytes) => {
        const { result } = await clean(bytes);
        return result.ok ? result.value.mediaType : result.problem;
      }),
    );
    expect(types).toEqual(["image/jpeg", "image/jpeg", "image/png", "application/pdf"]);
  });

  test.each([
    ["a page of HTML", Buffer.from("<!doctype html><script>alert(1)</script>")],
    ["an SVG drawing", Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
    ["an archive", ZIP],
    ["a GIF", Buffer.from("GIF89a\x01\0\x01\0\0\0\0;", "latin1")],
    ["a program", Buffer.from("\x7fELF\x02\x01\x01", "latin1")],
    ["nothing", Buffer.alloc(0)],
    ["a PDF behind other bytes", Buffer.concat([Buffer.from("GIF89a"), pdf()])],
  ])("%s is refused as TYPE_UNKNOWN (TP-ATT-2)", async (_, bytes) => {
    expect(await problemOf(bytes)).toBe("TYPE_UNKNOWN");
    expect(FILE_PROBLEMS.TYPE_UNKNOWN.remedy).not.toBe("");
  });
});

describe("a cleaned JPEG (TP-ATT-3)", () => {
  test("keeps the picture and loses where, with what and by whom it was taken", async () => {
    const { result, cleaned } = await clean(
      jpegWith(
        [
          segment(0xe0, Buffer.from("JFIF\0\x01\x02\x01\0\x48\0\x48\x01\x01thu", "latin1")),
          segment(0xe1, EXIF),
          segment(0xe1, Buffer.from("http://ns.adobe.com/xap/1.0/\0<x:xmpmeta>name</x:xmpmeta>")),
          segment(0xe2, Buffer.from("ICC_PROFILE\0\x01\x01somewhere", "latin1")),
          segment(0xed, Buffer.from("Photoshop 3.0\0caption")),
          segment(0xfe, Buffer.from("%PDF-1.7 <script>alert(1)</script>")),
        ],
        ZIP,
      ),
    );
    expect(result).toMatchObject({
      ok: true,
      value: {
        mediaType: "image/jpeg",
        image: {
          width: 64,
          height: 48,
          orientation: 6,
          removed: [
            "THUMBNAIL",
            "EXIF",
            "GPS",
            "XMP",
            "COLOUR_PROFILE",
            "OTHER_METADATA",
            "COMMENT",
            "TRAILING_DATA",
          ],
        },
      },
    });
    for (const trace of ["secret-place", "Exif", "xmpmeta", "ICC", "script", "PDF", "PK", "thu"]) {
      expect([trace, cleaned.includes(trace)]).toEqual([trace, false]);
    }
    // What is left is the picture, with a JFIF segment of our own.
    expect(cleaned.length).toBe(JPEG.length + 18);
    expect(cleaned.subarray(20)).toEqual(JPEG.subarray(2));
  });

  test.each([
    ["baseline", JPEG],
    ["progressive", PROGRESSIVE_JPEG],
  ])("is copied to the byte when it is clean already: %s", async (_, bytes) => {
    const { result, cleaned } = await clean(bytes);
    expect(result.ok).toBe(true);
    expect(cleaned).toEqual(bytes);
  });

  test.each([
    ["cut off in its pixels", JPEG.subarray(0, -40)],
    ["cut off in a table", JPEG.subarray(0, 60)],
    ["without a picture", Buffer.from([0xff, 0xd8, 0xff, 0xd9])],
    ["with bytes between its segments", jpegWith([segment(0xfe, EXIF), Buffer.from("MZ junk")])],
    ["with a start inside", jpegWith([Buffer.from([0xff, 0xd8])])],
  ])("%s is refused as DAMAGED", async (_, bytes) => {
    expect(await problemOf(bytes)).toBe("DAMAGED");
  });

  test.each([
    ["arithmetic coding", jpegWith([segment(0xc9, Buffer.from([8, 0, 1, 0, 1, 1, 1, 17, 0]))])],
    ["a table longer than it says", jpegWith([segment(0xdb, Buffer.alloc(70))])],
    ["codes longer than they say", jpegWith([segment(0xc4, Buffer.alloc(40))])],
    ["two frames", jpegWith([segment(0xc0, Buffer.from([8, 0, 9, 0, 9, 1, 1, 17, 0]))])],
  ])("%s is refused as UNSUPPORTED", async (_, bytes) => {
    expect(await problemOf(bytes)).toBe("UNSUPPORTED");
  });

  test("of more pixels than are decoded is refused before it is decoded (TP-ATT-6)", async () => {
    const frame = segment(0xc0, Buffer.from([8, 0xff, 0xff, 0xff, 0xff, 1, 1, 17, 0]));
    expect(await problemOf(jpegWith([frame]))).toBe("TOO_MANY_PIXELS");
    const held = segment(0xc2, Buffer.from([8, 0x27, 0x10, 0x27, 0x10, 1, 1, 17, 0]));
    expect(await problemOf(jpegWith([held]))).toBe("TOO_MANY_PIXELS");
  });

  test("of endless segments is refused (TP-ATT-6)", async () => {
    const many = Array.from({ length: 10_001 }, () => segment(0xfe, Buffer.alloc(0)));
    expect(await problemOf(jpegWith(many))).toBe("TOO_COSTLY");
  });
});

describe("a cleaned PNG (TP-ATT-3)", () => {
  test("keeps the picture and loses texts, places, profiles, frames and what follows", async () => {
    const chunks = [
      chunk("gAMA", Buffer.from([0, 0, 0xb1, 0x8f])),
      chunk("iCCP", Buffer.from("name\0\0profile")),
      chunk("eXIf", exif(8)),
      chunk("tEXt", Buffer.from("Author\0somebody")),
      chunk("iTXt", Buffer.from("XML:com.adobe.xmp\0\0\0\0\0<x:xmpmeta/>")),
      chunk("tIME", Buffer.alloc(7)),
      chunk("acTL", Buffer.alloc(8)),
    ];
    const { result, cleaned } = await clean(png({ chunks, after: ZIP }));
    expect(result).toMatchObject({
      value: {
        image: {
          width: 5,
          height: 3,
          orientation: 8,
          removed: ["COLOUR_PROFILE", "EXIF", "GPS", "COMMENT", "OTHER_METADATA", "TRAILING_DATA"],
        },
      },
    });
    expect(cleaned).toEqual(png({ chunks: chunks.slice(0, 1) }));
  });

  test("is copied to the byte when it is clean already", async () => {
    const bytes = png({ width: 300, height: 500 });
    expect((await clean(bytes)).cleaned).toEqual(bytes);
    const pixels = deflateSync(
      Buffer.concat([
        greyRows(1, 1),
        greyRows(1, 1),
        greyRows(3, 1),
        greyRows(2, 2),
        greyRows(5, 1),
      ]),
    );
    const interlaced = png({ interlace: 1, pixels });
    expect((await clean(interlaced)).cleaned).toEqual(interlaced);
  });

  test("that inflates to more than its head says is refused as a bomb (TP-ATT-6)", async () => {
    const bomb = deflateSync(Buffer.alloc(64 * 1024 * 1024));
    expect(bomb.length).toBeLessThan(100_000);
    expect(await problemOf(png({ pixels: bomb }))).toBe("TOO_COSTLY");
  });

  test.each([
    ["with fewer pixels than its head says", png({ pixels: deflateSync(greyRows(5, 2)) })],
    [
      "with bytes behind its pixels",
      png({ pixels: joined(deflateSync(greyRows(5, 3)), "hidden") }),
    ],
    ["whose pixels are no compressed data", png({ pixels: Buffer.from("no such thing") })],
    ["cut off", png().subarray(0, -20)],
    ["without an end", png().subarray(0, -12)],
    ["with a wrong checksum", flipped(png(), 50)],
    [
      "with pixels in two places",
      png({
        chunks: [chunk("IDAT", joined(Buffer.alloc(0), "")), chunk("tEXt", Buffer.from("a\0b"))],
      }),
    ],
  ])("%s is refused as DAMAGED", async (_, bytes) => {
    expect(await problemOf(bytes)).toBe("DAMAGED");
  });

  test.each([
    ["with a chunk that no decoder may skip", png({ chunks: [chunk("XxXx", Buffer.alloc(3))] })],
    ["of a size of zero", png({ width: 0 })],
  ])("%s is refused as UNSUPPORTED", async (_, bytes) => {
    expect(await problemOf(bytes)).toBe("UNSUPPORTED");
  });

  test("of more pixels than are decoded is refused (TP-ATT-6)", async () => {
    const huge = png({ width: 60_000, height: 60_000, pixels: deflateSync(Buffer.alloc(9)) });
    expect(await problemOf(huge)).toBe("TOO_MANY_PIXELS");
  });
});

describe("a PDF (TP-ATT-4)", () => {
  test("is copied as it is", async () => {
    const bytes = pdf(300_000);
    const { result, cleaned } = await clean(bytes);
    expect(result).toEqual({ ok: true, value: { mediaType: "application/pdf" } });
    expect(cleaned).toEqual(bytes);
  });

  test.each([
    ["that is a page of HTML as well", pdf(200, "\n<script>alert(1)</script>"), "POLYGLOT"],
    ["with an archive behind it", joined(pdf(), ZIP.toString("latin1")), "POLYGLOT"],
    [
      "that ends as an archive does",
      joined(pdf(), `${ZIP.toString("latin1")}\n%%EOF\n`),
      "POLYGLOT",
    ],
    ["without an end", pdf().subarray(0, -8), "DAMAGED"],
    ["without a version", Buffer.from("%PDF-x\n%%EOF\n"), "DAMAGED"],
  ])("%s is refused", async (_, bytes, problem) => {
    expect(await problemOf(bytes)).toBe(problem);
  });
});

function joined(bytes: Uint8Array, text: string): Buffer {
  return Buffer.concat([bytes, Buffer.from(text, "latin1")]);
}

function flipped(bytes: Buffer, at: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = (changed[at] ?? 0) ^ 1;
  return changed;
}
