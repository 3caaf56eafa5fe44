import { createHash } from "node:crypto";
import { constants, createReadStream } from "node:fs";
import { chmod, copyFile, open, readdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { makePrivateFolder } from "../folder/private-files.ts";

const FILE_MODE = 0o600;

/** Size and digest of a file. */
export interface FileDigest {
  readonly bytes: number;
  readonly sha256: string;
}

/** Reads a whole file and says what it is. */
export async function digestOf(file: string): Promise<FileDigest> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of createReadStream(file)) {
    bytes += (chunk as Buffer).length;
    hash.update(chunk as Buffer);
  }
  return { bytes, sha256: hash.digest("hex") };
}

/** Copies a file for the owner alone, with its folder; on disk when this settles. */
export async function copyDurably(from: string, to: string): Promise<void> {
  await makePrivateFolder(dirname(to));
  await copyFile(from, to, constants.COPYFILE_EXCL);
  await chmod(to, FILE_MODE);
  await using handle = await open(to, "r+");
  await handle.sync();
}

/** Writes a text for the owner alone, with its folder; on disk when this settles. */
export async function writeDurably(file: string, text: string): Promise<void> {
  await makePrivateFolder(dirname(file));
  await using handle = await open(file, "w", FILE_MODE);
  await handle.writeFile(text);
  await handle.sync();
}

/** Has the names in a folder, and in those below it, on disk. */
export async function syncFolders(dir: string): Promise<void> {
  for (const entry of await readdir(dir, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncFolders(join(dir, entry.name));
  }
  await syncFolder(dir);
}

/** Has the names in a folder on disk. */
export async function syncFolder(dir: string): Promise<void> {
  // Windows opens no folders; its renames are written through.
  if (process.platform === "win32") return;
  await using handle = await open(dir, "r");
  await handle.sync();
}

/** Where a folder is filled before it gets its name; what lies there is of an earlier attempt. */
export function unfinishedName(dir: string): string {
  return `${dir}.tracepost-unfinished`;
}

/** Makes an empty folder, in the place of what an interrupted attempt has left. */
export async function beginFolder(dir: string): Promise<void> {
  await rm(dir, { recursive: true, force: true });
  await makePrivateFolder(dir);
}

/** A name below a folder, parts split by "/": of a file, or of a link to what it says. */
export interface NameBelow {
  readonly path: string;
  readonly leadsTo: "file" | "folder" | "nothing";
}

/** All names of files and links below a folder, in order; links to folders are not followed. */
export async function namesBelow(dir: string, prefix = ""): Promise<NameBelow[]> {
  const found: NameBelow[] = [];
  const entries = await readdir(join(dir, prefix), { withFileTypes: true }).catch(gone);
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    const path = prefix === "" ? entry.name : `${prefix}/${entry.name}`;
    if (entry.isDirectory()) found.push(...(await namesBelow(dir, path)));
    else if (entry.isFile()) found.push({ path, leadsTo: "file" });
    else if (entry.isSymbolicLink()) found.push({ path, leadsTo: await endOf(join(dir, path)) });
  }
  return found;
}

async function endOf(link: string): Promise<NameBelow["leadsTo"]> {
  const stats = await stat(link).catch(() => undefined);
  if (stats?.isFile() === true) return "file";
  return stats?.isDirectory() === true ? "folder" : "nothing";
}

/** Paths of all files below a folder, also by way of a link to a file. */
export async function filesBelow(dir: string): Promise<string[]> {
  const files = (await namesBelow(dir)).filter(({ leadsTo }) => leadsTo === "file");
  return files.map(({ path }) => path);
}

/** A folder that went away meanwhile has no files. */
function gone(caught: NodeJS.ErrnoException): [] {
  if (caught.code === "ENOENT") return [];
  throw caught;
}
