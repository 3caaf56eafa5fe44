import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createHttpServer, type HttpServer } from "#http";
import {
  compareHeads,
  createCheckpointSigner,
  FetchedTiles,
  fetchCheckpoint,
  fetchFrom,
  hashLeaf,
  openCheckpoint,
  parseTilePath,
  type TileName,
  tilePath,
  treeInclusionPath,
  treeRoot,
  verifyInclusion,
} from "#message-log";
import { KeyPurpose } from "#proto";
import { createLogger } from "#runtime";
import { generateSigningKey, savePublicKey } from "#trust";
import { addLogRoutes } from "../../../gateway/api/log-routes.ts";
import type { SignedHead } from "../../../gateway/checkpoint-keeper.ts";
import { type FilledGateway, fillGateway } from "../../support/filled-gateway.ts";
import { tracepostHere } from "../../support/in-process.ts";
import { TEST_TITLE } from "../../support/test-route.ts";
import { readVectors } from "../../support/vectors.ts";

interface TileVectors {
  readonly paths: readonly (TileName & { readonly path: string })[];
  readonly refused: Readonly<Record<string, string>>;
}

const vectors = readVectors<TileVectors>("merkle/tiles.json");
/** What the gateway has published; a test may show an earlier head. */
const shown: { published: SignedHead | undefined } = { published: undefined };
let gateway: FilledGateway;
let server: HttpServer;
let dir: string;

beforeAll(async () => {
  gateway = await fillGateway();
  dir = await mkdtemp(join(tmpdir(), "tracepost-log-service-"));
  const { store, checkpoints } = gateway.bench;
  shown.published = checkpoints.published;
  server = await createHttpServer({
    host: "127.0.0.1",
    port: 0,
    logger: createLogger({ name: "test", level: "silent" }),
    health: {},
    title: TEST_TITLE,
    openRoutes: (routes) =>
      addLogRoutes(routes, { store, checkpoints: shown, witnesses: {} as never }),
  });
});
afterAll(async () => {
  await server.close();
  await gateway.close();
  await rm(dir, { recursive: true, force: true });
});

const keys = () => gateway.parties.register.gatewayKeys(KeyPurpose.CHECKPOINT);
const origin = () => gateway.parties.register.logOrigin;

function opened(note: string) {
  const publicKeys = keys().map(({ publicKey }) => publicKey);
  const head = openCheckpoint(note, origin(), publicKeys);
  if (head === undefined) throw new TypeError("the checkpoint does not open");
  return head;
}

describe("the log over HTTP (TP-LOG-13)", () => {
  test("hands out the newest signed checkpoint, for a moment", async () => {
    const response = await fetch(`${server.url}/checkpoint`);
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("text/plain; charset=utf-8");
    expect(response.headers.get("cache-control")).toBe("public, max-age=1");
    const head = opened(await response.text());
    expect(head.size).toBeGreaterThan(256);
  });

  test("hands out tiles for ever, and only as far as a checkpoint covers them", async () => {
    const { size } = opened(shown.published?.note ?? "");
    const partial = `0/001.p/${size - 256}`;
    const full = await fetch(`${server.url}/tile/0/000`);
    expect(full.headers.get("content-type")).toBe("application/octet-stream");
    expect(full.headers.get("cache-control")).toContain("immutable");
    expect((await full.arrayBuffer()).byteLength).toBe(8_192);
    const rest = await fetch(`${server.url}/tile/${partial}`);
    expect((await rest.arrayBuffer()).byteLength).toBe((size - 256) * 32);
    for (const path of [`0/001.p/${size - 255}`, "0/001", "1/000.p/2", "2/000.p/1"]) {
      expect((await fetch(`${server.url}/tile/${path}`)).status, path).toBe(404);
    }
    const before = shown.published;
    shown.published = { size: 200, note: "" };
    const ahead = await fetch(`${server.url}/tile/0/000`);
    shown.published = before;
    expect(ahead.status).toBe(404);
  });

  test("has no address for entries, nor a second one for a tile", async () => {
    for (const [what, path] of Object.entries(vectors.refused)) {
      expect(parseTilePath(path), what).toBeUndefined();
      const { status } = await fetch(`${server.url}/tile/${path}`);
      expect(status, what).toBe(404);
    }
  });

  test.each(vectors.paths)("has tile $path where C2SP tlog-tiles has it", (vector) => {
    const { path, ...name } = vector;
    expect(tilePath(name)).toBe(path);
    expect(parseTilePath(path)).toEqual(name);
  });
});

