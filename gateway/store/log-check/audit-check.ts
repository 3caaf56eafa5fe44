/** Acts of persons compared with the entries of their batches (TP-AUDIT-4). */
import { EntryKind, type LogEntry } from "#proto";
import type { Transaction } from "#runtime";
import { equalBytes } from "#wire";
import { actsBetween, actsDigest, type BatchRow, newestBatch } from "../audit/seal-acts.ts";
import { areActsCertified } from "./disposal-check.ts";
import { entryAt } from "./entry-at.ts";

/** What is wrong with the acts that an entry is about; undefined when all is well. */
export async function auditProblem(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string | undefined> {
  const batch = await tx.get<BatchRow>("SELECT * FROM record_act_batch WHERE log_index = ?", index);
  if (batch === undefined) return `the batch of acts (entry ${index}) is not kept`;
  const { digest, first_act: first, id, last_act: last } = batch;
  const name = `acts ${first} to ${last} of the audit trail (entry ${index})`;
  const before = await tx.get<{ last_act: number }>(
    "SELECT last_act FROM record_act_batch WHERE id = ?",
    id - 1,
  );
  if (first !== (before?.last_act ?? 0) + 1) return `${name} do not follow on those before them`;
  if (BigInt(batch.schedule_version) !== entry.scheduleVersion) {
    return `${name} are kept under another schedule than they were logged under`;
  }
  if (!equalBytes(digest, entry.headerDigest)) return `${name} are not the ones that were logged`;
  const acts = await actsBetween(tx, first, last);
  if (batch.certificate !== null) {
    if (acts.length > 0) return `${name} are here in spite of a certificate`;
    const isGood = await areActsCertified(tx, batch.certificate, index);
    return isGood ? undefined : `${name} are gone without a certificate`;
  }
  if (acts.length !== last - first + 1) {
    return `${name}: ${acts.length} of ${last - first + 1} are kept`;
  }
  const isThat = equalBytes(actsDigest(acts), entry.headerDigest);
  return isThat ? undefined : `${name} are not the ones that were logged`;
}

/** The end of the trail: the newest batch is logged, and no act after it is missing. */
export async function openAuditProblems(tx: Transaction): Promise<string[]> {
  const problems: string[] = [];
  const batch = await newestBatch(tx);
  if (batch !== undefined) {
    const entry = await entryAt(tx, batch.log_index);
    const isLogged =
      entry?.kind === EntryKind.AUDIT && equalBytes(entry.headerDigest, batch.digest);
    if (!isLogged) problems.push(`batch ${batch.id} of the audit trail was never logged`);
  }
  const sealed = batch?.last_act ?? 0;
  const open = await tx.get<{ n: number; last: number | null }>(
    "SELECT count(*) AS n, max(id) AS last FROM record_act WHERE id > ?",
    sealed,
  );
  const given = await tx.get<{ seq: number }>(
    "SELECT seq FROM sqlite_sequence WHERE name = 'record_act'",
  );
  const missing = (given?.seq ?? sealed) - sealed - (open?.n ?? 0);
  if (missing > 0) problems.push(`${missing} of the newest acts of the audit trail are missing`);
  return problems;
}
