import { readFileSync } from "node:fs";
import { join } from "node:path";
import { REPOSITORY } from "./source-files.ts";

/** Bytes as the vectors write them: base64, or pieces of it that repeat themselves. */
export type VectorBytes = string | readonly { readonly base64: string; readonly times: number }[];

/** Bytes that must be refused. */
export interface InvalidVector {
  readonly name: string;
  readonly rule: string;
  readonly code: string;
  readonly field: string;
  readonly bytes: VectorBytes;
}

/** Reads a file of test/vectors. */
export function readVectors<T>(file: string): T {
  return JSON.parse(readFileSync(join(REPOSITORY, "test/vectors", file), "utf8")) as T;
}

/** The bytes of a vector. */
export function bytesOf(bytes: VectorBytes): Uint8Array {
  if (typeof bytes === "string") return Uint8Array.from(Buffer.from(bytes, "base64"));
  const pieces = bytes.flatMap(({ base64, times }) => {
    const piece = Buffer.from(base64, "base64");
    return Array.from({ length: times }, () => piece);
  });
  return Uint8Array.from(Buffer.concat(pieces));
}
