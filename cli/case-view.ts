import type { TraceFollowUpView, TraceReplyView, TraceRequestView, TraceState } from "#casework";
import type { NextMoves } from "./next-moves.ts";
import type { MessageView } from "./trace-calls.ts";

/** A case in a list; the same as the HTTP API gives it. */
export interface CaseLine {
  readonly caseId: string;
  /** Whether this State asked or was asked. */
  readonly role: "requesting" | "requested";
  readonly peer: string;
  readonly state: TraceState;
  readonly outcome?: string;
  /** Why a message of this State was not taken. */
  readonly refusal?: { readonly code: string; readonly field: string };
  readonly needs?: "answer" | "information" | "correction" | "dispatch";
  /** What is next, and by whom. */
  readonly next: NextMoves;
  /** The other State is asked by letter; `peer` is its ISO code. */
  readonly offExchange?: boolean;
  readonly nationalCaseNumber: string;
  /** Of the request. */
  readonly messageId: string;
  readonly replyMessageId?: string;
  /** ISO 8601, UTC. */
  readonly openedAt: string;
  readonly updatedAt: string;
  /** While the clock runs: when the acknowledgement, the answer is due. */
  readonly acknowledgeBy?: string;
  readonly answerBy?: string;
}

/** Something that happened to a case. */
export interface CaseEvent {
  readonly at: string;
  readonly event: string;
  /** State after it. */
  readonly state: TraceState;
  readonly messageId?: string;
  readonly detail?: string;
  /** User id, `firearm-register` or `exchange`. */
  readonly actor?: string;
}

/** Something that was said after the request, by either side. */
export interface CaseMove {
  readonly messageId: string;
  readonly by: "requesting" | "requested";
  readonly move: string;
  readonly sentAt: string;
  readonly effect: "moved" | "stood" | "crossed" | "takenBack";
  readonly fate?: string;
  readonly code?: string;
  readonly actor?: string;
  /** It came or went by letter. */
  readonly byLetter?: boolean;
  readonly reply?: TraceReplyView;
  readonly followUp?: TraceFollowUpView;
}

/** What went out or came in by another channel. */
export interface LetterLine {
  readonly direction: "out" | "in";
  readonly channel: string;
  readonly reference: string;
  /** ISO 8601 calendar date. */
  readonly on: string;
  readonly language?: string;
  readonly note?: string;
  readonly by: string;
  readonly at: string;
}

/** A photograph or document of a case. */
export interface AttachmentLine {
  readonly attachmentId: string;
  readonly name: string;
  readonly state: string;
  readonly direction: string;
  readonly messageId: string;
}

/** A message that came under a key that others may have had by then (TP-KEY-8). */
export interface FlaggedLine {
  readonly messageId: string;
  readonly sender: string;
  readonly keyId: string;
  readonly compromisedSince: string;
  readonly recordedAt: string;
}

/** Everything a State knows of one of its cases; the same as the HTTP API gives it. */
export interface CaseFile extends CaseLine {
  readonly request: TraceRequestView;
  readonly reply?: TraceReplyView;
  readonly moves: readonly CaseMove[];
  readonly events: readonly CaseEvent[];
  /** Messages this State sent in the case, with their receipts and log indices. */
  readonly messages: readonly MessageView[];
  readonly attachments: readonly AttachmentLine[];
  readonly flagged?: readonly FlaggedLine[];
  /** Of a case with a State off the exchange. */
  readonly letters?: readonly LetterLine[];
}

/** Where cases are read from: the store of a focal point, or its HTTP API. */
export interface CaseSource {
  /** One case by its whole id. Throws TracepostError when it is not there. */
  load(caseId: string): Promise<CaseFile>;
  /** All cases in the order of opening. */
  all(): AsyncGenerator<CaseLine>;
  close(): Promise<void>;
}
