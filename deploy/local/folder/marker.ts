import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import type { ExchangePaths } from "./exchange-paths.ts";

/** Version of the folder's layout; a later one is refused, an earlier one does not exist yet. */
export const FOLDER_FORMAT = 1;
/** Stands in a folder whose set-up has begun and not ended. */
export const UNFINISHED_MARKER = "tracepost.unfinished";

/** Content of `tracepost.json`: what makes a folder ours. */
export interface FolderMarker {
  readonly product: "tracepost";
  readonly format: number;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly exchangeId: string;
  /** Origin line of the message log's checkpoints. */
  readonly logOrigin: string;
}

/** What a folder is. */
export type FolderKind =
  | { readonly kind: "absent" | "empty" | "unfinished" }
  | { readonly kind: "exchange"; readonly marker: FolderMarker };

/**
 * Looks at a folder without changing it. Throws TracepostError DATA_FOLDER when it belongs to
 * something else, was made by a later version, or its marker is damaged.
 */
export async function inspectFolder(paths: ExchangePaths): Promise<FolderKind> {
  const names = await namesIn(paths.dataDir);
  if (names === undefined) return { kind: "absent" };
  if (names.includes("tracepost.json")) {
    return { kind: "exchange", marker: await readMarker(paths) };
  }
  if (names.includes(UNFINISHED_MARKER)) return { kind: "unfinished" };
  if (names.length === 0) return { kind: "empty" };
  throw new TracepostError("DATA_FOLDER", `${paths.dataDir} is not a Tracepost folder`, {
    problems: [`it holds other things: ${names.slice(0, 5).join(", ")}`],
    remedy: "Name an empty or new folder with --data. Nothing was changed.",
  });
}

async function namesIn(dir: string): Promise<string[] | undefined> {
  try {
    return await readdir(dir);
  } catch (caught) {
    const { code } = caught as NodeJS.ErrnoException;
    if (code === "ENOENT") return undefined;
    throw new TracepostError("DATA_FOLDER", `${dir} cannot be read as a folder`, {
      cause: caught,
      remedy: "Name a folder you may read and write with --data.",
    });
  }
}

async function readMarker(paths: ExchangePaths): Promise<FolderMarker> {
  const marker = parseMarker(await readFile(paths.marker, "utf8"));
  if (marker === undefined) {
    throw new TracepostError("DATA_FOLDER", `${paths.marker} is damaged`, {
      remedy: "Restore the folder from a backup, or move it away and start afresh.",
    });
  }
  if (marker.product !== "tracepost") {
    throw new TracepostError("DATA_FOLDER", `${paths.dataDir} is not a Tracepost folder`, {
      problems: [`its marker names the product ${JSON.stringify(marker.product)}`],
      remedy: "Name an empty or new folder with --data. Nothing was changed.",
    });
  }
  if (marker.format === FOLDER_FORMAT) return marker;
  throw new TracepostError("DATA_FOLDER", `${paths.dataDir} has format ${marker.format}`, {
    problems: [`this version of Tracepost reads format ${FOLDER_FORMAT}`],
    remedy: "Use the version of Tracepost that made the folder, or name another with --data.",
  });
}

function parseMarker(text: string): FolderMarker | undefined {
  try {
    const { product, format, createdAt, exchangeId, logOrigin } = JSON.parse(text) as FolderMarker;
    const texts = [product, createdAt, exchangeId, logOrigin];
    const whole = texts.every((one) => typeof one === "string") && Number.isInteger(format);
    return whole ? { product, format, createdAt, exchangeId, logOrigin } : undefined;
  } catch {
    return undefined;
  }
}

/** Path of the marker of an unfinished set-up. */
export function unfinishedMarker(paths: ExchangePaths): string {
  return join(paths.dataDir, UNFINISHED_MARKER);
}
