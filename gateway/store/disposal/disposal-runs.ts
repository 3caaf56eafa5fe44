import { TracepostError } from "#errors";
import type { SqlRow, Transaction } from "#runtime";
import { mayBeOne } from "#users";
import { noteAct } from "../audit/note-act.ts";
import { countDue, isLargeShare } from "./look-for-due.ts";

/** Where a run stands. A waiting or stopped one goes on when a second person says so. */
export const RUN_STATES = ["waiting", "running", "stopped", "done"] as const;

/** One of {@link RUN_STATES}. */
export type RunState = (typeof RUN_STATES)[number];

/** Why a run waits or was stopped: much is due at once, or the clock is not what it was. */
export const RUN_REASONS = ["SHARE", "CLOCK"] as const;

/** One of {@link RUN_REASONS}. */
export type RunReason = (typeof RUN_REASONS)[number];

/** A run of disposal. */
export interface DisposalRun {
  readonly id: number;
  readonly state: RunState;
  readonly why: RunReason | null;
  readonly authority: string;
  readonly askedBy: string;
  readonly askedAtMs: number;
  /** Records that were due when people looked last, with those it has disposed of. */
  readonly due: number;
  /** Second person; empty where none was needed. */
  readonly confirmedBy: string;
  /** What was disposed of so far. */
  readonly records: number;
  readonly parts: number;
  readonly bytes: number;
  /** Records that were due, and that a hold stopped. */
  readonly held: number;
  readonly endedAtMs: number | null;
}

interface RunRow extends SqlRow {
  id: number;
  state: RunState;
  why: RunReason | "";
  authority: string;
  asked_by: string;
  asked_at: number;
  due: number;
  confirmed_by: string;
  records: number;
  parts: number;
  bytes: number;
  held: number;
  ended_at: number | null;
}

/**
 * Asks for a run, one at a time: gives the one that is open, if there is one. With a reason it
 * waits for a second person (TP-DISP-5, TP-DISP-6).
 */
export async function askRun(
  tx: Transaction,
  args: {
    readonly authority: string;
    readonly actor: string;
    readonly nowMs: number;
    readonly clockJumped: boolean;
  },
): Promise<DisposalRun> {
  const open = await openRun(tx);
  if (open !== null) return open;
  const due = await countDue(tx);
  const share: RunReason | "" = (await isLargeShare(tx, due)) ? "SHARE" : "";
  const why: RunReason | "" = args.clockJumped ? "CLOCK" : share;
  await tx.run(
    `INSERT INTO disposal_run (state, why, authority, asked_by, asked_at, due)
     VALUES (?, ?, ?, ?, ?, ?)`,
    why === "" ? "running" : "waiting",
    why,
    args.authority,
    args.actor,
    args.nowMs,
    due,
  );
  const run = await openRun(tx);
  if (run === null) throw new TracepostError("INTERNAL", "a run of disposal is not there");
  await noteRun(tx, run, { ...args, reason: args.authority });
  return run;
}

/** What became of a confirmation. */
export type RunConfirmed =
  /** Whether it was the clock that was looked at. */
  | { readonly type: "confirmed"; readonly run: DisposalRun; readonly isClockRight: boolean }
  | { readonly type: "unknown" }
  | { readonly type: "otherwise" | "same-person"; readonly run: DisposalRun };

/**
 * A second person lets a run begin, or go on. The time is taken for right from then on where the
 * clock was why it waits; one that jumped since then is another reason, and is confirmed anew.
 */
export async function confirmRun(
  tx: Transaction,
  args: {
    readonly id: number;
    readonly actor: string;
    readonly reason: string;
    readonly nowMs: number;
    readonly clockJumped: boolean;
  },
): Promise<RunConfirmed> {
  const run = await loadRun(tx, { id: args.id });
  if (run === null) return { type: "unknown" };
  if (run.state !== "waiting" && run.state !== "stopped") return { type: "otherwise", run };
  if (await mayBeOne(tx, args.actor, run.askedBy)) return { type: "same-person", run };
  const isClockRight = run.why === "CLOCK";
  if (args.clockJumped && !isClockRight) {
    await tx.run("UPDATE disposal_run SET why = 'CLOCK' WHERE id = ?", run.id);
    return { type: "otherwise", run: { ...run, why: "CLOCK" } };
  }
  await tx.run(
    "UPDATE disposal_run SET state = 'running', why = '', confirmed_by = ?, confirmed_at = ? WHERE id = ?",
    args.actor,
    args.nowMs,
    args.id,
  );
  await setDue(tx, run, await dueWith(tx, run));
  if (isClockRight) await noteTime(tx, args);
  const confirmed = (await loadRun(tx, { id: args.id })) ?? run;
  await noteRun(tx, confirmed, args);
  return { type: "confirmed", run: confirmed, isClockRight };
}

