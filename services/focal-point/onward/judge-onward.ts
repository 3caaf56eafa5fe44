import { trailOf } from "#casework";
import { accepted, type Outcome, refused } from "#errors";
import { type Handling, IntendedUse, PersonsBlock, type TraceReply, TraceRequest } from "#proto";
import type { Transaction } from "#runtime";
import { mayRelease, strictestOf } from "#trust";
import { keepOnwardCopy, type OnwardGround } from "./onward-record.ts";
import { type OnwardSource, onwardSources, type Said } from "./onward-sources.ts";

/** What a message passes on, and on which ground it may. */
export interface PassedOn extends OnwardSource {
  readonly ground: OnwardGround;
}

/** To whom something goes. */
export interface OnwardRecipient {
  /** Empty where it goes by letter. */
  readonly participant: string;
  readonly state: string;
}

/** Something that is about to leave. */
export interface ToJudge {
  readonly said: Said;
  readonly to: OnwardRecipient;
  readonly use: IntendedUse;
}

/**
 * Whether a message may leave with what it repeats of others (TP-PERS-17): {@link mayRelease} is
 * asked for each of them. HANDLING_VIOLATION names the message whose originator has to be asked.
 */
export async function judgeOnward(
  tx: Transaction,
  { said, to, use }: ToJudge,
): Promise<Outcome<PassedOn[]>> {
  const passed: PassedOn[] = [];
  for (const source of await onwardSources(tx, said)) {
    // Who sent it is told nothing new.
    if (source.sender === to.participant) continue;
    const { grants, handling, messageId, part, sender } = source;
    if (handling === undefined) {
      passed.push({ ...source, ground: "LETTER" });
      continue;
    }
    const asked = mayRelease({ handling, holders: [sender], to, use, grants });
    if (!asked.ok) {
      const what = `${part} of message ${messageId} of ${sender}`;
      const { detail, field } = asked.refusal;
      return refused("HANDLING_VIOLATION", field, `${what} ${detail}`);
    }
    passed.push({ ...source, ground: asked.value });
  }
  return accepted(passed);
}

/** What a request that is about to leave says of others, and to whom. */
export function requestToJudge(
  request: TraceRequest,
  around: { readonly participant: string; readonly persons?: PersonsBlock | undefined },
): ToJudge {
  const { custodyHistory, intendedUse, previousRequestId, requestedState } = request;
  return {
    said: {
      requestId: previousRequestId,
      asksState: requestedState,
      events: custodyHistory,
      persons: around.persons,
    },
    to: { participant: around.participant, state: requestedState },
    use: intendedUse,
  };
}

/** What an answer that is about to leave says of others, and to whom. */
export function replyToJudge(
  reply: TraceReply,
  around: {
    readonly requestId: string;
    readonly participant: string;
    readonly request: TraceRequest | undefined;
    readonly persons: PersonsBlock | undefined;
  },
): ToJudge {
  const { participant, persons, request, requestId } = around;
  const events = trailOf(reply).custodyEvents;
  return {
    said: { requestId, asksState: undefined, events, persons },
    to: { participant, state: request?.requestingState ?? "" },
    use: request?.intendedUse ?? IntendedUse.UNSPECIFIED,
  };
}

/** Handling of a message that passes something on: no weaker than that of any of it. */
export function handlingWith(own: Handling, passed: readonly PassedOn[]): Handling {
  return strictestOf(
    own,
    passed.flatMap(({ handling }) => handling ?? []),
  );
}

/** Writes down who receives what of whom, in the step that sends it. */
export async function keepPassedOn(
  tx: Transaction,
  passed: readonly PassedOn[],
  sent: {
    readonly messageId: string;
    readonly caseId: string;
    readonly to: string;
    readonly byLetter: boolean;
    readonly actor: string;
    readonly nowMs: number;
  },
): Promise<void> {
  const { nowMs: atMs, ...copy } = sent;
  for (const { ground, messageId, part, sender } of passed) {
    await keepOnwardCopy(tx, { ...copy, of: { messageId, part, sender }, ground, atMs });
  }
}

/** The same question for who would send a request, before anything is kept. */
export async function judgeOnwardRequest(
  tx: Transaction,
  args: {
    /** Encoded TraceRequest. */
    readonly request: Uint8Array;
    readonly participant: string;
    /** Encoded PersonsBlock. */
    readonly persons: Uint8Array | undefined;
  },
): Promise<Outcome<undefined>> {
  const { participant } = args;
  const persons = args.persons && PersonsBlock.decode(args.persons);
  const request = TraceRequest.decode(args.request);
  const judged = await judgeOnward(tx, requestToJudge(request, { participant, persons }));
  return judged.ok ? accepted(undefined) : judged;
}
