import { readFile } from "node:fs/promises";
import { type Logger, Rounds } from "#runtime";
import { equalBytes } from "#wire";

/** What a file is watched with. */
export interface WatchedFileDeps {
  /** What it holds, for the log of the process. */
  readonly what: string;
  /** Undefined: there is none, and nothing to look at. */
  readonly file: string | undefined;
  /** Whether nobody may have laid one yet. */
  readonly mayBeAbsent?: boolean;
  /** What of it was judged before. */
  readonly seen: Uint8Array | undefined;
  readonly everyMs: number;
  readonly logger: Logger;
  /** Judges new bytes; what it throws is tried again at the next look. */
  readonly take: (bytes: Uint8Array) => Promise<void>;
}

/**
 * A signed file that a running gateway follows (TP-POLICY-7, TP-RET-8): whenever it is another than
 * the one judged last, it is judged. Whatever is wrong with it changes nothing.
 */
export class WatchedFile {
  readonly #deps: WatchedFileDeps;
  readonly #rounds: Rounds;
  /** The file as it was judged last; what failed before a judgement is not in it. */
  #seen: Uint8Array | undefined;

  constructor(deps: WatchedFileDeps) {
    this.#deps = deps;
    this.#seen = deps.seen;
    this.#rounds = new Rounds(deps.everyMs, () => this.look());
  }

  /** Looks at the file, and again from time to time. */
  async start(): Promise<void> {
    await this.look();
    if (this.#deps.file !== undefined) this.#rounds.start();
  }

  /** Ends looking; finishes what it takes. */
  async stop(): Promise<void> {
    await this.#rounds.stop();
  }

  /** Judges bytes that came another way than by the file (TP-INST-5). */
  async offer(bytes: Uint8Array): Promise<void> {
    await this.#deps.take(bytes);
  }

  /** Looks at the file once. Never throws. */
  async look(): Promise<void> {
    const { file, logger, mayBeAbsent = false, take, what } = this.#deps;
    if (file === undefined) return;
    try {
      const bytes = await readFile(file);
      if (this.#seen !== undefined && equalBytes(bytes, this.#seen)) return;
      await take(bytes);
      this.#seen = bytes;
    } catch (caught) {
      if (mayBeAbsent && isAbsent(caught)) return;
      logger.error({ err: caught }, `the ${what} file could not be taken; the ${what} stays`);
    }
  }
}

function isAbsent(caught: unknown): boolean {
  return caught instanceof Error && "code" in caught && caught.code === "ENOENT";
}
