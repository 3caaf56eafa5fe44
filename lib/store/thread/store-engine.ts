import type { StoreDefinition } from "#runtime";
import type { CallMessage, ReplyMessage, StoreThreadData } from "./thread-protocol.ts";

/** What runs the calls of a store in its thread. */
export interface StoreEngine {
  /** Takes calls, in the order they were made; each is answered once it lasts or has failed. */
  take(calls: readonly CallMessage[]): void;
  /** Finishes what was taken, then lets go of the store. */
  close(): Promise<void>;
}

/** What an engine tells its thread. */
export interface EngineLink {
  reply(replies: ReplyMessage[]): void;
  /** Hands over calls that came while the engine kept the thread to itself. */
  drain(): void;
}

/** Opens a store. Throws TracepostError DATA_FOLDER or STORE. */
export type OpenEngine = (
  data: StoreThreadData,
  definition: StoreDefinition,
  link: EngineLink,
) => Promise<StoreEngine>;
