/**
 * Writes the golden vectors: `node test/vectors/generate.ts`. They are encoded by protobufjs and
 * signed by node:crypto, never by the code they test, with keys and ids that stay the same; so they
 * come out the same, but for what is sealed, which is made once and kept. Changing one needs an ADR.
 */
import { execFileSync } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { loadContract } from "../support/contract.ts";
import { invalidEncodings } from "./make/invalid-encodings.ts";
import { invalidHeaderEncodings } from "./make/invalid-header-encodings.ts";
import { invalidHeaders } from "./make/invalid-headers.ts";
import { invalidParts } from "./make/invalid-parts.ts";
import { Encoder } from "./make/sample-message.ts";
import { validEnvelopes } from "./make/valid-envelopes.ts";

const written: string[] = [];
const encoder = new Encoder(await loadContract("snake_case"));

async function write(file: string, value: unknown): Promise<void> {
  const path = join(import.meta.dirname, file);
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, `${JSON.stringify(value, undefined, 2)}\n`);
  written.push(path);
}

await write("envelope/valid.json", validEnvelopes(encoder));
await write("envelope/invalid.json", [
  ...invalidEncodings(encoder),
  ...invalidHeaderEncodings(encoder),
  ...invalidHeaders(encoder),
  ...invalidParts(encoder),
]);

execFileSync("npx", ["biome", "format", "--write", ...written], { stdio: "inherit" });
