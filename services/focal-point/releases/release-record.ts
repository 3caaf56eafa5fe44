import { deserialize } from "node:v8";
import type { PriorityName, ReleaseReason } from "#casework";
import type { SqlRow, SqlValue, Transaction } from "#runtime";

/** Where something stands that one person alone could not send, or did. */
export const RELEASE_STATES = {
  PENDING: "waits for a second person",
  RELEASED: "a second person confirmed it, and it was sent",
  RETURNED: "it was sent back with a reason; nothing left",
  REVIEW_DUE: "one person sent it alone, and a second one has to look at it",
  REVIEWED: "a second person has looked at it",
} as const satisfies Record<string, string>;

/** One of {@link RELEASE_STATES}. */
export type ReleaseState = keyof typeof RELEASE_STATES;

/** What is kept of a release, without its content. */
export interface ReleaseRecord {
  readonly position: number;
  readonly releaseId: string;
  readonly state: ReleaseState;
  /** What sends it. */
  readonly action: string;
  /** Empty when it belongs to none. */
  readonly caseId: string;
  readonly peer: string;
  readonly priority: PriorityName;
  readonly reasons: readonly ReleaseReason[];
  /** Whether the content is still here. */
  readonly hasContent: boolean;
  readonly messageId: string;
  readonly preparedBy: string;
  readonly preparedAtMs: number;
  readonly decidedBy: string;
  readonly decidedAtMs: number | null;
  readonly note: string;
  readonly isDeputy: boolean;
  readonly aloneReason: string;
  readonly reviewDueAtMs: number | null;
  readonly verdict: "" | "APPROVED" | "OBJECTED";
}

const COLUMNS = `position, release_id, state, action, case_id, peer, priority, reasons,
  args IS NOT NULL AS has_content, message_id, prepared_by, prepared_at, decided_by, decided_at,
  note, is_deputy, alone_reason, review_due_at, verdict`;

interface ReleaseRow extends SqlRow {
  position: number;
  release_id: string;
  state: ReleaseState;
  action: string;
  case_id: string;
  peer: string;
  priority: PriorityName;
  reasons: string;
  has_content: number;
  message_id: string;
  prepared_by: string;
  prepared_at: number;
  decided_by: string;
  decided_at: number | null;
  note: string;
  is_deputy: number;
  alone_reason: string;
  review_due_at: number | null;
  verdict: "" | "APPROVED" | "OBJECTED";
}

function recordOf(row: ReleaseRow): ReleaseRecord {
  return {
    position: row.position,
    releaseId: row.release_id,
    state: row.state,
    action: row.action,
    caseId: row.case_id,
    peer: row.peer,
    priority: row.priority,
    reasons: row.reasons.split(" ") as ReleaseReason[],
    hasContent: row.has_content === 1,
    messageId: row.message_id,
    preparedBy: row.prepared_by,
    preparedAtMs: row.prepared_at,
    decidedBy: row.decided_by,
    decidedAtMs: row.decided_at,
    note: row.note,
    isDeputy: row.is_deputy === 1,
    aloneReason: row.alone_reason,
    reviewDueAtMs: row.review_due_at,
    verdict: row.verdict,
  };
}

/** Finds a release. */
export async function findRelease(
  tx: Transaction,
  releaseId: string,
): Promise<ReleaseRecord | undefined> {
  const row = await tx.get<ReleaseRow>(
    `SELECT ${COLUMNS} FROM release WHERE release_id = ?`,
    releaseId,
  );
  return row === undefined ? undefined : recordOf(row);
}

/** The arguments that were kept; undefined once they are gone. */
export async function argsOf(tx: Transaction, releaseId: string): Promise<unknown> {
  const row = await tx.get<{ args: Uint8Array | null }>(
    "SELECT args FROM release WHERE release_id = ?",
    releaseId,
  );
  return row?.args == null ? undefined : deserialize(row.args);
}

/** Which releases a list shows. */
export interface ReleasePage {
  readonly state?: ReleaseState | undefined;
  readonly caseId?: string | undefined;
  /** Only what was to be looked at before then. */
  readonly overdueAtMs?: number | undefined;
  readonly after: number;
  readonly limit: number;
}

/** A page of releases in the order of preparation, without their content. */
export async function listReleases(tx: Transaction, page: ReleasePage): Promise<ReleaseRecord[]> {
  const conditions = ["position > ?"];
  const params: SqlValue[] = [page.after];
  const demand = (condition: string, value: SqlValue | undefined): void => {
    if (value === undefined) return;
    conditions.push(condition);
    params.push(value);
  };
  demand("state = ?", page.state);
  demand("case_id = ?", page.caseId);
  demand("state = 'REVIEW_DUE' AND review_due_at <= ?", page.overdueAtMs);
  const rows = await tx.all<ReleaseRow>(
    `SELECT ${COLUMNS} FROM release WHERE ${conditions.join(" AND ")} ORDER BY position LIMIT ?`,
    ...params,
    page.limit,
  );
  return rows.map(recordOf);
}
