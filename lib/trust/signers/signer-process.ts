import { type ChildProcess, spawn } from "node:child_process";
import { TracepostError } from "#errors";
import { TRUST_LIMITS } from "#runtime";
import { parseSignerResponse, type SignerRequest } from "./signer-protocol.ts";

/** How the program that signs is started. */
export interface SignerProcessOptions {
  /** The program and its arguments; no shell. Never a secret: arguments are seen by everybody. */
  readonly command: readonly [string, ...string[]];
  /** Folder it runs in. */
  readonly cwd: string;
  /**
   * Longest wait for a signature, milliseconds, from the question or from the answer before: one is
   * answered after the other, and a person may have to touch a card for each.
   */
  readonly timeoutMs?: number;
}

interface Caller {
  readonly resolve: (signature: string) => void;
  readonly reject: (fault: TracepostError) => void;
  readonly timer: NodeJS.Timeout;
}

const REMEDY =
  "Start the signer by hand to see what it says. What is to be signed is kept and tried again.";

/**
 * A program that is asked with a line of JSON and answers with one (TP-SIGN-3). One that ends, or
 * does not answer in time, or writes anything else, is ended, and started again with the next
 * question. Nothing it writes is shown or logged but its words for an error, and those are bounded.
 */
export class SignerProcess {
  readonly #options: SignerProcessOptions;
  readonly #callers = new Map<number, Caller>();
  #child: ChildProcess | undefined;
  #unread = "";
  #lastId = 0;
  #problem: string | undefined;
  #closed = false;

  constructor(options: SignerProcessOptions) {
    this.#options = options;
  }

  get problem(): string | undefined {
    return this.#problem;
  }

  /** Keeps what was wrong with an answer. */
  note(problem: string): void {
    this.#problem = problem;
  }

  /** Asks for a signature; base64. Rejects with TracepostError UNAVAILABLE. */
  ask(request: Omit<SignerRequest, "id">): Promise<string> {
    if (this.#closed) return Promise.reject(unavailable("the signer is closed"));
    if (this.#callers.size >= TRUST_LIMITS.signaturesWaitingMax) {
      return Promise.reject(unavailable(`${this.#callers.size} signatures are waited for`));
    }
    let child: ChildProcess;
    try {
      child = this.#child ?? this.#start();
    } catch (caught) {
      // Some of what a machine runs out of is thrown, and not told as an event.
      this.#problem = cannotStart(this.#options.command[0], caught);
      return Promise.reject(unavailable(this.#problem));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const waitMs = this.#options.timeoutMs ?? TRUST_LIMITS.signatureMs;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(child, `the signer gave no signature for ${waitMs / 1_000} s`);
      }, waitMs);
      this.#callers.set(id, { resolve, reject, timer });
      child.stdin?.write(`${JSON.stringify({ id, ...request })}\n`);
    });
  }

  /** Ends the program; who waits is told. */
  async close(): Promise<void> {
    this.#closed = true;
    const child = this.#child;
    if (child === undefined) return;
    // One that may not be killed ends with its input; that it may not is told as an error.
    const isOver = new Promise((resolve) => child.once("exit", resolve).once("error", resolve));
    this.#end(child, "the signer is closed");
    await isOver;
  }

  #start(): ChildProcess {
    const [program, ...args] = this.#options.command;
    const child = spawn(program, args, { cwd: this.#options.cwd, stdio: "pipe" });
    this.#unread = "";
    // First of all: a machine without free files gives no streams at all, and tells it here.
    child.on("error", (caught) => this.#end(child, cannotStart(program, caught)));
    child.stdout?.setEncoding("utf8");
    child.stdout?.on("data", (text: string) => this.#read(child, text));
    // Read so that it never waits for us; not shown, for it may hold what nobody is to see.
    child.stderr?.resume();
    child.stdin?.on("error", () => this.#end(child, "the signer takes no questions"));
    child.on("close", (code, signal) => {
      this.#end(child, `the signer has ended (${signal ?? code ?? "unknown"})`);
    });
    this.#child = child;
    return child;
  }

  #read(child: ChildProcess, text: string): void {
    if (this.#child !== child) return;
    const lines = `${this.#unread}${text}`.split("\n");
    this.#unread = lines.pop() ?? "";
    for (const line of lines) {
      const response = parseSignerResponse(line);
      const caller = response && this.#callers.get(response.id);
      if (response === undefined || caller === undefined) {
        this.#end(child, "the signer wrote a line that is no answer");
        return;
      }
      this.#callers.delete(response.id);
      clearTimeout(caller.timer);
      // The others have waited for this one; the time for the next begins now.
      for (const { timer } of this.#callers.values()) timer.refresh();
      if (response.signature !== undefined) {
        this.#problem = undefined;
        caller.resolve(response.signature);
      } else {
        this.#problem = `the signer says: ${shown(response.error ?? "")}`;
        caller.reject(unavailable(this.#problem));
      }
    }
    if (this.#unread.length > TRUST_LIMITS.signerLineCharsMax) {
      this.#end(child, "the signer wrote a line that is too long");
    }
  }

  #end(child: ChildProcess, problem: string): void {
    if (this.#child !== child) return;
    this.#child = undefined;
    // One of another user may not be killed by us: it ends with its input.
    child.stdin?.destroy();
    child.kill("SIGKILL");
    const waiting = [...this.#callers.values()];
    // One that ends while nobody waits is started with the next question: no problem yet.
    if (!this.#closed && waiting.length > 0) this.#problem = problem;
    this.#callers.clear();
    for (const { reject, timer } of waiting) {
      clearTimeout(timer);
      reject(unavailable(problem));
    }
  }
}

function cannotStart(program: string, caught: unknown): string {
  const { code = "unknown" } = caught as NodeJS.ErrnoException;
  return `the signer ${program} cannot be started (${code})`;
}

function unavailable(problem: string): TracepostError {
  return new TracepostError("UNAVAILABLE", problem, { remedy: REMEDY });
}

/** Words of another program, short and on one line. */
function shown(words: string): string {
  return words.replaceAll(/[^\x20-\x7e]+/gu, " ").slice(0, 200);
}
