import { withAlerts } from "#alerts";
import { refuse } from "#errors";
import { tellFate, tellFlag, tellGap } from "#participant-store";

/** What messages and receipts do here, inside the transaction that stores them. */
export const agencyHooks = withAlerts({
  async onMessage() {
    return refuse("SCHEMA_UNSUPPORTED", "header.kind", "not for a border agency");
  },
  onFate: tellFate,
  onFlag: tellFlag,
  onGap: tellGap,
});
