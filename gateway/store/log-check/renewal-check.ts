/** The second tree and its renewals compared with the log and with what is kept (TP-LOG-15). */
import { TracepostError } from "#errors";
import { RENEWAL_DIGESTS } from "#message-log";
import { EntryKind, type LogEntry, LogRenewal, RenewedEntry } from "#proto";
import type { Transaction } from "#runtime";
import { decodeExactly, equalBytes, sha256 } from "#wire";
import { digestsNamed } from "../renewal/named-by-entry.ts";
import { listRenewals } from "../renewal/renewals.ts";
import { areNodesKept, rehashedRoot, rehashedSize } from "../renewal/second-tree.ts";
import { entryAt } from "./entry-at.ts";

/** What is wrong with an entry in each second tree that holds it. */
export async function rehashedProblems(
  tx: Transaction,
  index: number,
  entry: LogEntry,
): Promise<string[]> {
  const problems: string[] = [];
  for (const digest of RENEWAL_DIGESTS) {
    const row = await tx.get<{ digests: Uint8Array }>(
      "SELECT digests FROM renewed_entry WHERE digest = ? AND entry_index = ?",
      digest,
      index,
    );
    const place = `entry ${index} in the second tree of ${digest}`;
    if (row === undefined) {
      if (index < (await rehashedSize(tx, digest))) problems.push(`${place} is not kept`);
      continue;
    }
    const kept = decodeExactly(RenewedEntry, row.digests)?.digests ?? [];
    const named = await digestsNamed(tx, index, entry, digest);
    const areKept = named.every((now) =>
      kept.some((one) => {
        const isSame = one.of === now.of && one.position === now.position;
        return isSame && equalBytes(one.digest, now.digest);
      }),
    );
    if (!areKept) problems.push(`${place} names other bytes than those that are kept`);
    if (!(await areNodesKept(tx, digest, index + 1))) {
      problems.push(`${place}, or one before it, is not the one that was hashed`);
    }
  }
  return problems;
}

/** Renewals whose second tree is another by now, or that were never logged; few, so all of them. */
export async function renewalProblems(tx: Transaction): Promise<string[]> {
  const problems: string[] = [];
  for (const { bytes, digest, logIndex, number, size } of await listRenewals(tx)) {
    const entry = await entryAt(tx, logIndex);
    const isLogged =
      entry?.kind === EntryKind.RENEWAL && equalBytes(entry.headerDigest, sha256(bytes));
    if (!isLogged) problems.push(`renewal ${number} was never logged`);
    const signed = decodeExactly(LogRenewal, bytes)?.renewedRoot ?? new Uint8Array();
    const root = await rootOr(tx, digest, size);
    if (root === undefined || !equalBytes(root, signed)) {
      problems.push(`renewal ${number} has signed another second tree than the one that is kept`);
    }
  }
  return problems;
}

/** Undefined where rows of the tree are missing. */
async function rootOr(
  tx: Transaction,
  ...tree: readonly [digest: (typeof RENEWAL_DIGESTS)[number], size: number]
): Promise<Uint8Array | undefined> {
  try {
    return await rehashedRoot(tx, ...tree);
  } catch (caught) {
    if (caught instanceof TracepostError && caught.code === "STORE") return undefined;
    throw caught;
  }
}
