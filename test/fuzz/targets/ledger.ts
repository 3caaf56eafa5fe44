import { IndicatorLedger } from "#proto";
import { parseIndicatorLedger } from "#statistics";
import { LEDGER_SENT_MS } from "../../support/signed-ledger.ts";
import { ofOutcome, type Target } from "../verdict.ts";

/** Parsers of national ledgers (TP-LEDG-1). */
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
];
