import { hash } from "node:crypto";
import type { Command } from "commander";
import { TIMESTAMP_LIMITS } from "#runtime";
import { parseRootCertificates } from "#timestamps";
import { readInput } from "./read-input.ts";

/** Whom the reader believes about times. */
export interface StampRootOptions {
  readonly tsaRoot: readonly string[];
}

/** Adds `--tsa-root`: a root certificate of a time-stamping authority, once for each. */
export function addStampRoots(command: Command): void {
  command.option(
    "--tsa-root <file or fingerprint>",
    "root certificate of a time-stamping authority, or its SHA-256; may be repeated",
    (text, roots: readonly string[]) => [...roots, text],
    [],
  );
}

/** SHA-256 of root certificates in hex: as they were given, or of those in the files. */
export async function stampRootsOf({ tsaRoot }: StampRootOptions): Promise<readonly string[]> {
  return (await Promise.all(tsaRoot.map(rootsOf))).flat();
}

async function rootsOf(text: string): Promise<readonly string[]> {
  const digits = text.replaceAll(":", "").toLowerCase();
  if (/^[0-9a-f]{64}$/.test(digits)) return [digits];
  const bytes = await readInput(text, TIMESTAMP_LIMITS.answerBytesMax);
  return parseRootCertificates(bytes, text).map((der) => hash("sha256", der));
}
