import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, "corpus");

/** One kept input. */
export interface Kept {
  /** `valid-…` must be accepted; anything else must be read without a fault. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** Names of the folders there are. */
export function corpusNames(): string[] {
  return readdirSync(FOLDER).toSorted();
}

/** Inputs kept for a parser, by name. */
export function keptFor(corpus: string): Kept[] {
  const folder = join(FOLDER, corpus);
  if (!existsSync(folder)) return [];
  return readdirSync(folder)
    .toSorted()
    .map((name) => ({ name, bytes: Uint8Array.from(readFileSync(join(folder, name))) }));
}

/** Keeps an input; returns where. */
export function keep(corpus: string, name: string, bytes: Uint8Array): string {
  mkdirSync(join(FOLDER, corpus), { recursive: true });
  const file = join(FOLDER, corpus, name);
  writeFileSync(file, bytes);
  return file;
}

/** Name of an input that a parser failed on. */
export function foundName(bytes: Uint8Array): string {
  return `found-${createHash("sha256").update(bytes).digest("hex").slice(0, 12)}`;
}
