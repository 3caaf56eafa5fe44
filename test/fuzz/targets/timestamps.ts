import {
  parseRootCertificates,
  parseTimestampAnswer,
  parseTimestampToken,
  type TimestampVerdict,
  verifyTimestampToken,
} from "#timestamps";
import { readVectors } from "../../support/vectors.ts";
import { ofThrown, type Target, type Verdict } from "../verdict.ts";

const { note, root } = readVectors<{ note: string; root: string }>("timestamps/token.json");
const expected = { message: Buffer.from(note), roots: [Buffer.from(root, "base64")] };

/** Of a verdict that says its rule, and why. */
function ofVerdict<T>(verdict: TimestampVerdict<T>): Verdict {
  if (verdict.ok) return { accepted: true };
  if (verdict.why === "") throw new TypeError(`${verdict.rule} does not say what was found`);
  return { accepted: false };
}

/** Parsers of what time-stamping authorities write (TP-STAMP-1 to TP-STAMP-3). */
export const TIMESTAMP_TARGETS: readonly Target[] = [
  {
    corpus: "timestamp-token",
    parses: ["parseTimestampToken", "verifyTimestampToken"],
    share: 0.2,
    read: (input) => {
      verifyTimestampToken(input, expected);
      return ofVerdict(parseTimestampToken(input));
    },
  },
  {
    corpus: "timestamp-answer",
    parses: ["parseTimestampAnswer"],
    share: 0.5,
    read: (input) => ofVerdict(parseTimestampAnswer(input)),
  },
  {
    corpus: "root-certificate",
    parses: ["parseRootCertificates"],
    share: 0.5,
    read: (input) => ofThrown("KEY_FILE", () => parseRootCertificates(input, "a file")),
  },
];
