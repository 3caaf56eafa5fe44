/**
 * Writes the vectors of this folder: `node test/vectors/merkle/make.ts`, then `npm run format`.
 * They are made with the recursive definitions of RFC 6962 alone, never with the code they test.
 * Changing one needs an ADR.
 */
import { createPrivateKey, createPublicKey, hash, sign } from "node:crypto";
import { writeFileSync } from "node:fs";
import { naiveLeaf, naivePath, naiveProof, naiveRoot } from "../../support/naive-tree.ts";
import { cosignatureVectors } from "../make/cosignatures.ts";
import { tileVectors } from "../make/log-tiles.ts";

/** The eight leaves that Certificate Transparency implementations test with, in hex. */
const LEAVES = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];

const base64 = (bytes: Uint8Array): string => Buffer.from(bytes).toString("base64");
const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, "hex"));

function flip(bytes: Uint8Array, bit: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[Math.floor(bit / 8)] = (copy[Math.floor(bit / 8)] ?? 0) ^ (1 << (bit % 8));
  return copy;
}

/** Entry `index` of the made-up log: sizes around the edges of tiles matter, content does not. */
const madeUp = (index: number): Uint8Array => Buffer.from(`tracepost vector ${index}`);

function trees() {
  const entries = LEAVES.map(fromHex);
  const known = Array.from({ length: LEAVES.length + 1 }, (_, size) => ({
    size,
    root: base64(naiveRoot(entries.slice(0, size))),
  }));
  const sizes = [1, 2, 3, 100, 255, 256, 257, 511, 512, 513, 1_000];
  const all = Array.from({ length: 1_000 }, (_, index) => madeUp(index));
  const roots = sizes.map((size) => ({ size, root: base64(naiveRoot(all.slice(0, size))) }));
  return {
    leaves: { entriesHex: LEAVES, trees: known },
    madeUp: { entry: "tracepost vector <index>", trees: roots },
  };
}

function inclusion() {
  const cases = [];
  for (const [index, size] of [
    [0, 1],
    [0, 2],
    [1, 2],
    [2, 3],
    [4, 5],
    [3, 7],
    [6, 7],
    [5, 8],
    [0, 257],
    [255, 257],
    [256, 257],
    [300, 1_000],
  ] as const) {
    const entries = Array.from({ length: size }, (_, at) => madeUp(at));
    const good = {
      index,
      size,
      leafHash: base64(naiveLeaf(madeUp(index))),
      path: naivePath(index, entries).map(base64),
      root: base64(naiveRoot(entries)),
    };
    const path = naivePath(index, entries);
    cases.push({ name: `leaf ${index} of ${size}`, ...good, valid: true });
    cases.push({
      name: `leaf ${index} of ${size}, one hash too many`,
      ...good,
      path: [...good.path, good.root],
      valid: false,
    });
    cases.push({
      name: `leaf ${index} of ${size}, index past the end`,
      ...good,
      index: size,
      valid: false,
    });
    cases.push({
      name: `leaf ${index} of ${size}, entry hashed as node`,
      ...good,
      leafHash: base64(hash("sha256", madeUp(index), "buffer")),
      valid: false,
    });
    if (path[0] === undefined) continue;
    cases.push({
      name: `leaf ${index} of ${size}, one hash missing`,
      ...good,
      path: good.path.slice(1),
      valid: false,
    });
    cases.push({
      name: `leaf ${index} of ${size}, one bit wrong`,
      ...good,
      path: [base64(flip(path[0], 77)), ...good.path.slice(1)],
      valid: false,
    });
    cases.push({
      name: `leaf ${index} of ${size}, short hash`,
      ...good,
      path: [base64(path[0].slice(1)), ...good.path.slice(1)],
      valid: false,
    });
  }
  return cases;
}

function consistency() {
  const cases = [];
  for (const [size1, size2] of [
    [1, 2],
    [1, 8],
    [2, 3],
    [3, 7],
    [4, 7],
    [6, 8],
    [7, 8],
    [8, 8],
    [255, 256],
    [256, 257],
    [256, 1_000],
    [300, 1_000],
  ] as const) {
    const entries = Array.from({ length: size2 }, (_, at) => madeUp(at));
    const proof = naiveProof(size1, entries);
    const good = {
      size1,
      size2,
      root1: base64(naiveRoot(entries.slice(0, size1))),
      root2: base64(naiveRoot(entries)),
      proof: proof.map(base64),
    };
    const name = `${size1} to ${size2}`;
    cases.push({ name, ...good, valid: true });
    cases.push({
      name: `${name}, one hash too many`,
      ...good,
      proof: [...good.proof, good.root2],
      valid: false,
    });
    cases.push({ name: `${name}, from size 0`, ...good, size1: 0, valid: false });
    cases.push({ name: `${name}, backwards`, ...good, size1: size2 + 1, valid: false });
    if (proof[0] === undefined) continue;
    cases.push({
      name: `${name}, one hash missing`,
      ...good,
      proof: good.proof.slice(1),
      valid: false,
    });
    cases.push({
      name: `${name}, one bit wrong`,
      ...good,
      proof: [base64(flip(proof[0], 5)), ...good.proof.slice(1)],
      valid: false,
    });
    cases.push({
      name: `${name}, roots exchanged`,
      ...good,
      root1: good.root2,
      root2: good.root1,
      valid: false,
    });
  }
  return cases;
}

