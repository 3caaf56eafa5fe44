import type { Refusal } from "#errors";
import type { Kind, Lane } from "#proto";
import type { Transaction } from "#runtime";

/** What became of a message of ours for one recipient; "" as recipient: for all of it. */
export interface MessageFate {
  readonly messageId: string;
  readonly conversationId: string;
  readonly kind: Kind;
  /** Empty on `accepted`. */
  readonly recipient: string;
  readonly fate: "accepted" | "delivered" | "refused" | "rejected" | "expired";
  /** Code of a refusal or rejection. */
  readonly code?: string;
  /** Field it is about; may be empty. */
  readonly field?: string;
  /** Place in the log, where the receipt proves one. */
  readonly logIndex?: number;
  readonly nowMs: number;
}

/** A message taken in, as its application sees it inside the transaction. */
export interface InboundRecord {
  readonly sender: string;
  readonly messageId: string;
  readonly kind: Kind;
  readonly lane: Lane;
  readonly conversationId: string;
  readonly headerDigest: Uint8Array;
  /** Encoded header, as signed. */
  readonly header: Uint8Array;
  /** When the gateway recorded it, milliseconds since 1970. */
  readonly recordedAtMs: number;
  readonly nowMs: number;
}

/** Messages were signed by a key that others may have had by then, or are thought so no more. */
export interface FlagChange {
  readonly sender: string;
  /** Empty: of none in particular. */
  readonly conversationId: string;
  readonly isFlagged: boolean;
  readonly nowMs: number;
}

/** Messages of a participant are missing for too long, or are missing no more. */
export interface GapChange {
  readonly sender: string;
  readonly lane: Lane;
  /** Whether they are missing. */
  readonly isOpen: boolean;
  readonly nowMs: number;
}

/**
 * What an application does inside the transactions of its post. `effect` is what its judge made of
 * the opened parts; it has been cloned between threads.
 */
export interface PostHooks {
  /**
   * Applies a message that passed every check, once for each (sender, message id). May still refuse
   * it for what only the store knows, and has then written nothing.
   */
  onMessage(tx: Transaction, message: InboundRecord, effect: unknown): Promise<Refusal | undefined>;
  /** Applies what became of a message of ours, once for each recipient and fate. */
  onFate(tx: Transaction, fate: MessageFate): Promise<void>;
  /** Notes that messages of a conversation have a flag now, or have it no more (TP-KEY-8). */
  onFlag(tx: Transaction, flag: FlagChange): Promise<void>;
  /** Notes a gap: once when it is asked about first, and once when it has closed. */
  onGap(tx: Transaction, gap: GapChange): Promise<void>;
}
