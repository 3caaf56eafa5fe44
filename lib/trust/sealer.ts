import { type Outcome, TracepostError } from "#errors";
import { TRUST_LIMITS } from "#runtime";
import type { OpenedMessage, OpenJob } from "./open.ts";
import type { SealedParts, SealJob } from "./seal.ts";
import type { SealResponse } from "./seal-protocol.ts";
import { type SealTask, SealThread } from "./seal-thread.ts";

/** Seals and opens beside the event loop; a job takes some milliseconds of one core. */
export interface Sealer {
  /**
   * Seals a message; see SealJob. Throws TracepostError INTERNAL when a sealing key is no hybrid
   * recipient, UNAVAILABLE when too many jobs wait or the sealer is closed.
   */
  seal(job: SealJob): Promise<SealedParts>;
  /**
   * Opens a message (TP-SEAL-5): NOT_ADDRESSED, CANNOT_OPEN, SEAL_BINDING or MALFORMED. Throws
   * TracepostError UNAVAILABLE like seal.
   */
  open(job: OpenJob): Promise<Outcome<OpenedMessage>>;
  /** Takes no more, finishes what it has, ends the threads. */
  close(): Promise<void>;
}

/** How many threads share the work. */
export interface SealerOptions {
  /** Default one, which keeps up with a focal point. */
  readonly workers?: number;
}

/** Makes a sealer; its threads start with the first jobs. */
export function createSealer(options: SealerOptions = {}): Sealer {
  const pool = new SealPool(Math.max(1, options.workers ?? 1));
  return {
    async seal(job) {
      const parts = job.parts.map((part) => ({ ...part, plaintext: compact(part.plaintext) }));
      const recipients = job.recipients.map((recipient) => ({
        ...recipient,
        prevPairDigest: compact(recipient.prevPairDigest),
      }));
      const response = await pool.run({ type: "seal", job: { ...job, parts, recipients } });
      if (response.type === "sealed") return response.value;
      throw faultOf(response);
    },
    async open(job) {
      const envelope = compact(job.envelope);
      const response = await pool.run({ type: "open", job: { ...job, envelope } });
      if (response.type === "opened") return response.value;
      throw faultOf(response);
    },
    close: () => pool.close(),
  };
}

class SealPool {
  readonly #threads: readonly SealThread[];
  readonly #under = new Set<Promise<SealResponse>>();
  #next = 0;
  #closed = false;

  constructor(threads: number) {
    this.#threads = Array.from({ length: threads }, () => new SealThread());
  }

  async run(task: SealTask): Promise<SealResponse> {
    if (this.#closed) throw new TracepostError("UNAVAILABLE", "the sealer is closed");
    if (this.#under.size >= TRUST_LIMITS.sealJobsWaitingMax) {
      throw new TracepostError("UNAVAILABLE", `${this.#under.size} seal jobs are waiting`, {
        remedy: "Hand over fewer messages at a time.",
      });
    }
    const thread = this.#threads[this.#next % this.#threads.length] as SealThread;
    this.#next += 1;
    const work = thread.run(task);
    this.#under.add(work);
    try {
      return await work;
    } finally {
      this.#under.delete(work);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await Promise.allSettled([...this.#under]);
    await Promise.all(this.#threads.map((thread) => thread.terminate()));
  }
}

function faultOf(response: SealResponse): TracepostError {
  const reason = response.type === "fault" ? response.message : `unexpected ${response.type}`;
  return new TracepostError("INTERNAL", `sealing failed: ${reason}`);
}

/**
 * A view of a large buffer becomes bytes of its own: a thread gets a copy of the whole buffer under
 * a view, and what NATS hands over are views of its read buffer.
 */
function compact(bytes: Uint8Array): Uint8Array {
  return bytes.byteLength === bytes.buffer.byteLength ? bytes : new Uint8Array(bytes);
}
