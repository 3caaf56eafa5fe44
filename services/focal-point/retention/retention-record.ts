import { scheduleHistory } from "#participant-store";
import { planRetention, type ScheduleHistory } from "#records";
import { PERSON_LIMITS, type Transaction } from "#runtime";
import { EXCHANGE_ACTOR as actor } from "#users";
import { isBlockHeld } from "../persons/person-holds.ts";
import { erasePersons } from "../persons/person-procedures.ts";
import { dueBlocks, type PersonBlockHead } from "../persons/person-record.ts";

/** What came of a look at personal data. */
export interface EndedPersons {
  readonly ended: number;
  /** Block to look on after; null when all that may be due was looked at. */
  readonly after: string | null;
}

/**
 * Erases the personal data whose time is over (TP-RET-10): each with a tombstone that names the
 * line of the schedule, and in one transaction with the portion that was looked at. What a person
 * has kept at a review stays until the day that was named.
 */
export async function endPersons(
  tx: Transaction,
  args: { readonly nowMs: number; readonly after: string | undefined },
): Promise<EndedPersons> {
  const { after, nowMs } = args;
  const limit = PERSON_LIMITS.endedPortion;
  const history = await scheduleHistory(tx);
  // Nothing ends before its review: what nobody has to review yet is not looked at.
  const blocks = await dueBlocks(tx, { dueUntilMs: nowMs, after, limit });
  let ended = 0;
  for (const block of blocks) {
    const because = await endOf(tx, block, { history, nowMs });
    if (because === undefined) continue;
    await erasePersons(tx, { blockId: block.blockId, actor, reason: because, nowMs });
    ended += 1;
  }
  return { ended, after: blocks.length < limit ? null : (blocks.at(-1)?.blockId ?? null) };
}

/** Why a block is to end now; undefined while its time is not over. */
async function endOf(
  tx: Transaction,
  block: PersonBlockHead,
  { history, nowMs }: { readonly history: ScheduleHistory; readonly nowMs: number },
): Promise<string | undefined> {
  const { blockId, keptSinceMs, reviewAtMs } = block;
  const row = await tx.get<{ version: number }>(
    "SELECT schedule_version AS version FROM person_block WHERE block_id = ?",
    blockId,
  );
  const part = { name: "persons", class: "persons", keptUntilMs: reviewAtMs };
  const triggers = { RECORDED: keptSinceMs };
  const takenUnder = row?.version ?? 0;
  const item = { class: "persons", triggers, takenUnder, parts: [part], holds: [] };
  const [plan] = planRetention(item, history).parts;
  if (plan?.dueAtMs === undefined || plan.dueAtMs > nowMs) return undefined;
  if (await isBlockHeld(tx, block)) return undefined;
  const [line] = plan.why;
  return `Retention schedule ${line?.version ?? 0}, class persons: ${line?.basis ?? "ended"}`;
}

/** Procedures of the store about the end of personal data. */
export const RETENTION_PROCEDURES = { endPersons };
