/** Counts of days compared with their entries, the days before, and their shares (TP-COUNT-5). */
import { DailyCounts, DailyCountsShare, EntryKind, type LogEntry } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { dayBeginsMs, dayName } from "#statistics";
import { decodeExactly, equalBytes, sha256, timestampMs } from "#wire";
import { entryAt } from "./entry-at.ts";

interface CountsRow extends SqlRow {
  day: number;
  counts: Uint8Array;
  log_index: number;
}

interface ShareRow extends SqlRow {
  day: number;
  monitor: string;
  share: Uint8Array;
}

/** What is wrong with the counts that an entry is about; undefined when all is well. */
export async function countsProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string | undefined> {
  const row = await tx.get<CountsRow>("SELECT * FROM daily_counts WHERE log_index = ?", index);
  if (row === undefined) return `the counts of a day (entry ${index}) are not kept`;
  const name = `the counts of ${dayName(row.day)} (entry ${index})`;
  const said = decodeExactly(DailyCounts, row.counts);
  const isThat = equalBytes(sha256(row.counts), entry.headerDigest);
  if (!isThat || said === undefined) return `${name} are not the ones that were logged`;
  if (said.day !== dayName(row.day)) return `${name} are kept as those of another day`;
  const problem = (await rangeProblem(tx, row, said)) ?? (await shareProblem(tx, row, said));
  return problem && `${name} ${problem}`;
}

/** Days follow each other without a hole, and each has the entries of its own time. */
async function rangeProblem(
  tx: Transaction,
  { day }: CountsRow,
  { endIndex, firstIndex }: DailyCounts,
): Promise<string | undefined> {
  const before = await tx.get<CountsRow>("SELECT * FROM daily_counts WHERE day = ?", day - 1);
  const ended = before && decodeExactly(DailyCounts, before.counts)?.endIndex;
  if ((ended ?? 0n) !== firstIndex) return "do not follow on those of the day before";
  const [last, next] = [Number(endIndex) - 1, Number(endIndex)];
  const times = await Promise.all([last, next].map((place) => entryAt(tx, place)));
  const [lastMs = 0, nextMs = Infinity] = times.map((one) => timestampMs(one?.recordedAt));
  const endsMs = dayBeginsMs(day + 1);
  return lastMs < endsMs && nextMs >= endsMs ? undefined : "end at another entry than their day";
}

async function shareProblem(
  tx: Transaction,
  { day, log_index: index }: CountsRow,
  { shares }: DailyCounts,
): Promise<string | undefined> {
  const sql = "SELECT * FROM daily_counts_share WHERE day = ? ORDER BY monitor";
  const rows = await tx.all<ShareRow>(sql, day);
  for (const { digest, monitor } of shares) {
    const row = rows.find((one) => one.monitor === monitor);
    if (row === undefined) return `name a share of ${monitor} that is not kept`;
    const share = decodeExactly(DailyCountsShare, row.share);
    const isThat = equalBytes(sha256(row.share), digest) && share?.logIndex === BigInt(index);
    if (!isThat) return `name another share of ${monitor} than is kept`;
  }
  const unnamed = rows.find((row) => !shares.some(({ monitor }) => monitor === row.monitor));
  return unnamed && `name no share of ${unnamed.monitor}`;
}

/** Counts and shares that no entry of the log is about: a row for each day, so all of them. */
export async function unloggedCounts(tx: Transaction): Promise<string[]> {
  const problems: string[] = [];
  for (const row of await tx.all<CountsRow>("SELECT * FROM daily_counts ORDER BY day")) {
    const entry = await entryAt(tx, row.log_index);
    const isLogged =
      entry?.kind === EntryKind.DAILY_COUNTS && equalBytes(entry.headerDigest, sha256(row.counts));
    if (!isLogged) problems.push(`the counts of ${dayName(row.day)} were never logged`);
  }
  const stray = await tx.all<ShareRow>(
    `SELECT * FROM daily_counts_share s
     WHERE NOT EXISTS (SELECT 1 FROM daily_counts d WHERE d.day = s.day) ORDER BY day LIMIT 10`,
  );
  return [
    ...problems,
    ...stray.map(
      ({ day, monitor }) => `a share of ${monitor} belongs to no counts of ${dayName(day)}`,
    ),
  ];
}
