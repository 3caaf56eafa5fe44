import { Worker } from "node:worker_threads";
import { TracepostError } from "#errors";
import { type ArgsOf, type Database, type Procedure, type ResultOf, STORE_LIMITS } from "#runtime";
import { compactViews } from "./compact-views.ts";
import { decodeFault } from "./thread-faults.ts";
import {
  type CallMessage,
  type FromStoreThread,
  type ReplyMessage,
  SCRUB_CALL,
  type StoreThreadData,
  type ToStoreThread,
} from "./thread-protocol.ts";

interface Settle {
  readonly resolve: (value: never) => void;
  readonly reject: (fault: TracepostError) => void;
}

/** The side of the store that its callers hold. Calls of one turn cross threads as one message. */
export class ThreadStore<P extends Record<string, Procedure>> implements Database<P> {
  /** Settles when the store is open, or was refused. */
  readonly opened: Promise<void>;
  readonly #worker: Worker;
  readonly #pending = new Map<number, Settle>();
  readonly #ended: Promise<void>;
  #outgoing: CallMessage[] = [];
  #lastId = 0;
  #closing: Promise<void> | undefined;
  #closed = false;
  #fault: TracepostError | undefined;
  #settleOpened: { resolve: () => void; reject: (fault: TracepostError) => void } | undefined;

  constructor(workerData: StoreThreadData) {
    this.#worker = new Worker(new URL("./store-worker.ts", import.meta.url), {
      workerData,
      execArgv: [],
      name: "store",
    });
    this.opened = new Promise((resolve, reject) => {
      this.#settleOpened = { resolve, reject };
    });
    this.#ended = new Promise((resolve) => {
      this.#worker.once("exit", () => {
        if (!this.#closed) this.#fail(new TracepostError("STORE", "the store's thread has ended"));
        resolve();
      });
    });
    this.#worker.on("message", (message: FromStoreThread) => this.#receive(message));
    this.#worker.on("error", (caught) => this.#fail(TracepostError.from(caught, "STORE")));
  }

  /** Runs a procedure; settles after its transaction is durable. Throws TracepostError STORE. */
  call<K extends keyof P & string>(name: K, args: ArgsOf<P[K]>): Promise<ResultOf<P[K]>> {
    return this.#ask(name, args);
  }

  /** Cleans up what was deleted; false while somebody reads. */
  scrub(): Promise<boolean> {
    return this.#ask(SCRUB_CALL, undefined);
  }

  #ask<T>(name: string, args: unknown): Promise<T> {
    if (this.#closing !== undefined || this.#fault !== undefined) {
      return Promise.reject(this.#fault ?? new TracepostError("STORE", "the store is closed"));
    }
    if (this.#pending.size >= STORE_LIMITS.pendingCallsMax) {
      const message = `more than ${STORE_LIMITS.pendingCallsMax} calls wait for the store`;
      return Promise.reject(
        new TracepostError("STORE", message, { remedy: "Make fewer at once." }),
      );
    }
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const message = { id: this.#lastId, name, args: compactViews(args) };
      if (this.#pending.size === 0) this.#worker.ref();
      this.#pending.set(message.id, { resolve, reject });
      if (this.#outgoing.length === 0) queueMicrotask(() => this.#flush());
      this.#outgoing.push(message);
    });
  }

  /** Finishes what was called, then closes; later calls of it wait for the first. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const known = this.#fault;
    this.#flush();
    this.#worker.ref();
    this.#send({ type: "close" });
    await this.#ended;
    if (this.#fault !== known) throw this.#fault;
  }

  #flush(): void {
    const calls = this.#outgoing;
    if (calls.length === 0) return;
    this.#outgoing = [];
    try {
      this.#send({ type: "calls", calls });
    } catch {
      for (const call of calls) this.#sendSingly(call);
    }
  }

  /** Some argument cannot be cloned: only its own caller is told so. */
  #sendSingly(call: CallMessage): void {
    try {
      this.#send({ type: "calls", calls: [call] });
    } catch (caught) {
      const message = `the arguments of "${call.name}" cannot cross threads`;
      this.#settle(call.id)?.reject(new TracepostError("STORE", message, { cause: caught }));
    }
  }

  #send(message: ToStoreThread): void {
    this.#worker.postMessage(message);
  }

  #receive(message: FromStoreThread): void {
    switch (message.type) {
      case "ready":
        // An idle store keeps no process alive: all it has said yes to is durable.
        this.#worker.unref();
        this.#settleOpened?.resolve();
        return;
      case "failed":
        this.#fail(decodeFault(message.fault));
        return;
      case "replies":
        for (const reply of message.replies) this.#answer(reply);
        return;
      case "closed":
        this.#closed = true;
        return;
      default:
        message satisfies never;
    }
  }

  #answer(reply: ReplyMessage): void {
    const settle = this.#settle(reply.id);
    if (reply.ok) settle?.resolve(reply.value as never);
    else settle?.reject(decodeFault(reply.fault));
  }

  #settle(id: number): Settle | undefined {
    const settle = this.#pending.get(id);
    this.#pending.delete(id);
    if (this.#pending.size === 0 && this.#closing === undefined) this.#worker.unref();
    return settle;
  }

  #fail(fault: TracepostError): void {
    this.#fault ??= fault;
    this.#settleOpened?.reject(this.#fault);
    for (const settle of this.#pending.values()) settle.reject(this.#fault);
    this.#pending.clear();
  }
}
