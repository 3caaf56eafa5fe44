// Reports of seizures, the ledger made of them, and its sign-off: tables and procedures.

import { decideDouble, listDoubles } from "./double-record.ts";
import { sayOrigin } from "./establish.ts";
import { ledgerFigures } from "./ledger-figures.ts";
import { linkItem, listSeizures, loadSeizure, withdrawSeizure } from "./seizure-record.ts";
import { listLedgers, proposeLedger } from "./send-ledger.ts";
import { stateLedger } from "./statement-record.ts";
import { enterSeizure, takeSeizures } from "./take-seizures.ts";

export { withLedgerFates } from "./ledger-hooks.ts";
export { CIRCUMSTANCES_MIGRATION_SQL, LEDGER_MIGRATION_SQL } from "./seizure-tables.ts";

/** Procedures of the ledger, to be spread into the store's definition. */
export const LEDGER_PROCEDURES = {
  enterSeizure,
  takeSeizures,
  loadSeizure,
  listSeizures,
  withdrawSeizure,
  linkItem,
  sayOrigin,
  listDoubles,
  decideDouble,
  ledgerFigures,
  stateLedger,
  proposeLedger,
  listLedgers,
};

/** Those of them that only read. */
export const LEDGER_READ_ONLY = [
  "loadSeizure",
  "listSeizures",
  "listDoubles",
  "ledgerFigures",
  "listLedgers",
] as const;
