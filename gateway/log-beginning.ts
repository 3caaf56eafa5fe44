/** Whether the log in a gateway's store is the one that the register names (TP-SUCC-4). */
import { TracepostError } from "#errors";
import type { RegisterView } from "#trust";
import { knownLogs } from "./known-log.ts";
import type { StoredLog } from "./store/succession.ts";

/**
 * Refuses a store whose log is not the one that the register names, and an empty one where somebody
 * knows that log. Throws TracepostError DATA_FOLDER with the way out.
 */
export async function checkStoredLog(
  { origin, size }: StoredLog,
  register: RegisterView,
  dataDir: string,
): Promise<void> {
  const named = register.logOrigin;
  if (size > 0) {
    if (origin === null || origin === named) return;
    throw new TracepostError("DATA_FOLDER", `the store holds the log ${origin}, not ${named}`, {
      remedy:
        "If the hub was lost and root holders have signed a succession, put the old store aside: " +
        "tracepost log succession begin. Otherwise the register is another exchange's.",
    });
  }
  const known = (await knownLogs(register, dataDir)).find((one) => one.size > 0);
  if (known === undefined) return;
  const said = `the store is empty, but ${known.by} knows ${known.size} entries of ${named}`;
  throw new TracepostError("DATA_FOLDER", said, {
    remedy:
      "Restore the newest backup. If there is none, the log is succeeded by another, with a " +
      "statement of the root keys: tracepost log succession draft --help",
  });
}
