import { parseCheckCsv } from "#alerts-api";
import { parseCap, writeCap } from "#casework";
import { type Target, textTarget, type Verdict } from "../verdict.ts";

const REFUSED: Verdict = { accepted: false };

/** Readers of what outsiders write about alerts. */
export const ALERT_TARGETS: readonly Target[] = [
  textTarget("cap", ["parseCap"], (text) => {
    const read = parseCap(text);
    if (!read.ok) {
      if (read.problems.length === 0) throw new TypeError("it was refused without a problem");
      return REFUSED;
    }
    // White space and prefixes are not kept; what is written again must say the same.
    const written = writeCap(read.value);
    if (!written.ok) throw new TypeError(`it was read and cannot be written: ${text}`);
    const again = JSON.stringify(parseCap(written.value)) === JSON.stringify(read);
    return { accepted: true, again: again ? text : "" };
  }),
  textTarget("check-csv", ["parseCheckCsv"], (text) => {
    const read = parseCheckCsv(text);
    if (read.ok) return { accepted: true };
    if (read.problems.length === 0) throw new TypeError("it was refused without a problem");
    return REFUSED;
  }),
];
