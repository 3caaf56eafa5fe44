import { access } from "node:fs/promises";
import { majority } from "#trust";

/** The root keys that are believed, and how many of them must have signed. */
export interface RootSigners {
  readonly rootPublicKeyFiles: readonly string[];
  readonly threshold: number;
}

/**
 * Whose signatures make a register or a policy: more than half of the root keys that lie here. A
 * folder made before there were three root keys has the first one alone.
 */
export async function rootSignersOf(files: readonly string[]): Promise<RootSigners> {
  const there = await Promise.all(files.map(isThere));
  const rootPublicKeyFiles = files.filter((_, place) => there[place]);
  return { rootPublicKeyFiles, threshold: majority(rootPublicKeyFiles.length) };
}

/** Whether a file can be reached. */
export async function isThere(file: string): Promise<boolean> {
  return await access(file).then(
    () => true,
    () => false,
  );
}
