import { readdir, rename, rm, rmdir } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { TracepostError } from "#errors";
import { type Clock, passCrashPoint } from "#runtime";
import { closeStoreFile } from "#store";
import { ExchangePaths } from "../folder/exchange-paths.ts";
import { inspectFolder } from "../folder/marker.ts";
import { makePrivateFolder } from "../folder/private-files.ts";
import { isThere } from "../folder/root-keys.ts";
import { exchangeStatus } from "../supervisor/exchange-status.ts";
import { lockFolder } from "../supervisor/folder-lock.ts";
import { diskFault } from "./disk-fault.ts";
import {
  beginFolder,
  filesBelow,
  syncFolder,
  syncFolders,
  unfinishedName,
} from "./durable-files.ts";
import { classOf } from "./file-classes.ts";
import { isBelow, isOfUnit, type Unit, unitsOf } from "./folder-units.ts";
import { isVacant, layFolder } from "./lay-folder.ts";
import type { BackupManifest } from "./manifest.ts";
import { contentProblems, fileProblems, proveStores, readBackup } from "./verify-backup.ts";

/** Which backup, and where to. */
export interface RestoreOptions {
  readonly from: string;
  readonly dataDir: string;
  /** Only these parts: `gateway`, ids of participants. Default: everything the backup holds. */
  readonly only?: readonly string[];
  /** Whether what lies there is put aside; without it a folder that is there is refused. */
  readonly replace: boolean;
  readonly clock: Clock;
  readonly onProgress?: (text: string) => void;
}

/** What was restored. */
export interface RestoreReport {
  readonly manifest: BackupManifest;
  /** Stores that were restored. */
  readonly stores: readonly string[];
  /** Where what was there before lies now. */
  readonly aside: readonly string[];
  /** Keys that are neither in the backup nor were there. */
  readonly missingKeys: readonly string[];
  readonly isLogVerified: boolean;
}

/** One folder that is replaced as a whole: where it is laid, and where it belongs. */
interface Place {
  readonly laid: string;
  readonly target: string;
}

/** A restore whose backup and target were read. */
interface Plan extends RestoreOptions {
  readonly manifest: BackupManifest;
  readonly units: readonly Unit[];
  readonly staging: string;
  readonly places: readonly Place[];
}

/**
 * Restores a backup (TP-BACK-4, TP-BACK-5). Everything is laid into a folder beside and proven
 * there: digests, pages, schema, the log with its records. Only then what was there is put aside
 * and the new one gets its name, by two renames; killed between them, the next restore begins with
 * what was there. Throws TracepostError DATA_FOLDER for a target that is taken and not to be
 * replaced, or of another exchange, VERIFICATION for a backup that is not whole, UNAVAILABLE while
 * a service runs there.
 */
export async function restoreBackup(options: RestoreOptions): Promise<RestoreReport> {
  const plan = await planOf(options);
  for (const place of plan.places) await endInterrupted(place);
  await checkTarget(plan);
  const release = await takeFolder(plan.dataDir);
  try {
    return await layAndName(plan);
  } catch (caught) {
    await rm(plan.staging, { recursive: true, force: true }).catch(() => undefined);
    throw diskFault(caught, `${plan.dataDir} could not be restored`, "What was there is there.");
  } finally {
    await release();
  }
}

async function planOf(options: RestoreOptions): Promise<Plan> {
  const dataDir = resolve(options.dataDir);
  const from = resolve(options.from);
  const { manifest } = await readBackup(from);
  const units = unitsOf(options.only, manifest.exchangeId !== null);
  const absent = units.filter((unit) => !manifest.stores.some(({ path }) => isBelow(path, unit)));
  if (absent.length > 0)
    throw notWhole(
      from,
      absent.map((unit) => `${unit}: is not in it`),
    );
  // Parts of a folder are laid inside it, so that each is moved within one file system.
  const isWhole = units.includes("");
  const staging = unfinishedName(isWhole ? dataDir : join(dataDir, "restored"));
  const places = units.map((unit) => {
    return { laid: join(staging, unit), target: join(dataDir, unit) };
  });
  return { ...options, dataDir, from, manifest, units, staging, places };
}

/** Where what was there is put; `isAside` knows it again. */
function asideOf(target: string, nowMs: number): string {
  return `${target}.before-${new Date(nowMs).toISOString().replaceAll(":", "-")}`;
}

/** Whether a restore has put it aside: people keep copies under names of their own. */
function isAside(name: string, target: string): boolean {
  const begin = `${basename(target)}.before-`;
  const time = /^\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.\d{3}Z$/u;
  return name.startsWith(begin) && time.test(name.slice(begin.length));
}

/** Killed between the two renames: the new one has no name yet, and what was there lies aside. */
async function endInterrupted({ laid, target }: Place): Promise<void> {
  const names = await readdir(dirname(target)).catch(() => []);
  const last = names
    .filter((name) => isAside(name, target))
    .sort()
    .at(-1);
  if (last === undefined || !(await isThere(laid)) || !(await isVacant(target))) return;
  await rmdir(target).catch(() => undefined);
  await rename(join(dirname(target), last), target);
  await syncFolder(dirname(target));
}

