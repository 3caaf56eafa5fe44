import { describe, expect, it } from "vitest";
import { sourceFiles } from "../support/source-files.ts";

/** What makes it hard to forget the second person (TP-ANS-3). */

const placesOf = async (paths: RegExp, text: RegExp): Promise<string[]> => {
  const files = await sourceFiles(paths);
  return files.filter((file) => text.test(file.text)).map(({ path }) => path);
};

describe("a message of a focal point", () => {
  it("is put into the outbox in one place, which looks for a clearance (TP-ANS-3)", async () => {
    // Pieces of a document go by themselves; a cleared message names the document they are of.
    const paths = /^services\/focal-point\/(?!attachments\/)/u;
    const drafting = await placesOf(paths, /\bdraftMessage\b/u);
    expect(drafting).toEqual(["services/focal-point/releases/hold.ts"]);
  });

  it("is cleared by nobody but those who look whether it may leave", async () => {
    const granting = await placesOf(/^(?:services|lib|cli|scenario)\//u, /Clearance\.grant\(/u);
    expect(granting.toSorted()).toEqual([
      "services/focal-point/releases/decide.ts",
      "services/focal-point/releases/hold.ts",
    ]);
  });
});
