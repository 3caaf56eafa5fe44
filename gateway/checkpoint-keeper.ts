import type { CheckpointSigner } from "#message-log";
import { type Clock, type Database, GATEWAY_LIMITS, type Logger } from "#runtime";
import type { GatewayProcedures } from "./store.ts";

/** A signed tree head. */
export interface SignedHead {
  readonly size: number;
  readonly note: string;
}

/**
 * Signs tree heads after they are committed, and keeps the newest in the store for offline
 * verification: at once when idle, else at most once a period. What is not kept is signed again
 * from the committed head at the next start (TP-LOG).
 */
export class CheckpointKeeper {
  readonly #signer: CheckpointSigner;
  readonly #store: Pick<Database<GatewayProcedures>, "call">;
  readonly #clock: Clock;
  readonly #logger: Logger;
  #newest: SignedHead | undefined;
  #newestAtMs: number | undefined;
  #published: SignedHead | undefined;
  #keptAtMs = 0;
  #timer: NodeJS.Timeout | undefined;
  #keeping: Promise<void> = Promise.resolve();

  constructor(deps: {
    signer: CheckpointSigner;
    store: Pick<Database<GatewayProcedures>, "call">;
    clock: Clock;
    logger: Logger;
  }) {
    this.#signer = deps.signer;
    this.#store = deps.store;
    this.#clock = deps.clock;
    this.#logger = deps.logger;
  }

  /** Newest signed head, if any. */
  get newest(): SignedHead | undefined {
    return this.#newest;
  }

  /** The signed head that is handed out to whoever asks: the one that is kept. */
  get published(): SignedHead | undefined {
    return this.#published;
  }

  /** Since when it is the newest. */
  get newestAtMs(): number | undefined {
    return this.#newestAtMs;
  }

  /** Size of the head that is kept; -1 before the first. */
  get keptSize(): number {
    return this.#published?.size ?? -1;
  }

  /** Signs a committed head; returns the note. Heads of equal size have equal notes. */
  note(head: { size: number; rootHash: Uint8Array }): string {
    const note = this.#signer.sign(head.size, head.rootHash);
    if (this.#newest === undefined || head.size >= this.#newest.size) {
      if (this.#newest?.size !== head.size) this.#newestAtMs = this.#clock.now();
      this.#newest = { size: head.size, note };
      this.#schedule();
    }
    return note;
  }

  /** Takes over a later head that another instance has kept (TP-INST-5). */
  async follow(keptSize: number): Promise<void> {
    if (keptSize <= this.keptSize) return;
    const kept = await this.#store.call("keptCheckpoint", undefined);
    if (kept === null || kept.size <= this.keptSize) return;
    this.#published = kept;
    if (this.#newest !== undefined && kept.size <= this.#newest.size) return;
    this.#newest = kept;
    this.#newestAtMs = this.#clock.now();
  }

  /** Signs and keeps the head the store has. */
  async start(): Promise<void> {
    this.note(await this.#store.call("logHead", undefined));
    await this.#keep();
  }

  /** Keeps the newest head, then stops. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#keep();
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    const sinceMs = this.#clock.now() - this.#keptAtMs;
    const waitMs = Math.max(0, GATEWAY_LIMITS.checkpointKeepMs - sinceMs);
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#keep().catch((caught: unknown) => {
        this.#logger.error({ err: caught }, "the checkpoint could not be kept");
      });
    }, waitMs);
  }

  async #keep(): Promise<void> {
    // What failed was said then; it is tried again.
    await this.#keeping.catch(() => undefined);
    const newest = this.#newest;
    if (newest === undefined || newest.size <= this.keptSize) return;
    this.#keptAtMs = this.#clock.now();
    const { note, size } = newest;
    const kept = { size, note: this.#signer.countersign?.(note) ?? note };
    this.#keeping = this.#store.call("keepCheckpoint", kept).then(() => {
      if (kept.size > this.keptSize) this.#published = kept;
    });
    await this.#keeping;
  }
}
