/** Another's log, read over HTTP (https://c2sp.org/tlog-tiles); nothing of it is believed. */

import { TracepostError } from "#errors";
import { boundedBody, LOG_LIMITS, patientFetch } from "#runtime";
import { splitHashes } from "./compact-range.ts";
import { HASH_BYTES } from "./hashing.ts";
import { above } from "./positions.ts";
import { foldNode, placeInTile, type TileRows } from "./tile-fold.ts";
import { type TileName, tilePath } from "./tile-path.ts";
import { TILE_HEIGHT, TILE_WIDTH } from "./tile-width.ts";
import type { TreeNodes } from "./tree-proofs.ts";

/** Gets what is at a path below the log's address; undefined when there is nothing. */
export type FetchPath = (path: string, bytesMax: number) => Promise<Uint8Array | undefined>;

/**
 * Nodes of the tree of one size, out of tiles that are fetched as they are needed (TP-LOG-14). What
 * comes is proven by the proof it is used in, or is worth nothing.
 */
export class FetchedTiles implements TreeNodes {
  readonly #fetch: FetchPath;
  readonly #size: number;
  readonly #tiles = new Map<string, TileRows>();

  /** `size` is that of a checkpoint whose signature was verified. */
  constructor(fetch: FetchPath, size: number) {
    this.#fetch = fetch;
    this.#size = size;
  }

  /** Throws UNAVAILABLE when the server does not hand out a tile that the size asks for. */
  async node(height: number, position: number): Promise<Uint8Array> {
    const { index, inTile, level, place } = placeInTile(height, position);
    const node = foldNode(await this.#tile(level, index), inTile, place);
    if (node !== undefined) return node;
    throw unavailable(`no tile of its tree has node ${position} at height ${height}`);
  }

  async #tile(level: number, index: number): Promise<TileRows> {
    const key = `${level}/${index}`;
    const known = this.#tiles.get(key);
    if (known !== undefined) return known;
    const nodes = above(this.#size, level * TILE_HEIGHT) - index * TILE_WIDTH;
    const width = Math.max(0, Math.min(TILE_WIDTH, nodes));
    const rows: TileRows = [width === 0 ? [] : await this.#hashes({ level, index, width })];
    this.#tiles.set(key, rows);
    return rows;
  }

  /** A partial tile may be gone once the full one is there. */
  async #hashes(name: TileName): Promise<Uint8Array[]> {
    const asked = await this.#get(name);
    const bytes =
      asked ??
      (name.width === TILE_WIDTH ? undefined : await this.#get({ ...name, width: TILE_WIDTH }));
    if (bytes === undefined) throw unavailable(`tile/${tilePath(name)} is not there`);
    return splitHashes(bytes).slice(0, name.width);
  }

  async #get(name: TileName): Promise<Uint8Array | undefined> {
    const bytes = await this.#fetch(`tile/${tilePath(name)}`, name.width * HASH_BYTES);
    if (bytes === undefined || bytes.length === name.width * HASH_BYTES) return bytes;
    throw unavailable(`tile/${tilePath(name)} has ${bytes.length} bytes`);
  }
}

/**
 * Reads a log at an address, such as `https://hub.example/`. Throws TracepostError UNAVAILABLE when
 * nobody answers, or with more than was asked for.
 */
export function fetchFrom(address: string): FetchPath {
  const base = new URL(address.endsWith("/") ? address : `${address}/`);
  return async (path, bytesMax) => {
    const url = new URL(path, base);
    const response = await patientFetch(url, LOG_LIMITS.fetchMs).catch((caught: unknown) => {
      throw unavailable(`${url.origin} does not answer`, caught);
    });
    if (response.status === 404) {
      await response.body?.cancel();
      return undefined;
    }
    if (response.status !== 200) throw unavailable(`${url.origin} answers ${response.status}`);
    const body = await boundedBody(response, bytesMax);
    if (body === undefined) throw unavailable(`${url.origin} sends more than ${path} can be`);
    return body;
  };
}

/** The newest checkpoint a log hands out, as text; nothing is verified. Throws UNAVAILABLE. */
export async function fetchCheckpoint(fetchPath: FetchPath): Promise<string> {
  const bytes = await fetchPath("checkpoint", LOG_LIMITS.noteBytesMax);
  if (bytes === undefined) throw unavailable("there is no checkpoint");
  return Buffer.from(bytes).toString("utf8");
}

function unavailable(what: string, cause?: unknown): TracepostError {
  return new TracepostError("UNAVAILABLE", `the log cannot be read: ${what}`, {
    cause,
    remedy: "Try again; if it stays so, ask the operator, and keep the checkpoint you have.",
  });
}
