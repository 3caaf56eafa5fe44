import { TracepostError } from "#errors";
import type { SqlRow, Transaction } from "#runtime";
import { mayBeOne } from "#users";
import { countDue, isLargeShare } from "./due-marks.ts";
import { noteAct } from "./note-act.ts";

/**
 * Where a run stands. A waiting or stopped one goes on when a second person says so; a declined one
 * never does, and what it had not erased by then is kept.
 */
export const RUN_STATES = ["waiting", "running", "stopped", "declined", "done"] as const;

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
  /** Who said that it does not go on, and why; empty while nobody has. */
  readonly declinedBy: string;
  readonly declinedBecause: string;
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
  declined_by: string;
  declined_because: string;
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
async function hasOutgrown(tx: Transaction, run: DisposalRun): Promise<boolean> {
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

/** What became of declining. */
export type RunDeclined =
  | { readonly type: "declined"; readonly run: DisposalRun; readonly repeated: boolean }
  | { readonly type: "unknown" }
  | { readonly type: "otherwise"; readonly run: DisposalRun };

/**
 * A run goes no further, for good (TP-DISP-10): one person may say so, also who asked for it, since
 * nothing is lost by it. Between two batches it takes effect at once.
 */
export async function declineRun(
  tx: Transaction,
  args: {
    readonly id: number;
    readonly actor: string;
    readonly reason: string;
    readonly nowMs: number;
  },
): Promise<RunDeclined> {
  const run = await loadRun(tx, { id: args.id });
  if (run === null) return { type: "unknown" };
  if (run.state === "declined") return { type: "declined", run, repeated: true };
  if (run.state === "done") return { type: "otherwise", run };
  await tx.run(
    `UPDATE disposal_run SET state = 'declined', why = '', declined_by = ?, declined_because = ?
     WHERE id = ?`,
    args.actor,
    args.reason,
    args.id,
  );
  const declined = (await loadRun(tx, { id: args.id })) ?? run;
  await noteRun(tx, declined, args);
  return { type: "declined", run: declined, repeated: false };
}

/** Ends a run: nothing of what it has erased is left in the files. */
export async function endRun(
  tx: Transaction,
  args: { readonly id: number; readonly nowMs: number },
): Promise<void> {
  await tx.run(
    `UPDATE disposal_run SET ended_at = ?,
       state = CASE state WHEN 'running' THEN 'done' ELSE state END
     WHERE id = ? AND state IN ('running', 'declined')`,
    args.nowMs,
    args.id,
  );
}

/** The run that goes on, or waits for somebody; null without one. */
export async function openRun(tx: Transaction): Promise<DisposalRun | null> {
  const row = await tx.get<RunRow>(
    "SELECT * FROM disposal_run WHERE state IN ('waiting', 'running', 'stopped')",
  );
  return row === undefined ? null : runOf(row);
}

/** The first run on which there is work: it goes on, or its traces are to be cleaned up. */
export async function runToWorkOn(tx: Transaction): Promise<DisposalRun | null> {
  const row = await tx.get<RunRow>(
    `SELECT * FROM disposal_run WHERE state = 'running' OR (state = 'declined' AND ended_at IS NULL)
     ORDER BY id LIMIT 1`,
  );
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
    declinedBy: row.declined_by,
    declinedBecause: row.declined_because,
    endedAtMs: row.ended_at,
  };
}

/** When the time was last noted; 0: never. */
export async function timeNoted(tx: Transaction): Promise<number> {
  const state = await tx.get<{ seen_at: number }>("SELECT seen_at FROM disposal_state");
  return state?.seen_at ?? 0;
}

/** Notes the time, to compare the next one with. */
export async function noteTime(tx: Transaction, args: { readonly nowMs: number }): Promise<void> {
  await tx.run("UPDATE disposal_state SET seen_at = ?", args.nowMs);
}

/** What is gone in one batch of a run. */
export interface Gone {
  /** Encoded DisposedItems. */
  readonly items: Uint8Array[];
  parts: number;
  bytes: number;
  held: number;
}

/** What one batch has come to, added to its run. */
export async function noteGone(tx: Transaction, run: number, gone: Gone): Promise<void> {
  await tx.run(
    `UPDATE disposal_run SET records = records + ?, parts = parts + ?, bytes = bytes + ?,
       held = held + ? WHERE id = ?`,
    gone.items.length,
    gone.parts,
    gone.bytes,
    gone.held,
    run,
  );
}

/**
 * The run, if a batch of it may go on; undefined where it waits, ended, or stops now because much
 * more is due than people knew of (TP-DISP-5).
 */
export async function runForBatch(tx: Transaction, id: number): Promise<DisposalRun | undefined> {
  const run = await loadRun(tx, { id });
  if (run?.state !== "running") return undefined;
  if (!(await hasOutgrown(tx, run))) return run;
  await stopRun(tx, { id, why: "SHARE" });
  return undefined;
}