/** A test key; its seed is 32 bytes of the letter T. */
function testKey() {
  const header = Buffer.from("302e020100300506032b657004220420", "hex");
  const der = Buffer.concat([header, Buffer.alloc(32, "T")]);
  const privateKey = createPrivateKey({ key: der, format: "der", type: "pkcs8" });
  const publicRaw = createPublicKey(privateKey)
    .export({ format: "der", type: "spki" })
    .subarray(12);
  return { privateKey, publicRaw };
}

function notes() {
  const origin = "vectors.tracepost.example/log";
  const { privateKey, publicRaw } = testKey();
  const entries = Array.from({ length: 300 }, (_, at) => madeUp(at));
  const root = base64(naiveRoot(entries));
  const keyInput = Buffer.concat([Buffer.from(`${origin}\n`), Buffer.of(1), publicRaw]);
  const keyHash = hash("sha256", keyInput, "buffer").subarray(0, 4);
  const lineOf = (text: string) =>
    `— ${origin} ${base64(Buffer.concat([keyHash, sign(null, Buffer.from(text), privateKey)]))}\n`;
  const text = `${origin}\n300\n${root}\n`;
  const good = `${text}\n${lineOf(text)}`;
  const signed = (body: string) => `${body}\n${lineOf(body)}`;
  const other = "— witness.example AAAAAAECAwQFBgcICQ==\n";
  const invalid = {
    "no signature": `${text}\n`,
    "no blank line": `${text}${lineOf(text)}`,
    "no last newline": good.slice(0, -1),
    "signed by nobody we know": `${text}\n${other}`,
    "another log": good.replaceAll(origin, "vectors.tracepost.example/lag"),
    "size changed": good.replace("\n300\n", "\n301\n"),
    "size with a leading zero": signed(`${origin}\n0300\n${root}\n`),
    "size with a sign": signed(`${origin}\n+300\n${root}\n`),
    "size beyond exact numbers": signed(`${origin}\n9007199254740992\n${root}\n`),
    "size 0 with a root": signed(`${origin}\n0\n${root}\n`),
    "root too short": signed(`${origin}\n300\n${base64(Buffer.alloc(31))}\n`),
    "root without padding": signed(`${origin}\n300\n${root.replace("=", "")}\n`),
    "root missing": signed(`${origin}\n300\n`),
    "carriage returns": good.replaceAll("\n", "\r\n"),
    "a hyphen for the dash": good.replace("— ", "- "),
    "a tab": signed(`${origin}\n300\n${root}\nextra\tline\n`),
    "an empty extension line": signed(`${origin}\n300\n${root}\n\nmore\n`),
    "two spaces in the signature line": good.replace(`${origin} `, `${origin}  `),
    "signature cut": good.replace(/.{8}\n$/, "\n"),
    "a good and a bad signature of the log": good + lineOf("something else\n"),
  };
  return {
    origin,
    publicKey: base64(publicRaw),
    head: { size: 300, root },
    valid: {
      plain: good,
      "with a line of a witness": good + other,
      "with the witness first": `${text}\n${other}${lineOf(text)}`,
      "with an extension line": signed(`${origin}\n300\n${root}\nextension\n`),
    },
    invalid,
    proof: [
      "c2sp.org/tlog-proof@v1",
      `extra ${base64(madeUp(257))}`,
      "index 257",
      ...naivePath(257, entries).map(base64),
      "",
      good,
    ].join("\n"),
  };
}

/** Every file of this folder: name without `.json`, and content. */
export function makeVectors(): Readonly<Record<string, unknown>> {
  return {
    trees: trees(),
    inclusion: inclusion(),
    consistency: consistency(),
    checkpoint: notes(),
    tiles: tileVectors(madeUp),
    cosignature: cosignatureVectors(notes().valid.plain),
  };
}

if (import.meta.main) {
  for (const [name, content] of Object.entries(makeVectors())) {
    const file = new URL(`./${name}.json`, import.meta.url);
    writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  }
}
