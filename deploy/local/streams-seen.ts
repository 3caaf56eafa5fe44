import { readFile } from "node:fs/promises";
import type { StreamState } from "#bus";
import { writePrivateFile } from "./folder/private-files.ts";

/** How far a stream had come when it was looked at last. */
export type SeenStream = Pick<StreamState, "createdAt" | "firstSequence" | "lastSequence">;

/** What a stream has lost since then. */
export interface StreamLoss {
  readonly kind: "STREAM_TAIL_LOST" | "STREAM_RECREATED";
  readonly detail: string;
}

/**
 * How far the streams had come, kept outside the server's own folder: a server that was restored
 * from an older copy cannot tell (TP-NATS-26). Places are as in StewardIncident.
 */
export class StreamsSeen {
  readonly #file: string;
  #seen: Map<string, SeenStream> | undefined;
  #isChanged = false;

  constructor(file: string) {
    this.#file = file;
  }

  /** What the stream at a place has lost since it was noted; undefined for nothing. */
  async lossOf(place: string, now: SeenStream): Promise<StreamLoss | undefined> {
    const seen = (await this.#known()).get(place);
    if (seen === undefined) return undefined;
    if (seen.createdAt !== now.createdAt) {
      const detail = `it was created at ${now.createdAt}; the one before at ${seen.createdAt}`;
      return { kind: "STREAM_RECREATED", detail };
    }
    if (now.lastSequence < seen.lastSequence) {
      const detail = `it ends with message ${now.lastSequence}; ${seen.lastSequence} was there`;
      return { kind: "STREAM_TAIL_LOST", detail };
    }
    // Removed messages are back: whatever came since, this is an older copy.
    if (now.firstSequence < seen.firstSequence) {
      const detail = `it is an older copy: it begins with message ${now.firstSequence} again`;
      return { kind: "STREAM_TAIL_LOST", detail };
    }
    return undefined;
  }

  /** Notes how far a stream has come; undefined forgets it. */
  async note(place: string, now: SeenStream | undefined): Promise<void> {
    const known = await this.#known();
    const before = known.get(place);
    if (now === undefined) known.delete(place);
    else {
      const { createdAt, firstSequence, lastSequence } = now;
      known.set(place, { createdAt, firstSequence, lastSequence });
    }
    this.#isChanged ||= JSON.stringify(before) !== JSON.stringify(known.get(place));
  }

  /** Writes down what was noted, if anything has changed. */
  async keep(): Promise<void> {
    if (!this.#isChanged) return;
    const known = Object.fromEntries(await this.#known());
    await writePrivateFile(this.#file, `${JSON.stringify(known, null, 2)}\n`);
    this.#isChanged = false;
  }

  async #known(): Promise<Map<string, SeenStream>> {
    this.#seen ??= await readSeen(this.#file);
    return this.#seen;
  }
}

/** A file that is absent or damaged begins anew: nothing is noticed of what was before. */
async function readSeen(file: string): Promise<Map<string, SeenStream>> {
  try {
    const known = JSON.parse(await readFile(file, "utf8")) as Record<string, Partial<SeenStream>>;
    const whole = Object.entries(known).filter(([, { createdAt, firstSequence, lastSequence }]) => {
      const areNumbers = [firstSequence, lastSequence].every(Number.isSafeInteger);
      return areNumbers && typeof createdAt === "string";
    });
    return new Map(whole as [string, SeenStream][]);
  } catch {
    return new Map();
  }
}
