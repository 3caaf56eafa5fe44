import { createHash } from "node:crypto";
import { demand } from "./untrue.ts";
import { storedFiles } from "./zip.ts";

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex");

/** Payload of the BagIt bag in an evidence file, every file of it listed with its digest. */
export function openEvidenceBag(file: Buffer): {
  readonly payload: ReadonlyMap<string, Buffer>;
  readonly info: ReadonlyMap<string, string>;
} {
  const files = new Map<string, Buffer>();
  for (const [name, content] of storedFiles(file)) {
    demand(name.startsWith("evidence/"), `${name} lies outside the bag`);
    files.set(name.slice("evidence/".length), content);
  }
  const text = (name: string): string => {
    const content = files.get(name);
    demand(content !== undefined, `${name} is missing`);
    return content.toString("utf8");
  };
  const declared = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";
  demand(text("bagit.txt") === declared, "bagit.txt is another");
  const isPayload = (name: string): boolean => name.startsWith("data/");
  const listed = (names: readonly string[]): string =>
    names
      .toSorted()
      .map((name) => `${sha256(files.get(name) ?? Buffer.alloc(0))}  ${name}\n`)
      .join("");
  const payloadNames = [...files.keys()].filter(isPayload);
  const tags = ["bag-info.txt", "bagit.txt", "manifest-sha256.txt"];
  demand(text("manifest-sha256.txt") === listed(payloadNames), "the manifest is another");
  demand(text("tagmanifest-sha256.txt") === listed(tags), "the tag manifest is another");
  demand(files.size === payloadNames.length + tags.length + 1, "the bag holds other files");
  const payload = payloadNames.map((name) => [name.slice(5), files.get(name)] as const);
  const info = text("bag-info.txt")
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(": ") as [string, string]);
  return { payload: new Map(payload as [string, Buffer][]), info: new Map(info) };
}
