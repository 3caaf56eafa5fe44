import { formatEvidenceFile, parseEvidenceFile, parseRootSet, verifyEvidenceFile } from "#evidence";
import { ofThrown, type Target, textTarget } from "../verdict.ts";

/** Parsers of evidence files (TP-EVID-3). */
export const EVIDENCE_TARGETS: readonly Target[] = [
  {
    corpus: "evidence-file",
    parses: ["parseEvidenceFile", "verifyEvidenceFile"],
    share: 0.2,
    read: (input) =>
      ofThrown(
        "VERIFICATION",
        () => {
          verifyEvidenceFile(input, [["0".repeat(32)]]);
          return parseEvidenceFile(input);
        },
        ({ content, isSummaryTrue }) => (isSummaryTrue ? formatEvidenceFile(content) : input),
      ),
  },
  textTarget("root-set", ["parseRootSet"], (text) => ofThrown("USAGE", () => parseRootSet(text))),
];
