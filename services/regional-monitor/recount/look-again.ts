import { recordIncident } from "#post";
import { MONITOR_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { dayName } from "#statistics";
import { sha256 } from "#wire";
import { type RecountedDay, recountDay, SUM } from "./recount-day.ts";

/** What one look has come to. */
export interface LookedAgain {
  /** The day that was looked at; null: none was due. */
  readonly day: number | null;
  /** It differs otherwise than it did before. */
  readonly isChanged: boolean;
}

/**
 * Looks again at the day that was looked at longest ago, if that is a day ago, and notes what it
 * differs in: where the first comparison is noted, so that it is told as that is (TP-MON-25).
 */
export async function lookAgain(
  tx: Transaction,
  { nowMs }: { readonly nowMs: number },
): Promise<LookedAgain> {
  const due = await tx.get<SqlRow & { day: number }>(
    "SELECT day FROM monitor_day_kept WHERE looked_at <= ? ORDER BY looked_at, day LIMIT 1",
    nowMs - MONITOR_LIMITS.lookAgainMs,
  );
  if (due === undefined) return { day: null, isChanged: false };
  const { day } = due;
  const found = await recountDay(tx, { day });
  await tx.run("UPDATE monitor_day_kept SET looked_at = ? WHERE day = ?", nowMs, day);
  if (found === undefined) return { day, isChanged: false };
  const isChanged = await noteDifferences(tx, found, nowMs);
  return { day, isChanged };
}

async function noteDifferences(
  tx: Transaction,
  found: RecountedDay,
  nowMs: number,
): Promise<boolean> {
  const { altered, day, differences, firstIndex = null, lastIndex = null } = found;
  const before = await tx.get<
    SqlRow & { differences: string; first_index: number | null; last_index: number | null }
  >("SELECT differences, first_index, last_index FROM monitor_day WHERE day = ?", day);
  const said = JSON.stringify(differences);
  if (before === undefined || before.differences === said) return false;
  await tx.run(
    `UPDATE monitor_day SET differences = ?, events_fed = ?, first_index = ?, last_index = ?,
       compared_at = ? WHERE day = ?`,
    ...[said, found.events, firstIndex, lastIndex, nowMs, day],
  );
  if (differences.length === 0) return true;
  const entries =
    altered.length === 0
      ? "no event is another"
      : `entries ${altered.slice(0, NAMED_MAX).join(", ")}${altered.length > NAMED_MAX ? " …" : ""}`;
  // Sums name States, whose counts are for who may see figures.
  const sums = differences.filter(({ what }) => what.startsWith(SUM)).length;
  const counts = differences.filter(({ what }) => !what.startsWith(SUM));
  const named = counts.map(({ fed, told, what }) => `${what} ${fed} of ${told}`).join(", ");
  await recordIncident(
    tx,
    {
      ...{ kind: "FEED_DISCREPANCY", sender: "GATEWAY" },
      digest: sha256(Buffer.from(`${dayName(day)} since it was compared: ${said}`)),
      detail: `${dayName(day)}, since it was compared, ${entries}; sums that differ: ${sums}; ${named}`,
    },
    nowMs,
  );
  return true;
}

/** Entries that an incident names. */
const NAMED_MAX = 20;
