import { rename, rm, stat } from "node:fs/promises";
import { dirname, join, resolve } from "node:path";
import { TracepostError } from "#errors";
import { loadCheckpoint, loadLogHead } from "#message-log";
import { type Clock, passCrashPoint } from "#runtime";
import { copySqlite, readSqliteFile, storeFacts } from "#store";
import { ExchangePaths } from "../folder/exchange-paths.ts";
import { type FolderKind, inspectFolder } from "../folder/marker.ts";
import { makePrivateFolder } from "../folder/private-files.ts";
import { isThere } from "../folder/root-keys.ts";
import { diskFault } from "./disk-fault.ts";
import {
  beginFolder,
  copyDurably,
  digestOf,
  syncFolder,
  syncFolders,
  unfinishedName,
  writeDurably,
} from "./durable-files.ts";
import { classOf, type FileClass, isInnerPath } from "./file-classes.ts";
import { contentOf } from "./folder-content.ts";
import { type Unit, unitsOf } from "./folder-units.ts";
import {
  BACKUP_FORMAT,
  type BackedFile,
  type BackedStore,
  type BackupManifest,
  MANIFEST,
} from "./manifest.ts";
import { LOG_KIND } from "./store-modules.ts";

/** What to back up, and where to. */
export interface BackupOptions {
  /** Data folder of an exchange, or of one service. */
  readonly dataDir: string;
  /** Folder that is made; must not be there. */
  readonly to: string;
  /** Only these parts of an exchange: `gateway`, ids of participants. Default: everything. */
  readonly only?: readonly string[];
  /** Whether private keys are copied too. */
  readonly withKeys: boolean;
  /** Version of the program, for the description. */
  readonly program: string;
  readonly clock: Clock;
  readonly onProgress?: (text: string) => void;
}

/** A backup that was made. */
export interface BackupReport {
  readonly folder: string;
  readonly manifest: BackupManifest;
  /** SHA-256 of the description, which vouches for every file: to be kept elsewhere. */
  readonly digest: string;
}

/** Half a backup would be taken for a whole one (TP-BACK-1); participants' stores are files. */
async function refuseServerStore(dataDir: string, units: readonly Unit[]): Promise<void> {
  if (!units.some((unit) => unit === "" || unit === "gateway")) return;
  if (!(await isThere(new ExchangePaths(dataDir).gateway.storeSettings))) return;
  throw new TracepostError("USAGE", "the gateway's store is in PostgreSQL, not in this folder", {
    remedy:
      "Back the database up with pg_dump or pg_basebackup, or copy it into a file with " +
      "`tracepost store copy`; back participants up with --only.",
  });
}

/** A description takes no other names, and with one in it the whole backup would be refused. */
function classAt(path: string): FileClass {
  return isInnerPath(path) ? classOf(path) : "unknown";
}

function isStore(path: string): boolean {
  return classAt(path) === "store";
}

/** Why a file is not in a backup. */
const LEFT: Partial<Record<FileClass, string>> = {
  key: "private key",
  "root-key": "root key",
  unknown: "not a file of Tracepost",
};

/**
 * Backs a data folder up while its services run (TP-BACK-1): participants' stores first, the
 * gateway's last, so that no participant has seen more of the log than the backup has; the files
 * beside a store after it. All of it is on disk before the folder gets its name. Throws
 * TracepostError DATA_FOLDER for a folder without a store, or a target that is there, STORE when
 * the disk says no: then nothing has the name.
 */
export async function createBackup(options: BackupOptions): Promise<BackupReport> {
  const dataDir = resolve(options.dataDir);
  const to = resolve(options.to);
  const kind = await folderKind(dataDir);
  const units = unitsOf(options.only, kind.kind === "exchange");
  await refuseServerStore(dataDir, units);
  const { left, paths } = await contentOf(dataDir, units);
  if (!paths.some(isStore)) throw withoutStore(dataDir, options.only);
  const unfinished = await beginAt(to);
  try {
    const { bodies, stores } = await copyStores(dataDir, unfinished, paths, options);
    const files = await copyFiles(dataDir, unfinished, paths, options.withKeys);
    passCrashPoint("backup.files-copied");
    const manifest: BackupManifest = {
      product: "tracepost",
      format: BACKUP_FORMAT,
      createdAt: new Date(options.clock.now()).toISOString(),
      program: options.program,
      exchangeId: kind.kind === "exchange" ? kind.marker.exchangeId : null,
      keys: options.withKeys ? "included" : "left out",
      stores,
      files: [...bodies, ...files.files],
      left: [...left, ...files.left],
    };
    const description = join(unfinished, MANIFEST);
    await writeDurably(description, `${JSON.stringify(manifest, null, 2)}\n`);
    await syncFolders(unfinished);
    passCrashPoint("backup.described");
    const { sha256 } = await digestOf(description);
    await rename(unfinished, to);
    await syncFolder(dirname(to));
    passCrashPoint("backup.named");
    return { folder: to, manifest, digest: sha256 };
  } catch (caught) {
    await rm(unfinished, { recursive: true, force: true }).catch(() => undefined);
    throw diskFault(caught, `the backup ${to} could not be written`, "No backup has this name.");
  }
}

