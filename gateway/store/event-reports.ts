import { GATEWAY_LIMITS, type Transaction } from "#runtime";
import { noteOccurrences, type Occurrence } from "./operator-events.ts";

/** An occurrence with its place in what it was read from. */
export interface ReportedOccurrence extends Occurrence {
  /** Grows from one occurrence of a source to the next. */
  readonly place: number;
}

/**
 * Counts what somebody else has seen, each occurrence once: those of a source at or below the
 * place that was counted before are left out (TP-OPS-15). Returns how many were new.
 */
export async function reportOccurrences(
  tx: Transaction,
  args: {
    /** Names what the occurrences were read from, such as one log file. */
    readonly source: string;
    readonly occurrences: readonly ReportedOccurrence[];
    readonly nowMs: number;
  },
): Promise<number> {
  const { source, nowMs } = args;
  const known = await tx.get<{ place: number }>(
    "SELECT place FROM operator_source WHERE source = ?",
    source,
  );
  const fresh = args.occurrences.filter(({ place }) => place > (known?.place ?? -1));
  if (fresh.length === 0) return 0;
  await noteOccurrences(tx, fresh, nowMs);
  await tx.run(
    `INSERT INTO operator_source (source, place, reported_at) VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET place = excluded.place, reported_at = excluded.reported_at`,
    source,
    Math.max(...fresh.map(({ place }) => place)),
    nowMs,
  );
  await tx.run(
    `DELETE FROM operator_source WHERE source IN (SELECT source FROM operator_source
       ORDER BY reported_at DESC, source LIMIT -1 OFFSET ?)`,
    GATEWAY_LIMITS.eventSourcesMax,
  );
  return fresh.length;
}
