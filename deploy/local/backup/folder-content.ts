import { realpath } from "node:fs/promises";
import { join, relative, sep } from "node:path";
import { TracepostError } from "#errors";
import { type NameBelow, namesBelow } from "./durable-files.ts";
import { classOf } from "./file-classes.ts";
import { isOfUnit, type Unit } from "./folder-units.ts";
import type { BackupManifest } from "./manifest.ts";

/** What of a data folder a backup is about. */
export interface FolderContent {
  /** Files, also by way of a link. */
  readonly paths: readonly string[];
  /** Links that lead to no file, and why nothing is missing without them. */
  readonly left: BackupManifest["left"];
}

/** Folders that services live in; a link in their place that leads nowhere is one not mounted. */
const OWN_FOLDER = /^(gateway|exchange|participants(\/[^/]+)?)$/u;

/**
 * Looks through a data folder (TP-BACK-1). A link to a folder outside what is backed up, or to
 * nothing where a backup would have copied something, would leave that out of a backup that is
 * called whole. Throws TracepostError DATA_FOLDER.
 */
export async function contentOf(dataDir: string, units: readonly Unit[]): Promise<FolderContent> {
  const paths: string[] = [];
  const left: BackupManifest["left"] = [];
  for (const name of await namesBelow(dataDir)) {
    const { path } = name;
    if (name.leadsTo === "file") {
      if (isOfUnit(path, units)) paths.push(path);
    } else if (isLinkOfUnit(path, units)) {
      const why = await whyLeft(dataDir, name, units);
      if (why !== undefined) left.push({ path, why });
    }
  }
  return { paths, left };
}

/** Whether a link stands in a unit, for it, or above it. */
function isLinkOfUnit(path: string, units: readonly Unit[]): boolean {
  const below = `${path}/`;
  return isOfUnit(below, units) || units.some((unit) => unit.startsWith(below));
}

/** Undefined: what is there passes, and is not worth a word. */
async function whyLeft(
  dataDir: string,
  { leadsTo, path }: NameBelow,
  units: readonly Unit[],
): Promise<string | undefined> {
  const classes = [classOf(path), classOf(`${path}/`)];
  // Body files are copied by their store, wherever they lie.
  if (classes.includes("passing") || classes.includes("body")) return undefined;
  if (classes.includes("root-key")) return "root key";
  if (leadsTo === "folder") {
    if (await isBackedUp(dataDir, path, units)) return "link to a folder that is backed up";
    throw new TracepostError("DATA_FOLDER", `${path} is a link to another folder`, {
      remedy:
        "A backup follows no links to folders: give the folder it leads to with --data, " +
        "or mount it there.",
    });
  }
  const isMissed = classes.some((one) => one === "store" || one === "plain");
  if (!isMissed && !OWN_FOLDER.test(path)) return "link that leads to no file";
  throw new TracepostError("DATA_FOLDER", `${path} is a link that leads to no file`, {
    remedy: "Mount what it leads to, or take the link away if nothing belongs there.",
  });
}

/** A link from one place of the data folder to another hides nothing. */
async function isBackedUp(dataDir: string, path: string, units: readonly Unit[]): Promise<boolean> {
  const inside = relative(await realpath(dataDir), await realpath(join(dataDir, path)));
  const parts = inside.split(sep);
  return parts[0] !== ".." && isOfUnit(`${parts.join("/")}/`, units);
}
