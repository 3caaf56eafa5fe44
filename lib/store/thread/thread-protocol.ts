/** What the two threads of a store say to each other. */
import type { FaultCode } from "#errors";
import type { StorePlace } from "#runtime";

/** One call of a procedure. */
export interface CallMessage {
  readonly id: number;
  readonly name: string;
  readonly args: unknown;
}

/** Name of the call that is no procedure: clean up what was deleted. */
export const SCRUB_CALL = "\u0000scrub";

/** A fault in a form that crosses threads; an Error would lose its code on the way. */
export interface FaultMessage {
  readonly code: FaultCode;
  readonly message: string;
  readonly problems: readonly string[];
  readonly remedy: string;
  /** Where it came from, for the log. */
  readonly trace: string;
}

/** The answer to one call. */
export type ReplyMessage =
  | { readonly id: number; readonly ok: true; readonly value: unknown }
  | { readonly id: number; readonly ok: false; readonly fault: FaultMessage };

/** To the store's thread. */
export type ToStoreThread =
  | { readonly type: "calls"; readonly calls: readonly CallMessage[] }
  | { readonly type: "close" };

/** From the store's thread. `failed` is said once, instead of `ready` or of `closed`. */
export type FromStoreThread =
  | { readonly type: "ready" }
  | { readonly type: "failed"; readonly fault: FaultMessage }
  | { readonly type: "replies"; readonly replies: readonly ReplyMessage[] }
  | { readonly type: "closed" };

/** What the thread is started with. */
export interface StoreThreadData {
  readonly place: StorePlace;
  /** URL of the module that exports `store`. */
  readonly module: string;
  readonly readOnly: boolean;
}
