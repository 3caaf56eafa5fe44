import { randomBytes } from "node:crypto";
import { loadLogHead } from "#message-log";
import { DailyCounts, DailyCountsShare, EntryKind, type RecordCount } from "#proto";
import type { Transaction } from "#runtime";
import { dayName } from "#statistics";
import { encodeMessage, GATEWAY_SENDER, sha256 } from "#wire";
import { logDigest } from "../log-statements.ts";
import { type CountedDay, dayToCount } from "./count-day.ts";
import { fedOfDay } from "./fed-of-day.ts";

/** Counts of a day that are to be kept, and who gets a share of them. */
interface NewCounts extends CountedDay {
  readonly counts: readonly RecordCount[];
  /** Ids of monitors. */
  readonly monitors: readonly string[];
  readonly nowMs: number;
  readonly registerVersion: number;
}

/**
 * Keeps the counts of a day and enters their digest in the log, in one transaction (TP-COUNT-1).
 * The entry closes the day: what is recorded after it has a later time. Null: it is not the next
 * day any more, or the day has got another entry since it was counted.
 */
export async function keepDailyCounts(
  tx: Transaction,
  args: NewCounts,
): Promise<{ readonly size: number; readonly rootHash: Uint8Array } | null> {
  const { counts, monitors, nowMs, registerVersion, ...counted } = args;
  const due = await dayToCount(tx, { nowMs });
  if (due?.day !== counted.day || due.end !== counted.end) return null;
  const logIndex = (await loadLogHead(tx)).size;
  const shares = [];
  for (const monitor of monitors) {
    const bytes = await shareOf(tx, monitor, counted, logIndex);
    shares.push({ monitor, bytes, digest: sha256(bytes) });
  }
  const bytes = encodeMessage(
    DailyCounts,
    DailyCounts.create({
      day: dayName(counted.day),
      firstIndex: BigInt(counted.first),
      endIndex: BigInt(counted.end),
      counts: [...counts],
      shares: shares.map(({ digest, monitor }) => ({ monitor, digest })),
    }),
  );
  const about = { kind: EntryKind.DAILY_COUNTS, sender: GATEWAY_SENDER, digest: sha256(bytes) };
  const log = await logDigest(tx, { ...about, nowMs, registerVersion });
  await tx.run("INSERT INTO daily_counts VALUES (?, ?, ?)", counted.day, bytes, log.firstIndex);
  for (const { bytes: share, monitor } of shares) {
    await tx.run("INSERT INTO daily_counts_share VALUES (?, ?, ?)", counted.day, monitor, share);
  }
  return { size: log.size, rootHash: log.rootHash };
}

/** What a monitor can compare of a day, salted (TP-COUNT-4). */
async function shareOf(
  tx: Transaction,
  monitor: string,
  counted: CountedDay,
  logIndex: number,
): Promise<Uint8Array> {
  const fed = await fedOfDay(tx, monitor, counted);
  return encodeMessage(
    DailyCountsShare,
    DailyCountsShare.create({
      ...fed,
      day: dayName(counted.day),
      salt: randomBytes(16),
      logIndex: BigInt(logIndex),
    }),
  );
}
