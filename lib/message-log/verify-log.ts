/** Recomputes a whole log from its entries (TP-LOG-12). */
import type { KeyObject } from "node:crypto";
import type { LogEntry } from "#proto";
import type { Transaction } from "#runtime";
import { isPostQuantumSigned, openCheckpoint } from "./checkpoint.ts";
import type { TreeHead } from "./checkpoint-text.ts";
import { checkHead } from "./head-check.ts";
import { loadCheckpoint } from "./log-head.ts";
import { LogReading } from "./log-reading.ts";
import { ProblemList } from "./problem-list.ts";

/** Whose log it is said to be. */
export interface VerifyLogOptions {
  /** Origin line of the checkpoints. */
  readonly origin: string;
  /** Checkpoint keys of the gateway. */
  readonly publicKeys: readonly KeyObject[];
  /** What else its entries are compared with, such as time-stamps. */
  readonly witness?: LogWitness | undefined;
  /** Told now and then how many entries have been read. */
  readonly onProgress?: (entries: number) => void;
}

/** Something outside the log that its entries are compared with. */
export interface LogWitness {
  /** Trees that the log is said to have had. */
  readonly heads: readonly TreeHead[];
  /** Told of every entry, in order. */
  onEntry(index: number, entry: LogEntry): void;
  /** What does not agree, once the last of so many entries was read. */
  problems(entries: number): readonly string[];
}

/** What was found. Size and root are those of the entries read, whatever the store says. */
export interface LogReport extends TreeHead {
  /** No problem was found. */
  readonly verified: boolean;
  /** Latest checkpoint, exactly as kept; undefined when there is none. */
  readonly checkpoint: string | undefined;
  /** Entries after the latest valid checkpoint: in order, but not yet under a signature. */
  readonly uncovered: number;
  /** The first problems, one sentence each. */
  readonly problems: readonly string[];
  readonly problemsTotal: number;
}

/**
 * Reads every entry once, in order, and compares all that is kept about the log with what the
 * entries give: leaf hashes, record times, tiles, tree head, checkpoint and its signature. Memory
 * does not grow with the log. Run it on one state of the store. Throws STORE only when the store
 * cannot be read; what does not verify is in the report.
 */
export async function verifyLog(tx: Transaction, options: VerifyLogOptions): Promise<LogReport> {
  const problems = new ProblemList();
  const checkpoint = await loadCheckpoint(tx);
  const signed = openKept(checkpoint, options, problems);
  const { onProgress, witness } = options;
  const reading = LogReading.fromStart(tx, problems, {
    heads: [...(signed === undefined ? [] : [signed]), ...(witness?.heads ?? [])],
    onEntry: witness && ((index, entry) => witness.onEntry(index, entry)),
  });
  await reading.readAll(onProgress);
  const head = { size: reading.range.size, rootHash: reading.range.rootHash() };
  await checkHead(tx, reading.range, problems);
  checkCovered(head, signed, checkpoint, problems);
  for (const problem of witness?.problems(head.size) ?? []) problems.add(problem);
  return {
    ...head,
    verified: problems.total === 0,
    checkpoint,
    uncovered: Math.max(0, head.size - (signed?.size ?? 0)),
    problems: problems.list,
    problemsTotal: problems.total,
  };
}

function openKept(
  checkpoint: string | undefined,
  options: VerifyLogOptions,
  problems: ProblemList,
): TreeHead | undefined {
  if (checkpoint === undefined) return undefined;
  const head = openCheckpoint(checkpoint, options.origin, options.publicKeys);
  const { origin, publicKeys } = options;
  const isExpected = publicKeys.some(({ asymmetricKeyType: kind }) => kind === "ml-dsa-44");
  if (head === undefined) {
    problems.add(`the checkpoint is not signed as "${origin}" by a key of the register`);
  } else if (isExpected && !isPostQuantumSigned(checkpoint, origin, publicKeys)) {
    problems.add("the checkpoint lacks the ML-DSA-44 signature that the register promises");
  }
  return head;
}

function checkCovered(
  head: TreeHead,
  signed: TreeHead | undefined,
  checkpoint: string | undefined,
  problems: ProblemList,
): void {
  if (checkpoint === undefined && head.size > 0) problems.add("no checkpoint was ever signed");
  if (signed !== undefined && signed.size > head.size) {
    problems.add(`the log was cut off: ${signed.size} entries were signed, ${head.size} are there`);
  }
}