async function folderKind(dataDir: string): Promise<FolderKind> {
  const stats = await stat(dataDir).catch(() => undefined);
  if (stats?.isDirectory() !== true) {
    throw new TracepostError("DATA_FOLDER", `there is no folder ${dataDir}`, {
      remedy: "Give the data folder of an exchange, or of one service, with --data.",
    });
  }
  // A service's own folder has no marker.
  const paths = new ExchangePaths(dataDir);
  return (await isThere(paths.marker)) ? await inspectFolder(paths) : { kind: "absent" };
}

function withoutStore(dataDir: string, only: readonly string[] = []): TracepostError {
  const where = only.length === 0 ? dataDir : `${only.join(", ")} of ${dataDir}`;
  return new TracepostError("DATA_FOLDER", `there is no store in ${where}`, {
    remedy: "A store is made by the first start of its service; check --data and --only.",
  });
}

async function beginAt(to: string): Promise<string> {
  if (await isThere(to)) {
    throw new TracepostError("DATA_FOLDER", `${to} is there already`, {
      remedy: "Name a folder that is not there with --to, one for each backup.",
    });
  }
  const unfinished = unfinishedName(to);
  await beginFolder(unfinished);
  return unfinished;
}

async function copyStores(
  dataDir: string,
  to: string,
  paths: readonly string[],
  { clock, onProgress }: BackupOptions,
): Promise<{ readonly stores: BackedStore[]; readonly bodies: BackedFile[] }> {
  const stores = paths.filter(isStore);
  const isGateway = (path: string): number => Number(path.endsWith("gateway.sqlite"));
  const copied: BackedStore[] = [];
  const bodies: BackedFile[] = [];
  for (const path of stores.toSorted((a, b) => isGateway(a) - isGateway(b))) {
    onProgress?.(`copying ${path}`);
    const target = join(to, path);
    const takenAt = new Date(clock.now()).toISOString();
    await makePrivateFolder(dirname(target));
    for (const name of await copySqlite(join(dataDir, path), target)) {
      const file = {
        path: join(dirname(path), name),
        ...(await digestOf(join(dirname(target), name))),
      };
      bodies.push(file);
    }
    passCrashPoint("backup.store-copied");
    const facts = storeFacts(target);
    const log = facts.kind === LOG_KIND ? await logOf(target) : null;
    copied.push({ path, ...(await digestOf(target)), ...facts, takenAt, log });
  }
  return { stores: copied, bodies };
}

async function logOf(file: string): Promise<BackedStore["log"]> {
  return await readSqliteFile(file, async (tx) => {
    const { rootHash, size } = await loadLogHead(tx);
    const checkpoint = (await loadCheckpoint(tx)) ?? null;
    return { size, rootHash: Buffer.from(rootHash).toString("base64"), checkpoint };
  });
}

async function copyFiles(
  dataDir: string,
  to: string,
  paths: readonly string[],
  withKeys: boolean,
): Promise<Pick<BackupManifest, "files" | "left">> {
  const files: BackedFile[] = [];
  const left: BackupManifest["left"] = [];
  for (const path of paths) {
    const found = classAt(path);
    if (found === "store" || found === "body" || found === "passing") continue;
    const why = LEFT[found];
    if (why !== undefined && !(found === "key" && withKeys)) {
      left.push({ path, why });
      continue;
    }
    const source = join(dataDir, path);
    const target = join(to, path);
    // A file that was replaced or erased meanwhile is copied as it is, or not at all.
    if (!(await isThere(source))) continue;
    await copyDurably(source, target);
    files.push({ path, ...(await digestOf(target)) });
  }
  return { files, left };
}
