import { RELEASE_REASONS, type ReleaseReason } from "#casework";
import { tellChange } from "#feed";
import type { Transaction } from "#runtime";
import { addEvent, findCase } from "../cases/case-record.ts";
import { HELD_ACTIONS, type Performed } from "./held-actions.ts";
import { Clearance } from "./hold.ts";
import { argsOf, findRelease, type ReleaseRecord } from "./release-record.ts";
import {
  type Confirmer,
  checkSecondPerson,
  isSupervisor,
  type NotSecond,
} from "./second-person.ts";

/** A decision about a release. */
export interface Decision {
  readonly releaseId: string;
  readonly by: Confirmer;
  /** A remark, or the reason; may be empty where one need not say why. */
  readonly note: string;
  readonly nowMs: number;
}

/** Why a decision was not taken. */
export type Undecided =
  | { readonly type: "unknown" }
  /** Somebody has decided already. */
  | { readonly type: "decided"; readonly release: ReleaseRecord }
  | { readonly type: NotSecond };

/** What became of a confirmation. */
export type Confirmed =
  | {
      readonly type: "confirmed";
      readonly release: ReleaseRecord;
      readonly sent: Performed & { readonly type: "sent" };
    }
  /** The case has moved since; nothing was sent, and it waits still. */
  | { readonly type: "stale"; readonly detail: string }
  | Undecided;

/** Everything a second person has seen and confirmed. */
const ALL_REASONS = Object.keys(RELEASE_REASONS) as ReleaseReason[];

/**
 * Confirms what another person has prepared, and sends it, as one step (TP-ANS-4). What is sent is
 * judged by the state of the case of now.
 */
export async function confirmRelease(tx: Transaction, args: Decision): Promise<Confirmed> {
  const { by, note, nowMs, releaseId } = args;
  const open = await openFor(tx, args, "PENDING");
  if (!("release" in open) || open.type === "decided") return open;
  const { release, isDeputy } = open;
  if (isDeputy && release.reasons.includes("LEDGER")) {
    if (!(await isSupervisor(tx, release.preparedBy))) return { type: "no-supervisor" };
  }
  const action = HELD_ACTIONS[release.action];
  const kept = await argsOf(tx, releaseId);
  if (action === undefined || kept === undefined) return { type: "unknown" };
  const clearance = Clearance.grant(ALL_REASONS, releaseId);
  const { preparedAtMs, preparedBy } = release;
  const context = { clearance, preparedBy, preparedAtMs, confirmedBy: by.userId, nowMs };
  const sent = await action.perform(tx, kept, context);
  if (sent.type === "stale") return sent;
  await tx.run(
    `UPDATE release SET state = 'RELEASED', decided_by = ?, decided_at = ?, note = ?,
       is_deputy = ?, args = NULL WHERE release_id = ?`,
    by.userId,
    nowMs,
    note,
    isDeputy ? 1 : 0,
    releaseId,
  );
  await tell(tx, release, "release.confirmed", args);
  await noteInCase(tx, release, { messageId: sent.messageId, by, nowMs });
  const after = (await findRelease(tx, releaseId)) ?? release;
  return { type: "confirmed", release: after, sent };
}

async function noteInCase(
  tx: Transaction,
  { caseId }: ReleaseRecord,
  sent: { readonly messageId: string; readonly by: Confirmer; readonly nowMs: number },
): Promise<void> {
  const known = caseId === "" ? undefined : await findCase(tx, caseId);
  if (known === undefined) return;
  const { messageId, by, nowMs } = sent;
  const event = "confirmed by a second person";
  const { state } = known;
  await addEvent(tx, { caseId, event, state, messageId, actor: by.userId, nowMs });
}

/** What became of sending something back. */
export type Returned = { readonly type: "returned"; readonly release: ReleaseRecord } | Undecided;

/**
 * Sends back what waits, with a reason; nothing leaves (TP-ANS-4). Whoever prepared it may take it
 * back himself.
 */
export async function returnRelease(tx: Transaction, args: Decision): Promise<Returned> {
  const { by, note, nowMs, releaseId } = args;
  const release = await findRelease(tx, releaseId);
  if (release === undefined) return { type: "unknown" };
  if (release.state !== "PENDING") return { type: "decided", release };
  if (release.preparedBy !== by.userId) {
    const second = await checkSecondPerson(tx, release.preparedBy, by, nowMs);
    if (second === "not-allowed" || second === "not-a-person") return { type: second };
  }
  await tx.run(
    `UPDATE release SET state = 'RETURNED', decided_by = ?, decided_at = ?, note = ?
     WHERE release_id = ?`,
    by.userId,
    nowMs,
    note,
    releaseId,
  );
  await tell(tx, release, "release.returned", args);
  return { type: "returned", release: (await findRelease(tx, releaseId)) ?? release };
}

/** What became of a review. */
export type Reviewed = { readonly type: "reviewed"; readonly release: ReleaseRecord } | Undecided;

/** A second person looks at what one has sent alone, and says whether it was right (TP-ANS-6). */
export async function reviewRelease(
  tx: Transaction,
  args: Decision & { readonly verdict: "APPROVED" | "OBJECTED" },
): Promise<Reviewed> {
  const { by, note, nowMs, releaseId, verdict } = args;
  const open = await openFor(tx, args, "REVIEW_DUE");
  if (!("release" in open) || open.type === "decided") return open;
  const { release, isDeputy } = open;
  await tx.run(
    `UPDATE release SET state = 'REVIEWED', decided_by = ?, decided_at = ?, note = ?, verdict = ?,
       is_deputy = ?, args = NULL WHERE release_id = ?`,
    by.userId,
    nowMs,
    note,
    verdict,
    isDeputy ? 1 : 0,
    releaseId,
  );
  await tell(tx, release, "release.reviewed", args);
  return { type: "reviewed", release: (await findRelease(tx, releaseId)) ?? release };
}

type Open =
  | { readonly type: "open"; readonly release: ReleaseRecord; readonly isDeputy: boolean }
  | Undecided;

async function openFor(
  tx: Transaction,
  { by, nowMs, releaseId }: Decision,
  state: ReleaseRecord["state"],
): Promise<Open> {
  const release = await findRelease(tx, releaseId);
  if (release === undefined) return { type: "unknown" };
  if (release.state !== state) return { type: "decided", release };
  const second = await checkSecondPerson(tx, release.preparedBy, by, nowMs);
  if (typeof second === "string") return { type: second };
  return { type: "open", release, ...second };
}

async function tell(
  tx: Transaction,
  { caseId, peer: participant }: ReleaseRecord,
  kind: "release.confirmed" | "release.returned" | "release.reviewed",
  { by, nowMs }: Decision,
): Promise<void> {
  const state = { confirmed: "RELEASED", returned: "RETURNED", reviewed: "REVIEWED" };
  const actor = by.userId;
  const name = kind.slice("release.".length) as keyof typeof state;
  await tellChange(tx, { kind, caseId, participant, state: state[name], actor, nowMs });
}
