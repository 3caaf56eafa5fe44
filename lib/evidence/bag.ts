/** BagIt bags (RFC 8493): every file with its SHA-256, and the manifests with theirs. */
import { hash } from "node:crypto";
import type { BagFiles } from "./container.ts";
import { notEvidence } from "./evidence-fault.ts";

const DECLARATION = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
const DECLARED = "bagit.txt";
const INFO = "bag-info.txt";
const MANIFEST = "manifest-sha256.txt";
const TAG_MANIFEST = "tagmanifest-sha256.txt";
const PAYLOAD = "data/";
const TAG_FILES = [INFO, DECLARED, MANIFEST];

/** What is in a bag: its payload by path below `data/`, and what is said about it. */
export interface Bag {
  readonly payload: BagFiles;
  /** Labels of `bag-info.txt` with their values, in order. */
  readonly info: readonly (readonly [label: string, value: string])[];
}

/** Files of a bag (TP-EVID-1). */
export function bagFiles({ info, payload }: Bag): BagFiles {
  const files = new Map<string, Uint8Array>();
  for (const [path, content] of payload) files.set(PAYLOAD + path, content);
  const lines = info.map(([label, value]) => `${label}: ${value}\n`);
  const manifest = manifestOf(files, [...files.keys()]);
  files.set(DECLARED, Buffer.from(DECLARATION));
  files.set(INFO, Buffer.from(lines.join("")));
  files.set(MANIFEST, Buffer.from(manifest));
  files.set(TAG_MANIFEST, Buffer.from(manifestOf(files, TAG_FILES)));
  return files;
}

/**
 * Opens a bag: the manifests name exactly what is there, with digests that hold. Throws
 * VERIFICATION naming the file that is missing, not listed, listed twice, or another (TP-EVID-3).
 */
export function openBag(files: BagFiles): Bag {
  if (textIn(files, DECLARED) !== DECLARATION) throw notEvidence(DECLARED, "is no BagIt 1.0");
  const payload = new Map<string, Uint8Array>();
  for (const [path, content] of files) {
    if (path.startsWith(PAYLOAD)) payload.set(path.slice(PAYLOAD.length), content);
    else if (!TAG_FILES.includes(path) && path !== TAG_MANIFEST) {
      throw notEvidence(path, "is no file of an evidence bag");
    }
  }
  checkManifest(files, TAG_MANIFEST, TAG_FILES);
  checkManifest(
    files,
    MANIFEST,
    [...payload.keys()].map((path) => PAYLOAD + path),
  );
  return { payload, info: infoOf(textIn(files, INFO)) };
}

function textIn(files: BagFiles, path: string): string {
  const content = files.get(path);
  if (content === undefined) throw notEvidence(path, "is missing");
  return textOf(content, path);
}

/** Text of a file, in UTF-8. Throws VERIFICATION naming it by `path`. */
export function textOf(content: Uint8Array, path: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    throw notEvidence(path, "is no UTF-8");
  }
}

function manifestOf(files: BagFiles, paths: readonly string[]): string {
  return manifestText(paths.map((path) => [path, hash("sha256", files.get(path) ?? "", "hex")]));
}

function manifestText(listed: readonly (readonly [path: string, digest: string])[]): string {
  const lines = listed.toSorted(([one], [other]) => (one < other ? -1 : 1));
  return lines.map(([path, digest]) => `${digest}  ${path}\n`).join("");
}

function checkManifest(files: BagFiles, manifest: string, paths: readonly string[]): void {
  const text = textIn(files, manifest);
  const listed = new Map<string, string>();
  for (const line of text.split("\n").slice(0, -1)) {
    const [digest = "", path = ""] = line.split("  ");
    if (listed.has(path)) throw notEvidence(`${manifest}: ${path}`, "is listed twice");
    listed.set(path, digest);
  }
  const found = paths.map((path) => {
    const content = files.get(path);
    if (content === undefined) throw notEvidence(path, "is missing");
    const digest = listed.get(path);
    if (digest === undefined) throw notEvidence(path, `is not listed in ${manifest}`);
    if (digest !== hash("sha256", content, "hex")) {
      throw notEvidence(path, `has another SHA-256 than ${manifest} says`);
    }
    listed.delete(path);
    return [path, digest] as const;
  });
  const [missing] = listed.keys();
  if (missing !== undefined) throw notEvidence(missing.slice(0, 80), "is missing");
  if (text !== manifestText(found)) {
    throw notEvidence(manifest, "is not written as a manifest is");
  }
}

function infoOf(text: string): (readonly [string, string])[] {
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => {
      const at = line.indexOf(": ");
      return [line.slice(0, Math.max(0, at)), line.slice(at + 2)] as const;
    });
}
