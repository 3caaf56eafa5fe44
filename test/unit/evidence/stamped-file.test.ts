import { expect, it } from "vitest";
import { formatEvidenceFile, parseEvidenceFile, verifyEvidenceFile } from "#evidence";
import { verifyEvidenceBag } from "../../second-verifier/index.ts";
import { isTokenGood } from "../../support/openssl-token.ts";
import { bytesOf, readVectors } from "../../support/vectors.ts";

interface StampedFile {
  readonly rootKey: string;
  readonly stampRoot: string;
  readonly messageId: string;
  readonly logIndex: number;
  readonly existedBy: string;
  readonly file: string;
}

it("a kept file with a time-stamp verifies for ever, without the network (TP-STAMP-7)", () => {
  const stamped = readVectors<StampedFile>("evidence/stamped.json");
  const file = Buffer.from(bytesOf(stamped.file));
  const { existedBy, logIndex, messageId, rootKey, stampRoot } = stamped;
  const report = verifyEvidenceFile(file, [[rootKey]], [stampRoot]);
  expect(report).toMatchObject({ verdict: "proven", problems: [] });
  const existedByMs = Date.parse(existedBy);
  expect(report.messages).toMatchObject([{ messageId, logIndex, existedByMs }]);
  const trust = { roots: [stampRoot], holds: isTokenGood };
  expect(verifyEvidenceBag(file, rootKey, trust)).toMatchObject([
    { messageId, stampedAtMs: report.timestamps[0]?.atMs },
  ]);
  expect(Buffer.from(formatEvidenceFile(parseEvidenceFile(file).content))).toEqual(file);
});
