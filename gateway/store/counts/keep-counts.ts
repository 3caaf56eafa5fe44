import { randomBytes } from "node:crypto";
import { loadLogHead } from "#message-log";
import { DailyCounts, DailyCountsShare, EntryKind, type RecordCount } from "#proto";
import type { Transaction } from "#runtime";
import { dayName } from "#statistics";
import { encodeMessage, GATEWAY_SENDER, sha256 } from "#wire";
import { logDigest } from "../log-statements.ts";
import { appendFeed } from "../monitor/feed-chain.ts";
import { type CountedDay, dayToCount } from "./count-day.ts";

/** What a monitor was fed of a day. */
export interface FedShare extends Pick<DailyCountsShare, "counts" | "events" | "eventsDigest"> {
  readonly monitor: string;
}

/** Counts of a day that are to be kept, and who gets a share of them. */
interface NewCounts extends CountedDay {
  readonly counts: readonly RecordCount[];
  readonly fed: readonly FedShare[];
  readonly nowMs: number;
  readonly registerVersion: number;
}

/**
 * Keeps the counts of a day, enters their digest in the log, and feeds each monitor its share, in
 * one transaction (TP-COUNT-1). The entry closes the day: what is recorded after it has a later
 * time. Null: it is not the next day any more, or has got another entry since it was counted.
 */
export async function keepDailyCounts(
  tx: Transaction,
  args: NewCounts,
): Promise<{ readonly size: number; readonly rootHash: Uint8Array } | null> {
  const { counts, day, end, fed, first, nowMs, registerVersion } = args;
  const due = await dayToCount(tx, { nowMs });
  if (due?.day !== day || due.end !== end) return null;
  const logIndex = (await loadLogHead(tx)).size;
  const shares = fed.map((one) => ({ monitor: one.monitor, share: shareOf(one, day, logIndex) }));
  const digests = shares.map(({ monitor, share }) => {
    return { monitor, digest: sha256(encodeMessage(DailyCountsShare, share)) };
  });
  const range = { firstIndex: BigInt(first), endIndex: BigInt(end) };
  const bytes = encodeMessage(
    DailyCounts,
    DailyCounts.create({ ...range, day: dayName(day), counts: [...counts], shares: digests }),
  );
  const about = { kind: EntryKind.DAILY_COUNTS, sender: GATEWAY_SENDER, digest: sha256(bytes) };
  const log = await logDigest(tx, { ...about, nowMs, registerVersion });
  await tx.run("INSERT INTO daily_counts VALUES (?, ?, ?)", day, bytes, log.firstIndex);
  for (const { monitor, share } of shares) {
    const encoded = encodeMessage(DailyCountsShare, share);
    await tx.run("INSERT INTO daily_counts_share VALUES (?, ?, ?)", day, monitor, encoded);
    const content = { $case: "counts", value: share } as const;
    await appendFeed(tx, { monitor, nowMs, registerVersion, content });
  }
  return { size: log.size, rootHash: log.rootHash };
}

/** What a monitor can compare of a day, salted (TP-COUNT-4). */
function shareOf(
  { counts, events, eventsDigest }: FedShare,
  day: number,
  logIndex: number,
): DailyCountsShare {
  return DailyCountsShare.create({
    ...{ counts, events, eventsDigest },
    day: dayName(day),
    salt: randomBytes(16),
    logIndex: BigInt(logIndex),
  });
}
