import { serialize } from "node:v8";
import { needsSecondPerson, priorityName, type ReleaseReason, registerMaySend } from "#casework";
import { TracepostError } from "#errors";
import { tellChange } from "#feed";
import { type Drafted, draftMessage, type MessageDraft } from "#post";
import { Priority } from "#proto";
import { newMessageId, RELEASE_LIMITS, type Transaction } from "#runtime";
import { REGISTER_ACTOR, RULE_ACTOR } from "#users";
import { factsOfDraft, outgoingOf } from "./outgoing.ts";
import { releasePolicy } from "./release-policy.ts";

/**
 * Leave to send something. Only this folder makes one: after a look at what would leave and at the
 * policy, or after a second person has confirmed it.
 */
export class Clearance {
  /** Reasons for which a second person has confirmed it, or for which none was needed. */
  readonly #covers: ReadonlySet<ReleaseReason>;
  /** The release it comes from; empty for none. */
  readonly releaseId: string;

  private constructor(covers: readonly ReleaseReason[], releaseId: string) {
    this.#covers = new Set(covers);
    this.releaseId = releaseId;
  }

  /** For `releases/` alone; a test looks who calls it. */
  static grant(covers: readonly ReleaseReason[], releaseId = ""): Clearance {
    return new Clearance(covers, releaseId);
  }

  /** For what one person may send: it covers no reason. */
  static none(): Clearance {
    return new Clearance([], "");
  }

