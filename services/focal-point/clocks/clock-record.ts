import {
  type CaseClock,
  caseClock,
  openCalendar,
  type PriorityName,
  priorityName,
  reminderTimes,
  type StateChange,
  type TraceState,
} from "#casework";
import { Header, TraceMove, TraceReply, TraceRequest } from "#proto";
import type { SqlRow, Transaction } from "#runtime";
import { isCalendarDate } from "#runtime";
import { decodeExactly } from "#wire";
import type { CaseRole } from "../cases/case-record.ts";
import { requestHeaderOf } from "../cases/request-header.ts";
import { calendarOf, targetsFor } from "./clock-settings.ts";

interface UnsettledRow extends SqlRow {
  case_id: string;
  role: CaseRole;
  started_at: number | null;
  reminders: number;
  request: Uint8Array;
  request_header: Uint8Array | null;
  request_message_id: string;
}

/** Events of a case that its clock is reckoned from; a case has a handful. */
const EVENTS_MAX = 1_000;

/** States that end a clock with an answer, of whatever kind. */
const ANSWERS: readonly (TraceState | undefined)[] = ["ANSWERED", "REFUSED", "REFERRED"];

/**
 * Reckons clocks that something has happened to since (TP-CLOCK-4), the oldest cases first; returns
 * how many. What a run leaves the next one finds.
 */
export async function settleClocks(tx: Transaction, args: { limit: number }): Promise<number> {
  const rows = await tx.all<UnsettledRow>(
    `SELECT clock.case_id, clock.role, clock.started_at, clock.reminders, trace_case.request,
       trace_case.request_header, trace_case.request_message_id
     FROM trace_clock AS clock JOIN trace_case USING (case_id)
     WHERE clock.settled = 0 ORDER BY clock.position LIMIT ?`,
    args.limit,
  );
  for (const row of rows) await settle(tx, row);
  return rows.length;
}

async function settle(tx: Transaction, row: UnsettledRow): Promise<void> {
  const request = decodeExactly(TraceRequest, row.request) ?? TraceRequest.create({});
  const { requestingState: requesting, requestedState: requested } = request;
  const priority = await priorityOf(tx, row);
  const targets = await targetsFor(tx, { requesting, requested, priority });
  const calendar = openCalendar(await calendarOf(tx, requested));
  const clock = caseClock(await changesOf(tx, row.case_id), { targets, calendar });
  // A case that was taken up again is reminded of anew.
  const hasBegunAnew = row.started_at !== null && row.started_at !== clock.startedAtMs;
  await keep(tx, { row, clock, priority, reminders: hasBegunAnew ? 0 : row.reminders });
}

/** When a case came to which state; of a delay with the day it named. */
async function changesOf(tx: Transaction, caseId: string): Promise<StateChange[]> {
  const events = await tx.all<{ state: TraceState; at: number; message_id: string }>(
    `SELECT state, at, message_id FROM trace_case_event WHERE case_id = ?
     ORDER BY position LIMIT ?`,
    caseId,
    EVENTS_MAX,
  );
  const delays = await tx.all<{ message_id: string; body: Uint8Array }>(
    "SELECT message_id, body FROM trace_move WHERE case_id = ? AND move = ? ORDER BY position",
    caseId,
    TraceMove.DELAY,
  );
  const reviewOn = new Map(delays.map(({ body, message_id }) => [message_id, dayOfDelay(body)]));
  return events.map(({ state, at, message_id }) => {
    return {
      state,
      atMs: at,
      reviewOn: state === "DELAYED" ? reviewOn.get(message_id) : undefined,
    };
  });
}

function dayOfDelay(body: Uint8Array): string | undefined {
  const content = decodeExactly(TraceReply, body)?.content;
  const day = content?.$case === "delay" ? content.value.reviewOn : "";
  return isCalendarDate(day) ? day : undefined;
}

async function keep(
  tx: Transaction,
  kept: {
    readonly row: UnsettledRow;
    readonly clock: CaseClock;
    readonly priority: PriorityName;
    readonly reminders: number;
  },
): Promise<void> {
  const { row, clock, priority, reminders } = kept;
  const { startedAtMs = null, endedAtMs = null, acknowledgeByMs = null, answerByMs = null } = clock;
  const isTaken = startedAtMs !== null && endedAtMs !== null && ANSWERS.includes(clock.endedBy);
  const takenMs = isTaken ? endedAtMs - startedAtMs - clock.stoppedMs : null;
  const dueTimes = [acknowledgeByMs, answerByMs].filter((atMs) => atMs !== null);
  const isReminded = row.role === "requesting" && startedAtMs !== null && answerByMs !== null;
  const times = isReminded ? reminderTimes(startedAtMs, answerByMs) : [];
  await tx.run(
    `UPDATE trace_clock SET settled = 1, phase = ?, priority = ?, started_at = ?, ended_at = ?,
       taken_ms = ?, stopped_ms = ?, acknowledge_by = ?, answer_by = ?, next_due_at = ?,
       reminders = ?, next_reminder_at = ? WHERE case_id = ?`,
    clock.phase,
    priority,
    startedAtMs,
    endedAtMs,
    takenMs,
    clock.stoppedMs,
    acknowledgeByMs,
    answerByMs,
    dueTimes.length === 0 ? null : Math.min(...dueTimes),
    reminders,
    times[reminders] ?? null,
    row.case_id,
  );
  await tx.run(
    "UPDATE trace_case SET acknowledge_by = ?, answer_by = ? WHERE case_id = ?",
    acknowledgeByMs,
    answerByMs,
    row.case_id,
  );
}

/** As the header of the request says. */
async function priorityOf(tx: Transaction, row: UnsettledRow): Promise<PriorityName> {
  const kept = { requestHeader: row.request_header, requestMessageId: row.request_message_id };
  const header = await requestHeaderOf(tx, kept);
  return priorityName(header === null ? undefined : Header.decode(header).priority);
}

/** Whether a clock has to be reckoned. */
export async function hasUnsettledClocks(tx: Transaction, _args: unknown): Promise<boolean> {
  return (await tx.get("SELECT 1 FROM trace_clock WHERE settled = 0 LIMIT 1")) !== undefined;
}