describe("whoever reads the log over HTTP (TP-LOG-14)", () => {
  test("makes root and inclusion paths from tiles alone", async () => {
    const fetchPath = fetchFrom(server.url);
    const head = opened(await fetchCheckpoint(fetchPath));
    const tiles = new FetchedTiles(fetchPath, head.size);
    expect(Buffer.from(await treeRoot(tiles, head.size))).toEqual(Buffer.from(head.rootHash));
    const entries = new DatabaseSync(gateway.bench.file, { readOnly: true })
      .prepare("SELECT entry FROM log_entries ORDER BY entry_index")
      .all();
    for (const index of [0, 5, 255, 256, head.size - 1]) {
      const leafHash = hashLeaf(entries[index]?.entry as Uint8Array);
      const path = await treeInclusionPath(tiles, index, head.size);
      expect(verifyInclusion({ ...head, leafHash, index, path })).toBe(true);
    }
  });

  test("sees a log that has grown, one that was cut off, and one that forked", async () => {
    const fetchPath = fetchFrom(server.url);
    const now = opened(await fetchCheckpoint(fetchPath));
    const tiles = (size: number) => new FetchedTiles(fetchPath, size);
    const before = { size: 100, rootHash: await treeRoot(tiles(now.size), 100) };
    const other = { size: 100, rootHash: hashLeaf(Buffer.from("another log")) };
    expect(await compareHeads(before, now, tiles)).toBe("grown");
    expect(await compareHeads(now, now, tiles)).toBe("same");
    expect(await compareHeads(now, before, tiles)).toBe("rollback");
    expect(await compareHeads(other, now, tiles)).toBe("fork");
    expect(await compareHeads({ ...other, size: now.size }, now, tiles)).toBe("fork");
  });

  test("does so with `tracepost log consistency`, a kept checkpoint and the register", async () => {
    const tiles = new FetchedTiles(fetchFrom(server.url), shown.published?.size ?? 0);
    const signer = createCheckpointSigner(gateway.parties.checkpointKey, origin());
    const [register, root] = [join(dir, "register.bin"), join(dir, "root.pub")];
    await writeFile(register, gateway.parties.registerBytes);
    await savePublicKey(root, gateway.parties.root);
    const around = ["--url", server.url, "--register", register, "--root-key", root, "--json"];
    const compare = async (note: string, ...more: string[]) => {
      const kept = join(dir, `${Math.random()}.checkpoint`);
      await writeFile(kept, note);
      return await tracepostHere(["log", "consistency", kept, ...around, ...more]);
    };
    const grown = await compare(signer.sign(10, await treeRoot(tiles, 10)));
    expect(JSON.parse(grown.out)).toMatchObject({ consistent: true, relation: "grown" });
    expect(grown.code).toBe(0);
    const forked = await compare(signer.sign(10, hashLeaf(Buffer.of(1))));
    expect(JSON.parse(forked.out)).toMatchObject({ consistent: false, relation: "fork" });
    expect(forked.code).toBe(6);
    // A receipt is newer than the kept checkpoint: the next one is waited for, within a bound.
    const newest = shown.published ?? { size: 0, note: "" };
    const early = signer.sign(10, await treeRoot(tiles, 10));
    let looks = 0;
    const late = {
      size: newest.size,
      get note() {
        looks += 1;
        return looks > 1 ? newest.note : early;
      },
    };
    shown.published = late;
    const waited = await compare(newest.note);
    expect(waited.err).toContain("The newest kept checkpoint has 10 entries");
    expect(JSON.parse(waited.out)).toMatchObject({ consistent: true, relation: "same" });
    shown.published = { size: newest.size, note: early };
    const shorter = await compare(newest.note, "--wait", "0");
    expect(JSON.parse(shorter.out)).toMatchObject({ consistent: false, relation: "rollback" });
    expect(shorter.code).toBe(6);
    shown.published = newest;
    const foreign = createCheckpointSigner(generateSigningKey(), origin());
    expect((await compare(foreign.sign(10, hashLeaf(Buffer.of(1))))).code).toBe(6);
  });
});