async function checkTarget({ dataDir, manifest, places, replace, units }: Plan): Promise<void> {
  const folder = await inspectFolder(new ExchangePaths(dataDir)).catch(() => undefined);
  const found = folder?.kind === "exchange" ? folder.marker.exchangeId : undefined;
  if (found !== undefined && found !== manifest.exchangeId) {
    throw new TracepostError("DATA_FOLDER", `the backup is not of the exchange in ${dataDir}`, {
      problems: [`it is of ${manifest.exchangeId ?? "a single service"}, not of ${found}`],
      remedy: "Name the folder the backup was made of, or one that is not there.",
    });
  }
  if (found === undefined && !units.includes("")) {
    throw new TracepostError("DATA_FOLDER", `there is no exchange in ${dataDir}`, {
      remedy: "Parts are restored into an exchange that is there; leave --only out.",
    });
  }
  if (replace) return;
  for (const { target } of places) {
    if (await isVacant(target)) continue;
    throw new TracepostError("DATA_FOLDER", `${target} is there already`, {
      remedy: "Add --replace to put aside what is there, or name a folder that is not there.",
    });
  }
}

/** Nobody may start the exchange meanwhile. */
async function takeFolder(dataDir: string): Promise<() => Promise<void>> {
  const paths = new ExchangePaths(dataDir);
  if (!(await isThere(paths.marker))) return () => Promise.resolve();
  if ((await exchangeStatus(dataDir)).kind === "running") {
    throw new TracepostError("UNAVAILABLE", `the exchange in ${dataDir} is running`, {
      remedy: "Stop it with `tracepost exchange down --data DIR`. Nothing was changed.",
    });
  }
  const lock = await lockFolder(paths.run.lock, dataDir);
  return () => lock.release();
}

async function layAndName(plan: Plan): Promise<RestoreReport> {
  const { clock, dataDir, from, manifest, onProgress, places, staging, units } = plan;
  onProgress?.("reading the backup");
  const damaged = await contentProblems(from, manifest, units);
  if (damaged.length > 0) throw notWhole(from, damaged);
  for (const { target } of places) await closeStores(target);
  onProgress?.("laying it out");
  await beginFolder(staging);
  const { laid, missingKeys } = await layFolder({ dataDir, from, manifest, staging, units });
  await syncFolders(staging);
  passCrashPoint("restore.laid");
  onProgress?.("proving it");
  const changed = await fileProblems(staging, onlyLaid(manifest, laid), units);
  if (changed.length > 0) throw notWhole(from, changed);
  const stores = manifest.stores.filter(({ path }) => isOfUnit(path, units));
  const proven = await proveStores(staging, stores);
  if (proven.problems.length > 0) throw notWhole(from, proven.problems);
  passCrashPoint("restore.proven");
  // Long after the first look: a service that began meanwhile would write into what is put aside.
  for (const { target } of places) await closeStores(target);
  const nowMs = clock.now();
  const aside: string[] = [];
  for (const place of places) {
    const former = await exchangeNames(place, nowMs);
    if (former !== undefined) aside.push(former);
  }
  await rm(staging, { recursive: true, force: true });
  const { isLogVerified } = proven;
  return { manifest, stores: stores.map(({ path }) => path), aside, missingKeys, isLogVerified };
}

/** The description of what was laid: what the folder remembers of the log took its place. */
function onlyLaid(manifest: BackupManifest, laid: ReadonlySet<string>): BackupManifest {
  const isLaid = ({ path }: { readonly path: string }): boolean => laid.has(path);
  const { files, stores } = manifest;
  return { ...manifest, stores: stores.filter(isLaid), files: files.filter(isLaid) };
}

/** A service that runs by itself holds its store open. */
async function closeStores(target: string): Promise<void> {
  for (const path of await filesBelow(target)) {
    if (classOf(path) === "store") closeStoreFile(join(target, path));
  }
}

/** Puts aside what is there, and gives the new one its name; undefined when nothing was there. */
async function exchangeNames({ laid, target }: Place, nowMs: number): Promise<string | undefined> {
  const isTaken = !(await isVacant(target));
  const aside = asideOf(target, nowMs);
  await makePrivateFolder(dirname(target));
  if (isTaken) await rename(target, aside);
  passCrashPoint("restore.put-aside");
  try {
    await rename(laid, target);
  } catch (caught) {
    if (isTaken) await rename(aside, target);
    throw caught;
  }
  await syncFolder(dirname(target));
  passCrashPoint("restore.named");
  // Whoever held the folder is its new owner's business no more.
  if (isTaken) await rm(join(aside, "run", "lock"), { force: true });
  return isTaken ? aside : undefined;
}

function notWhole(from: string, problems: readonly string[]): TracepostError {
  return new TracepostError("VERIFICATION", `the backup ${from} cannot be restored`, {
    problems,
    remedy: "Take another backup. Nothing was changed.",
  });
}
