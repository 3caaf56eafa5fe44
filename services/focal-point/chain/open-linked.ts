import type { Refusal } from "#errors";
import type { PostHooks } from "#post";
import { Handling, Header, TraceRequest } from "#proto";
import type { Transaction } from "#runtime";
import type { TraceEffect } from "../cases/case-hooks.ts";
import {
  type CaseToOpen,
  findRepeated,
  type OpenedCase,
  openCase,
} from "../cases/case-procedures.ts";
import { addEvent } from "../cases/case-record.ts";
import { openByLetter } from "../letters/off-exchange-cases.ts";
import { handlingWith, judgeOnward, keepPassedOn, requestToJudge } from "../onward/judge-onward.ts";
import type { Clearance } from "../releases/hold.ts";
import { type CaseLink, isActual, linkCase, linkOf } from "./link-record.ts";
import { casesOfAmmunition } from "./same-ammunition.ts";
import { casesOfFirearm, type SameCase, wouldRepeat } from "./same-firearm.ts";

/** A case to open, and what it is linked by. */
export interface LinkedCaseToOpen extends CaseToOpen {
  readonly link: Pick<
    CaseLink,
    "ammunition" | "firearm" | "hop" | "isActual" | "previousRequestId"
  >;
  /** The State is not on the exchange: nothing is drafted for the post (TP-OFF-1). */
  readonly byLetter?: boolean;
  /** Why it is opened although the same firearm is in another case. */
  readonly despite?: string;
}

/** What opening came to. */
export type OpenedLinked =
  | OpenedCase
  /** The firearm is in these cases of ours already. */
  | { readonly type: "same"; readonly cases: readonly SameCase[] }
  /** It would pass on what its originator keeps (TP-PERS-17). */
  | { readonly type: "refused"; readonly refusal: Refusal };

/**
 * Opens a case with its link, as one step (TP-CHAIN-3). A second request about a firearm is opened
 * for a reason only, which stays with the case; exercises may repeat themselves. What it passes on
 * of others is judged and written down in the same step.
 */
export async function openLinkedCase(
  tx: Transaction,
  args: LinkedCaseToOpen,
  given?: Clearance,
): Promise<OpenedLinked> {
  const { caseId, despite, draft, idempotency, link } = args;
  const earlier = idempotency === undefined ? null : await findRepeated(tx, idempotency);
  if (earlier !== null && (given === undefined || earlier.type !== "held")) return earlier;
  const cases = await repeatedCases(tx, link);
  if (cases.length > 0 && despite === undefined) return { type: "same", cases };
  const byLetter = args.byLetter === true;
  const participant = byLetter ? "" : args.peer;
  const request = TraceRequest.decode(args.request);
  const judged = await judgeOnward(tx, requestToJudge(request, { ...args, participant }));
  if (!judged.ok) return { type: "refused", refusal: judged.refusal };
  const handling = handlingWith(draft.handling ?? Handling.create(), judged.value);
  const going = { ...args, draft: { ...draft, handling } };
  const open = byLetter ? openByLetter : openCase;
  const opened = await open(tx, going, given);
  if (opened.type !== "opened") return opened;
  const { actor, nowMs, peer: to } = args;
  const sent = { messageId: draft.messageId, caseId, to, byLetter, actor, nowMs };
  await keepPassedOn(tx, judged.value, sent);
  await linkCase(tx, { ...link, caseId, requestId: draft.messageId, isOwn: true });
  if (cases.length > 0 && despite !== undefined) {
    const detail = `${cases.map((same) => same.caseId).join(", ")}: ${despite}`;
    const { state } = opened.record;
    const event = "opened despite the same firearm or ammunition in another case";
    await addEvent(tx, { caseId, event, state, messageId: "", detail, actor, nowMs });
  }
  return opened;
}

async function repeatedCases(
  tx: Transaction,
  { ammunition, firearm, isActual: isMeant, previousRequestId }: LinkedCaseToOpen["link"],
): Promise<SameCase[]> {
  if (!isMeant) return [];
  const around = { isActual: true, previousRequestId };
  const found = [
    ...(firearm === undefined ? [] : await casesOfFirearm(tx, { firearm, ...around })),
    ...(ammunition === undefined ? [] : await casesOfAmmunition(tx, { ammunition, ...around })),
  ];
  return wouldRepeat([...new Map(found.map((same) => [same.caseId, same])).values()]);
}

/** The hooks of cases, and each request received is linked in the step that opens its case. */
export function withLinks(hooks: PostHooks): PostHooks {
  return {
    ...hooks,
    async onMessage(tx, message, effect) {
      const refusal = await hooks.onMessage(tx, message, effect);
      const trace = effect as TraceEffect;
      if (refusal !== undefined || trace.type !== "request") return refusal;
      const facts = {
        caseId: message.conversationId,
        requestId: message.messageId,
        isOwn: false,
        isActual: isActual(Header.decode(message.header).status),
      };
      await linkCase(tx, linkOf(TraceRequest.decode(trace.request), facts));
      return undefined;
    },
  };
}
