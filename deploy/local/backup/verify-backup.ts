import { readFile } from "node:fs/promises";
import { join, resolve } from "node:path";
import { TracepostError } from "#errors";
import { checkSchema, storeDamage, storeFacts } from "#store";
import { checkRecordsOf } from "../folder/check-records-of.ts";
import { ExchangePaths } from "../folder/exchange-paths.ts";
import { isThere } from "../folder/root-keys.ts";
import { verifyLogOf } from "../folder/verify-log-of.ts";
import { digestOf, namesBelow, unfinishedName } from "./durable-files.ts";
import { isOfUnit, type Unit } from "./folder-units.ts";
import { type BackedFile, type BackupManifest, MANIFEST, parseBackupManifest } from "./manifest.ts";
import { LOG_KIND, storeModule } from "./store-modules.ts";

/** What was found of a backup. */
export interface BackupFindings {
  readonly folder: string;
  readonly manifest: BackupManifest;
  /** SHA-256 of the description. */
  readonly digest: string;
  /** Everything that is wrong; empty for a backup that can be restored. */
  readonly problems: readonly string[];
  /** Whether a checkpoint of the gateway's log was verified with keys of the register. */
  readonly isLogVerified: boolean;
}

/**
 * Reads a whole backup again (TP-BACK-3): every file by its digest, every page of every store, and
 * the gateway's log with all its records. Touches nothing else: the services need not run, or may.
 * Throws TracepostError DATA_FOLDER for a folder that is no backup, or one that was never finished.
 */
export async function verifyBackup(folder: string): Promise<BackupFindings> {
  const { digest, manifest } = await readBackup(folder);
  const dir = resolve(folder);
  const problems = await contentProblems(dir, manifest, [""]);
  if (problems.length > 0) return { folder: dir, manifest, digest, problems, isLogVerified: false };
  const stores = await proveStores(dir, manifest.stores);
  return { folder: dir, manifest, digest, ...stores };
}

/**
 * Reads what describes a backup. Throws TracepostError DATA_FOLDER for a folder that is none, was
 * never finished, or is described in a way this program does not understand.
 */
export async function readBackup(
  folder: string,
): Promise<{ readonly manifest: BackupManifest; readonly digest: string }> {
  const dir = resolve(folder);
  const file = join(dir, MANIFEST);
  const text = await readFile(file, "utf8").catch(() => undefined);
  if (text === undefined) {
    const what = (await isThere(unfinishedName(dir))) ? "was never finished" : "is no backup";
    throw new TracepostError("DATA_FOLDER", `${dir} ${what}`, {
      remedy: "Name a folder that `tracepost backup create` has made.",
    });
  }
  const read = parseBackupManifest(text);
  if (read.ok) return { manifest: read.value, digest: (await digestOf(file)).sha256 };
  throw new TracepostError("DATA_FOLDER", `${dir} is not described as a backup`, {
    problems: read.problems,
    remedy: "Take another backup, or the version of Tracepost that made this one.",
  });
}

/** What some parts of a backup have less, more or other than the description says. */
export async function contentProblems(
  dir: string,
  manifest: BackupManifest,
  units: readonly Unit[],
): Promise<string[]> {
  const unlisted = (await unlistedFiles(dir, manifest)).filter((path) => isOfUnit(path, units));
  return [
    ...(await fileProblems(dir, manifest, units)),
    ...unlisted.map((path) => `${path}: does not belong to the backup`),
  ];
}

/** Files of some parts of a backup that are missing, or not what the description says. */
export async function fileProblems(
  dir: string,
  { files, stores }: BackupManifest,
  units: readonly Unit[],
): Promise<string[]> {
  const problems: string[] = [];
  for (const file of [...stores, ...files]) {
    if (!isOfUnit(file.path, units)) continue;
    const problem = await fileProblem(dir, file);
    if (problem !== undefined) problems.push(`${file.path}: ${problem}`);
  }
  return problems;
}

async function fileProblem(dir: string, file: BackedFile): Promise<string | undefined> {
  const found = await digestOf(join(dir, file.path)).catch(
    (caught: NodeJS.ErrnoException) => caught,
  );
  if (found instanceof Error) {
    return found.code === "ENOENT" ? "is missing" : `cannot be read (${found.code})`;
  }
  if (found.bytes !== file.bytes) return `has ${found.bytes} bytes of ${file.bytes}`;
  return found.sha256 === file.sha256 ? undefined : "was changed since the backup";
}

async function unlistedFiles(dir: string, { files, stores }: BackupManifest): Promise<string[]> {
  const listed = new Set([
    MANIFEST,
    ...stores.map(({ path }) => path),
    ...files.map(({ path }) => path),
  ]);
  const names = (await namesBelow(dir)).map(({ path }) => path);
  return names.filter((path) => !listed.has(path));
}

/**
 * Every page of the stores of a folder, their schema, and the gateway's log with its records. Those
 * of an older schema are compared with the log by the gateway that brings it up to date.
 */
export async function proveStores(
  dir: string,
  stores: BackupManifest["stores"],
): Promise<{ readonly problems: readonly string[]; readonly isLogVerified: boolean }> {
  const problems: string[] = [];
  let isLogVerified = false;
  for (const store of stores) {
    const file = join(dir, store.path);
    const found = await storeState(file, store);
    const isLogged = store.kind === LOG_KIND && found.problems.length === 0;
    const log = isLogged ? await logState(dir, file, found.isNewest) : undefined;
    const all = [...found.problems, ...(log?.problems ?? [])];
    problems.push(...new Set(all.map((problem) => `${store.path}: ${problem}`)));
    isLogVerified ||= log?.isVerified === true;
  }
  return { problems, isLogVerified };
}

interface StoreState {
  readonly problems: readonly string[];
  readonly isNewest: boolean;
}

async function storeState(
  file: string,
  { kind, schema }: BackupManifest["stores"][number],
): Promise<StoreState> {
  const wrong = (problem: string): StoreState => ({ problems: [problem], isNewest: false });
  const module = storeModule(kind);
  if (module === undefined) return wrong(`a store of the kind "${kind}" is not known here`);
  try {
    const facts = storeFacts(file);
    if (facts.kind !== kind || facts.schema !== schema) {
      return wrong(
        `is a "${facts.kind}" store of schema ${facts.schema}, not "${kind}" of ${schema}`,
      );
    }
    const isNewest = await checkSchema(file, module);
    return { problems: storeDamage(file), isNewest };
  } catch (caught) {
    return wrong(problemOf(caught));
  }
}

/** What stops a check is what is wrong. */
async function recordProblems(file: string): Promise<readonly string[]> {
  try {
    return (await checkRecordsOf({ kind: "sqlite", file })).problems;
  } catch (caught) {
    return [problemOf(caught)];
  }
}

function problemOf(caught: unknown): string {
  const fault = TracepostError.from(caught);
  return [fault.message, ...fault.problems].join("; ");
}

/** Records against entries, and the checkpoint against the register where one lies beside it. */
async function logState(dir: string, file: string, isNewest: boolean) {
  const records = isNewest ? await recordProblems(file) : [];
  const paths = new ExchangePaths(dir);
  const isVouched = file === paths.gateway.store && (await isThere(paths.exchange.register));
  if (!isVouched) return { problems: records, isVerified: false };
  const log = await verifyLogOf(dir);
  return { problems: [...log.problems, ...records], isVerified: log.verified && isNewest };
}
