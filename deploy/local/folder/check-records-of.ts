import type { ReadPosition } from "#message-log";
import { LOG_LIMITS, type StorePlace, type Transaction } from "#runtime";
import { openStore } from "#store";

/** What a comparison of all records with the log has found. */
export interface RecordsFound {
  readonly entries: number;
  readonly problems: readonly string[];
  readonly problemsTotal: number;
}

/** What the gateway's store answers; its procedures are its own. */
interface CheckedPart {
  readonly position: ReadPosition;
  readonly isDone: boolean;
  readonly problems: readonly string[];
  readonly problemsTotal: number;
}

type CheckProcedures = {
  checkLog: (
    tx: Transaction,
    args: { from: ReadPosition | null; entries: number },
  ) => Promise<CheckedPart>;
};

const MODULE = new URL("../../../gateway/store.ts", import.meta.url);

/**
 * Compares every record of a gateway's store with the log (TP-LOG-15), also beside a gateway that
 * runs, in short reads. Throws TracepostError DATA_FOLDER for a place without such a store.
 */
export async function checkRecordsOf(place: StorePlace): Promise<RecordsFound> {
  const store = await openStore<CheckProcedures>({ place, module: MODULE, readOnly: true });
  const problems: string[] = [];
  let problemsTotal = 0;
  try {
    for (let from: ReadPosition | null = null; ; ) {
      const args = { from, entries: LOG_LIMITS.verifyPageEntries };
      const part: CheckedPart = await store.call("checkLog", args);
      const room = LOG_LIMITS.problemsMax - problems.length;
      const unsaid = part.problems.filter((one) => !problems.includes(one));
      problems.push(...unsaid.slice(0, Math.max(0, room)));
      problemsTotal += part.problemsTotal - (part.problems.length - unsaid.length);
      from = part.position;
      if (part.isDone) return { entries: part.position.size, problems, problemsTotal };
    }
  } finally {
    await store.close();
  }
}
