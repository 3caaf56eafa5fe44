import { outcomeName } from "#casework";
import type { TraceReply } from "#proto";

/** What a case is concluded with when the answer is a refusal notice. */
const REFUSED_OUTCOME = "REFUSED";

/** And when the trail leads to other States. */
const REFERRED_OUTCOME = "REFERRED";

/** What a reply concludes its case with; null when it concludes nothing (domain notes 2.2, 2.3). */
export function conclusionOf({ content }: TraceReply): string | null {
  switch (content?.$case) {
    case "final":
      return outcomeName(content.value) ?? null;
    case "correction":
      return (content.value.corrected && outcomeName(content.value.corrected)) ?? null;
    case "refusal":
      return REFUSED_OUTCOME;
    case "referral":
      return REFERRED_OUTCOME;
    default:
      return null;
  }
}
