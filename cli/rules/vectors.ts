import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

/** One case a rule must decide as written. */
export interface RuleVector {
  readonly rule: string;
  readonly name: string;
  readonly input: unknown;
  /** What the rule answers; absent when the input must be refused. */
  readonly output?: unknown;
}

const FOLDER = fileURLToPath(new URL("./vectors/", import.meta.url));

/** The conformance vectors, valid and invalid, rule by rule. */
export async function loadVectors(): Promise<RuleVector[]> {
  const files = (await readdir(FOLDER)).filter((file) => file.endsWith(".json")).sort();
  const texts = await Promise.all(files.map((file) => readFile(`${FOLDER}${file}`, "utf8")));
  return texts.flatMap((text, index) => {
    const rule = (files[index] ?? "").replace(/\.json$/u, "");
    const vectors = JSON.parse(text) as Omit<RuleVector, "rule">[];
    return vectors.map((vector) => ({ rule, ...vector }));
  });
}