async function noteRun(
  tx: Transaction,
  { due, id, state }: DisposalRun,
  by: { readonly actor: string; readonly reason: string; readonly nowMs: number },
): Promise<void> {
  const { actor, nowMs: atMs, reason } = by;
  const detail = `${state}, ${due} records due`;
  await noteAct(tx, { action: "dispose", actor, atMs, subject: `disposal ${id}`, detail, reason });
}

/** Stops a run that goes on: the clock is not what it was, or much more is due than was seen. */
export async function stopRun(
  tx: Transaction,
  args: { readonly id: number; readonly why: RunReason },
): Promise<void> {
  await tx.run(
    "UPDATE disposal_run SET state = 'stopped', why = ? WHERE id = ? AND state = 'running'",
    args.why,
    args.id,
  );
}

/** Whether much more has become due than people knew of when they let a run go (TP-DISP-5). */
export async function hasOutgrown(tx: Transaction, run: DisposalRun): Promise<boolean> {
  const due = await dueWith(tx, run);
  if (due <= run.due) return false;
  // Who confirmed has seen what was due by then.
  if (await isLargeShare(tx, run.confirmedBy === "" ? due : due - run.due)) return true;
  if (run.confirmedBy === "") await setDue(tx, run, due);
  return false;
}

/** What is due, with what the run has gone through already. */
async function dueWith(tx: Transaction, { held, records }: DisposalRun): Promise<number> {
  return records + held + (await countDue(tx));
}

async function setDue(tx: Transaction, { id }: DisposalRun, due: number): Promise<void> {
  await tx.run("UPDATE disposal_run SET due = ? WHERE id = ?", due, id);
}

/** Ends a run: nothing is due any more, and nothing of what was is left in the files. */
export async function endRun(
  tx: Transaction,
  args: { readonly id: number; readonly nowMs: number },
): Promise<void> {
  await tx.run(
    "UPDATE disposal_run SET state = 'done', ended_at = ? WHERE id = ? AND state = 'running'",
    args.nowMs,
    args.id,
  );
}

/** The run that is not done, or null. */
export async function openRun(tx: Transaction): Promise<DisposalRun | null> {
  const row = await tx.get<RunRow>("SELECT * FROM disposal_run WHERE state <> 'done'");
  return row === undefined ? null : runOf(row);
}

/** One run, or null. */
export async function loadRun(
  tx: Transaction,
  args: { readonly id: number },
): Promise<DisposalRun | null> {
  const row = await tx.get<RunRow>("SELECT * FROM disposal_run WHERE id = ?", args.id);
  return row === undefined ? null : runOf(row);
}

/** Runs, the newest first, those below the id `before` only. */
export async function listRuns(
  tx: Transaction,
  args: { readonly before: number | null; readonly limit: number },
): Promise<DisposalRun[]> {
  const rows = await tx.all<RunRow>(
    "SELECT * FROM disposal_run WHERE id < ? ORDER BY id DESC LIMIT ?",
    args.before ?? Number.MAX_SAFE_INTEGER,
    args.limit,
  );
  return rows.map(runOf);
}

function runOf(row: RunRow): DisposalRun {
  const { authority, bytes, due, held, id, parts, records, state } = row;
  return {
    ...{ authority, bytes, due, held, id, parts, records, state },
    why: row.why === "" ? null : row.why,
    askedBy: row.asked_by,
    askedAtMs: row.asked_at,
    confirmedBy: row.confirmed_by,
    endedAtMs: row.ended_at,
  };
}

/** When the time was last noted, and when the newest entry was recorded; 0: never. */
export async function timeSeen(
  tx: Transaction,
): Promise<{ readonly seenAtMs: number; readonly recordedAtMs: number }> {
  const state = await tx.get<{ seen_at: number }>("SELECT seen_at FROM disposal_state");
  const last = await tx.get<{ recorded_at: number }>("SELECT recorded_at FROM gateway_state");
  return { seenAtMs: state?.seen_at ?? 0, recordedAtMs: last?.recorded_at ?? 0 };
}

/** Notes the time, to compare the next one with. */
export async function noteTime(tx: Transaction, args: { readonly nowMs: number }): Promise<void> {
  await tx.run("UPDATE disposal_state SET seen_at = ?", args.nowMs);
}
