import type { PostParts } from "./parts.ts";
import type { PumpTurn } from "./pump.ts";

/**
 * Keeps sequences whole from both ends: tells recipients which numbers of ours will never arrive,
 * and asks senders for numbers of theirs that are missing too long (promise 8).
 */
export class GapPump {
  readonly #parts: PostParts;
  readonly #onDrafted: () => void;

  constructor(parts: PostParts, onDrafted: () => void) {
    this.#parts = parts;
    this.#onDrafted = onDrafted;
  }

  /** Drafts the VOIDs and GAP_NOTICEs that are due. */
  async turn(): Promise<PumpTurn> {
    const { store, clock, participant: me, gapNoticeAfterMs: afterMs } = this.#parts;
    const nowMs = clock.now();
    const voids = await store.call("postDraftVoids", { me, nowMs });
    const gaps = await store.call("postDraftGapNotices", { me, nowMs, afterMs });
    if (voids.drafted + gaps.drafted > 0) this.#onDrafted();
    return { more: voids.drafted > 0, nextAtMs: gaps.nextAtMs ?? undefined };
  }
}
