import { Lane } from "#proto";
import type { Passage } from "./passage.ts";

const ORDER: readonly Lane[] = [Lane.URGENT, Lane.NORMAL, Lane.BULK];

/**
 * What has come in and is not yet taken. Urgent goes before normal before bulk; within a lane the
 * participants take turns, so that a backlog of one delays no other (promise 9).
 */
export class LaneQueue {
  readonly #lanes = new Map<Lane, Map<string, Passage[]>>();
  #wake: (() => void) | undefined;
  #closed = false;
  #size = 0;

  /** Messages waiting. */
  get size(): number {
    return this.#size;
  }

  /** Messages waiting, by participant. */
  byParticipant(): ReadonlyMap<string, number> {
    const counts = new Map<string, number>();
    for (const queues of this.#lanes.values()) {
      for (const [participant, queue] of queues) {
        counts.set(participant, (counts.get(participant) ?? 0) + queue.length);
      }
    }
    return counts;
  }

  /** Adds a message. */
  push(passage: Passage): void {
    const { lane, participant } = passage.address;
    let queues = this.#lanes.get(lane);
    if (queues === undefined) {
      queues = new Map();
      this.#lanes.set(lane, queues);
    }
    const queue = queues.get(participant);
    if (queue === undefined) queues.set(participant, [passage]);
    else queue.push(passage);
    this.#size += 1;
    this.#notify();
  }

  /** Waits for messages, then takes up to `max`; an empty batch means closed and empty. */
  async take(max: number): Promise<Passage[]> {
    while (this.#size === 0 && !this.#closed) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    const batch: Passage[] = [];
    for (const lane of ORDER) {
      const queues = this.#lanes.get(lane);
      if (queues !== undefined) takeInTurns(queues, batch, max);
      if (batch.length >= max) break;
    }
    this.#size -= batch.length;
    return batch;
  }

  /** Lets `take` end once everything is taken. */
  close(): void {
    this.#closed = true;
    this.#notify();
  }

  #notify(): void {
    this.#wake?.();
    this.#wake = undefined;
  }
}

/** Takes equal shares of every participant's queue until `max` or nothing is left. */
function takeInTurns(queues: Map<string, Passage[]>, batch: Passage[], max: number): void {
  while (queues.size > 0 && batch.length < max) {
    const share = Math.max(1, Math.floor((max - batch.length) / queues.size));
    for (const [participant, queue] of [...queues]) {
      const taken = queue.splice(0, Math.min(share, max - batch.length));
      batch.push(...taken);
      queues.delete(participant);
      // Whoever was served goes to the end of the round.
      if (queue.length > 0) queues.set(participant, queue);
      if (batch.length >= max) break;
    }
  }
}
