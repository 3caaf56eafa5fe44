/**
 * Paths and bytes of tiles, written down from C2SP tlog-tiles: an index goes into elements of three
 * digits, all but the last with an x before them; tile n of level l is MTH(D[…]) for i of 0 to 255.
 */
import { hash } from "node:crypto";
import { naiveRoot } from "../../support/naive-tree.ts";

/** `x001/x234/067` for 1234067: digit by digit, from the end. */
function indexPath(index: number): string {
  let rest = index;
  let path = "";
  do {
    const element = String(1_000 + (rest % 1_000)).slice(1);
    path = path === "" ? element : `x${element}/${path}`;
    rest = Math.floor(rest / 1_000);
  } while (rest > 0);
  return path;
}

function paths() {
  const names = [
    [0, 0, 256],
    [0, 0, 1],
    [0, 7, 112],
    [1, 0, 17],
    [0, 999, 256],
    [0, 1_000, 256],
    [0, 1_234_067, 256],
    [3, 1_234_067, 255],
    [63, 35_184_372_088_831, 256],
  ] as const;
  return names.map(([level, index, width]) => {
    const full = `${level}/${indexPath(index)}`;
    return { path: width === 256 ? full : `${full}.p/${width}`, level, index, width };
  });
}

const REFUSED = {
  "a level with a leading zero": "00/000",
  "a level above 63": "64/000",
  "an index of two digits": "0/07",
  "an index of four digits": "0/1000",
  "an index without its x": "0/001/000",
  "an x before the last element": "0/x000",
  "an index with an element too many": "0/x000/001",
  "a width of nothing": "0/000.p/0",
  "a width with a leading zero": "0/000.p/07",
  "a width of a full tile": "0/000.p/256",
  "a partial tile without a width": "0/000.p",
  "a way out of the folder": "0/../checkpoint",
  "entries, which are the parties'": "entries/000",
  "an index beyond every tree": "0/x999/x999/x999/x999/x999/999",
};

/** Digests of tiles of a tree of `size` made-up entries. */
function tiles(entry: (index: number) => Uint8Array) {
  const size = 700;
  const entries = Array.from({ length: size }, (_, index) => entry(index));
  const tile = (level: number, index: number, width: number) => {
    const span = 256 ** level;
    const hashes = Array.from({ length: width }, (_, i) => {
      const first = (index * 256 + i) * span;
      return naiveRoot(entries.slice(first, first + span));
    });
    return { level, index, width, sha256: hash("sha256", Buffer.concat(hashes)) };
  };
  return {
    size,
    there: [tile(0, 0, 256), tile(0, 1, 256), tile(0, 2, 188), tile(0, 2, 1), tile(1, 0, 2)],
    absent: [
      { level: 0, index: 2, width: 256 },
      { level: 0, index: 2, width: 189 },
      { level: 0, index: 3, width: 1 },
      { level: 1, index: 0, width: 3 },
      { level: 2, index: 0, width: 1 },
    ],
  };
}

/** Content of `merkle/tiles.json`. */
export function tileVectors(entry: (index: number) => Uint8Array) {
  return { paths: paths(), refused: REFUSED, ...tiles(entry) };
}