  /** Whether it is leave for all of these reasons. */
  covers(reasons: readonly ReleaseReason[]): boolean {
    return reasons.every((reason) => this.#covers.has(reason));
  }
}

/** Something that would leave, and how to send it once a second person has confirmed it. */
export interface Hold {
  /** Name of its action in `held-actions.ts`. */
  readonly action: string;
  /** Arguments of that action; structured-cloneable. */
  readonly args: unknown;
  readonly draft: MessageDraft;
  readonly caseId: string;
  readonly peer: string;
  /** User id, `firearm-register` or `acknowledgement-rule`. */
  readonly actor: string;
  readonly nowMs: number;
  /** One person sends it at once, and says why; for URGENT alone (TP-ANS-6). */
  readonly alone?: { readonly reason: string } | undefined;
  /** By what the request is known when it comes again. */
  readonly repeat?: { readonly key: string; readonly digest: Uint8Array } | undefined;
  /** Several of its kind may wait for one case. */
  readonly several?: boolean;
}

/** It waits for a second person. */
export interface HeldRelease {
  readonly type: "held";
  readonly releaseId: string;
  readonly reasons: readonly ReleaseReason[];
}

/** What one person could not send, and what became of it. */
export type NotAlone =
  | HeldRelease
  /** The same already waits for this case. */
  | { readonly type: "waiting"; readonly releaseId: string }
  /** One person may not send this alone: it is not urgent, or the policy does not let him. */
  | { readonly type: "not-alone" };

/** What became of something that would leave. */
export type Held =
  | { readonly type: "cleared"; readonly clearance: Clearance }
  | NotAlone
  /** The firearm register, or a rule, may not send it by itself. */
  | { readonly type: "officer"; readonly reasons: readonly ReleaseReason[] };

/**
 * Asks whether something may leave, inside the transaction that would send it (TP-ANS-1). Cleared:
 * send it with {@link draftCleared}. Held: it is kept, and nothing else may be written. `given` is
 * the clearance of a second person who has confirmed it: then it is not asked again. Every
 * procedure of this service that sends content calls it.
 */
export async function holdForSecondPerson(
  tx: Transaction,
  hold: Hold,
  given?: Clearance,
): Promise<Held> {
  if (given !== undefined) return { type: "cleared", clearance: given };
  const { policy } = await releasePolicy(tx, undefined);
  const reasons = needsSecondPerson(outgoingOf(factsOfDraft(hold.draft)), policy);
  if (reasons.length === 0) return cleared([]);
  if (hold.actor === REGISTER_ACTOR) {
    return registerMaySend(reasons, policy) ? cleared(reasons) : { type: "officer", reasons };
  }
  // A rule prepares nothing for two persons: what needs them is an officer's to begin (TP-ANS-12).
  if (hold.actor === RULE_ACTOR) return { type: "officer", reasons };
  if (hold.alone !== undefined) {
    const isUrgent = hold.draft.priority === Priority.URGENT;
    if (!isUrgent || !policy.breakGlass) return { type: "not-alone" };
    return cleared(reasons, await keepAlone(tx, hold, hold.alone.reason, reasons));
  }
  return await keepPending(tx, hold, reasons);
}

function cleared(reasons: readonly ReleaseReason[], releaseId = ""): Held {
  return { type: "cleared", clearance: Clearance.grant(reasons, releaseId) };
}

/** What waits, whatever it is: a message, or a policy that lets more leave. */
export type Waiting = Omit<Hold, "draft" | "alone"> & { readonly draft?: MessageDraft };

/** Keeps something until a second person confirms it; most kinds once for each case. */
export async function keepPending(
  tx: Transaction,
  hold: Waiting,
  reasons: readonly ReleaseReason[],
): Promise<NotAlone> {
  const { action, caseId } = hold;
  const waiting = await tx.get<{ release_id: string }>(
    "SELECT release_id FROM release WHERE action = ? AND case_id = ? AND state = 'PENDING'",
    action,
    caseId,
  );
  const isTwice = waiting !== undefined && hold.several !== true;
  if (isTwice) return { type: "waiting", releaseId: waiting.release_id };
  const releaseId = await insertRelease(tx, hold, reasons, { state: "PENDING" });
  return { type: "held", releaseId, reasons };
}

/** Writes down that one person sends it; a second one has to look at it (TP-ANS-6). */
async function keepAlone(
  tx: Transaction,
  hold: Hold,
  aloneReason: string,
  reasons: readonly ReleaseReason[],
): Promise<string> {
  const reviewDueAtMs = hold.nowMs + RELEASE_LIMITS.reviewMs;
  const standing = { state: "REVIEW_DUE", aloneReason, reviewDueAtMs } as const;
  return await insertRelease(tx, hold, reasons, standing);
}

async function insertRelease(
  tx: Transaction,
  hold: Waiting,
  reasons: readonly ReleaseReason[],
  standing: {
    readonly state: "PENDING" | "REVIEW_DUE";
    readonly aloneReason?: string;
    readonly reviewDueAtMs?: number;
  },
): Promise<string> {
  const { action, args, caseId, peer, actor, nowMs, repeat } = hold;
  const { state, aloneReason = "", reviewDueAtMs = null } = standing;
  const content = serialize(args);
  if (content.length > RELEASE_LIMITS.contentBytesMax) {
    throw new TracepostError("INTERNAL", "what would wait is larger than any message");
  }
  const releaseId = newMessageId(nowMs);
  await tx.run(
    `INSERT INTO release (release_id, state, action, case_id, peer, priority, reasons, args,
       prepared_by, prepared_at, alone_reason, review_due_at, repeat_key, repeat_digest)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    releaseId,
    state,
    action,
    caseId,
    peer,
    priorityName(hold.draft?.priority),
    reasons.join(" "),
    content,
    actor,
    nowMs,
    aloneReason,
    reviewDueAtMs,
    repeat?.key ?? "",
    repeat?.digest ?? null,
  );
  const kind = state === "PENDING" ? "release.pending" : "release.alone";
  await tellChange(tx, { kind, caseId, participant: peer, state, actor, nowMs });
  return releaseId;
}

/** What was prepared under an idempotency key and still waits; undefined for nothing. */
export async function findHeld(
  tx: Transaction,
  repeat: { readonly key: string; readonly digest: Uint8Array },
): Promise<HeldRelease | { readonly type: "mismatch" } | undefined> {
  const row = await tx.get<{ release_id: string; reasons: string; repeat_digest: Uint8Array }>(
    `SELECT release_id, reasons, repeat_digest FROM release
     WHERE repeat_key = ? AND repeat_key <> '' AND state = 'PENDING'`,
    repeat.key,
  );
  if (row === undefined) return undefined;
  if (Buffer.compare(row.repeat_digest, repeat.digest) !== 0) return { type: "mismatch" };
  const reasons = row.reasons.split(" ") as ReleaseReason[];
  return { type: "held", releaseId: row.release_id, reasons };
}

/**
 * Puts a message into the outbox that was cleared. The only way of this service to send content:
 * throws TracepostError INTERNAL, and so undoes the transaction, for what one person may not send
 * and nobody has cleared (TP-ANS-3).
 */
export async function draftCleared(
  tx: Transaction,
  draft: MessageDraft,
  clearance: Clearance,
): Promise<Drafted> {
  await demandCleared(tx, draft, clearance);
  const drafted = await draftMessage(tx, draft);
  await noteSent(tx, clearance, drafted.messageId);
  return drafted;
}

/**
 * The same for what leaves by letter: nothing is put into the outbox, and what one person may not
 * send and nobody has cleared is as much a fault (TP-OFF-7).
 */
export async function noteByLetter(
  tx: Transaction,
  draft: MessageDraft & { readonly messageId: string },
  clearance: Clearance,
): Promise<void> {
  await demandCleared(tx, draft, clearance);
  await noteSent(tx, clearance, draft.messageId);
}

async function demandCleared(
  tx: Transaction,
  draft: MessageDraft,
  clearance: Clearance,
): Promise<void> {
  const { policy } = await releasePolicy(tx, undefined);
  const reasons = needsSecondPerson(outgoingOf(factsOfDraft(draft)), policy);
  if (clearance.covers(reasons)) return;
  throw new TracepostError("INTERNAL", `one person alone would send: ${reasons.join(", ")}`);
}

async function noteSent(tx: Transaction, { releaseId }: Clearance, messageId: string) {
  if (releaseId === "") return;
  await tx.run("UPDATE release SET message_id = ? WHERE release_id = ?", messageId, releaseId);
}
