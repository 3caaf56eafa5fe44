import { hash } from "node:crypto";
import { TraceReply } from "#proto";
import type { Transaction } from "#runtime";
import { type CaseRecord, findCase } from "../cases/case-record.ts";
import { registerReply } from "../cases/register-reply.ts";
import type { Replier } from "../cases/reply-handling.ts";
import { requestCandidates } from "../firearms/request-candidates.ts";
import { requestAsKnown } from "../moves/request-as-known.ts";
import { acknowledgeCase } from "./acknowledge-case.ts";
import { type DraftAnswer, isUndecided, keepDraft, noteRegister } from "./draft-record.ts";

/** Candidates that an officer looks through. */
const CANDIDATES_MAX = 20;

/** For whom a draft is made, and when. */
export interface DraftToMake {
  readonly caseId: string;
  readonly self: Replier;
  readonly nowMs: number;
}

/**
 * Looks a request received up in the register, and keeps what was found while the case waits for an
 * answer; null when there is no such request (TP-ANS-8).
 */
export async function makeDraft(tx: Transaction, args: DraftToMake): Promise<DraftAnswer | null> {
  const known = await findCase(tx, args.caseId);
  if (known === undefined || known.role !== "requested") return null;
  return await draftOf(tx, known, args);
}

async function draftOf(
  tx: Transaction,
  known: CaseRecord,
  { nowMs, self }: DraftToMake,
): Promise<DraftAnswer> {
  const request = await requestAsKnown(tx, known);
  const reply = TraceReply.encode(await registerReply(tx, request, { self, nowMs })).finish();
  const found = await requestCandidates(tx, request, CANDIDATES_MAX);
  const draft = { draftId: draftIdOf(reply, found), reply, ...found, madeAtMs: nowMs };
  if (known.awaitingAnswer) {
    await keepDraft(tx, known.caseId, { draft, registerVersion: await noteRegister(tx) });
  }
  return draft;
}

type Candidates = Pick<DraftAnswer, "candidates" | "more">;

/** Everything that an officer sees of it. */
function draftIdOf(reply: Uint8Array, found: Candidates): string {
  const seen = Buffer.concat([reply, Buffer.from(JSON.stringify(found))]);
  return hash("sha256", seen, "base64url");
}

/**
 * Does what is due of a request that has arrived, or of which something has changed: the rules that
 * acknowledge look at it once, then its draft is made. Says whether a message was drafted.
 */
export async function prepareArrival(tx: Transaction, args: DraftToMake): Promise<boolean> {
  const { caseId } = args;
  const known = await findCase(tx, caseId);
  if (known === undefined || known.role !== "requested" || !known.awaitingAnswer) return false;
  const decided = (await isUndecided(tx, caseId))
    ? await acknowledgeCase(tx, known, args)
    : undefined;
  await draftOf(tx, known, args);
  return decided !== undefined && decided.rule !== "";
}
