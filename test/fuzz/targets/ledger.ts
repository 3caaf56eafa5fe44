import { IndicatorLedger } from "#proto";
import { parseIndicatorLedger } from "#statistics";
import { readSeizures } from "../../../services/focal-point/ledger/read-seizures.ts";
import { parseSeizureHeader } from "../../../services/focal-point/ledger/seizure-columns.ts";
import { LEDGER_SENT_MS } from "../../support/signed-ledger.ts";
import { ofOptional, ofOutcome, type Target, textTarget } from "../verdict.ts";

/** Parsers of national ledgers and of files of reports (TP-LEDG-1, TP-LEDG-5). */
export const LEDGER_TARGETS: readonly Target[] = [
  {
    corpus: "indicator-ledger",
    parses: ["parseIndicatorLedger"],
    read: (input) =>
      ofOutcome(
        parseIndicatorLedger(input, { senderState: "NE", atMs: LEDGER_SENT_MS }),
        (ledger) => IndicatorLedger.encode(ledger).finish(),
      ),
  },
  textTarget("seizure-header", ["parseSeizureHeader"], (text) => {
    const read = parseSeizureHeader(text);
    if (!read.ok && read.problems.length === 0) throw new TypeError("refused, and nothing is said");
    return ofOptional(read.ok ? read.header : undefined);
  }),
  {
    corpus: "seizure-csv",
    parses: ["parseCsvRecord"],
    read: async (input) => {
      const context = { state: "KE", today: "2026-12-31" };
      const { good, lines, problems } = await readSeizures(input, context);
      const bad = new Set(problems.map(({ line }) => line)).size;
      if (good.length + bad < lines) throw new TypeError("a line is neither taken nor refused");
      return ofOptional(problems.length === 0 ? good : undefined);
    },
  },
];
