import { parsePolicyFile } from "#policy";
import { ofOutcome, type Target } from "../verdict.ts";

/** The parser of policy files (TP-POLICY-4). */
export const POLICY_TARGETS: readonly Target[] = [
  {
    corpus: "policy-file",
    parses: ["parsePolicyFile"],
    read: (input) => ofOutcome(parsePolicyFile(input), () => input),
  },
];
