import { describe, expect, it } from "vitest";
import { sourceFiles } from "../support/source-files.ts";

/** What makes it hard to forget the second person (TP-ANS-3). */

/**
 * The one exemption: pieces of a document that a cleared message has named, as its recipient calls
 * for them. They say nothing that the manifest in that message did not bind.
 */
const PIECES = "services/focal-point/attachments/transfer-procedures.ts";

const placesOf = async (paths: RegExp, text: RegExp): Promise<string[]> => {
  const files = await sourceFiles(paths);
  return files.filter((file) => text.test(file.text)).map(({ path }) => path);
};

describe("a message of a focal point", () => {
  it("is put into the outbox in one place, which looks for a clearance (TP-ANS-3)", async () => {
    const drafting = await placesOf(/^services\/focal-point\//u, /\bdraftMessage\b/u);
    expect(drafting.filter((path) => path !== PIECES)).toEqual([
      "services/focal-point/releases/hold.ts",
    ]);
  });

  it("that goes without one is a piece of a document, or a call for pieces", async () => {
    const [file] = await sourceFiles(/\/attachments\/transfer-procedures\.ts$/u);
    const text = file?.text ?? "";
    const drafted = [...text.matchAll(/\bdraftMessage\(tx, ([a-zA-Z]+)\(/gu)];
    expect(drafted.map(([, what]) => what)).toEqual(["chunkDraft", "chunkDraft"]);
    expect(text.match(/\bdraftMessage\b/gu)).toHaveLength(drafted.length + 1);
    const kinds = [...text.matchAll(/\bkind: Kind\.([A-Z_]+)/gu)].map(([, kind]) => kind);
    expect(kinds).toEqual(["ATTACHMENT_CHUNK"]);
  });

  it("is cleared by nobody but those who look whether it may leave", async () => {
    const granting = await placesOf(/^(?:services|lib|cli|scenario)\//u, /Clearance\.grant\(/u);
    expect(granting.toSorted()).toEqual([
      "services/focal-point/releases/decide.ts",
      "services/focal-point/releases/hold.ts",
    ]);
  });
});
