/** Entry of the thread that holds an SQLite store; started by {@link SqliteStore}. */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import { TracepostError } from "#errors";
import type { StoreDefinition } from "#runtime";
import { compactViews } from "./compact-views.ts";
import { StoreThread } from "./store-thread.ts";
import { encodeFault } from "./thread-faults.ts";
import type {
  CallMessage,
  FromStoreThread,
  ReplyMessage,
  StoreThreadData,
  ToStoreThread,
} from "./thread-protocol.ts";

/** Takes calls off the port until it is told to close. */
class ThreadLoop {
  readonly #port: MessagePort;
  readonly #thread: StoreThread;
  readonly #queue: CallMessage[] = [];
  #serving: Promise<void> | undefined;
  #closing = false;

  constructor(port: MessagePort, thread: StoreThread) {
    this.#port = port;
    this.#thread = thread;
    port.on("message", (message: ToStoreThread) => {
      this.#take(message);
      this.#serving ??= this.#serve();
    });
  }

  #take(message: ToStoreThread): void {
    if (message.type === "close") this.#closing = true;
    // Not push(...calls): a call stack holds no more than some ten thousand arguments.
    else for (const call of message.calls) this.#queue.push(call);
  }

  async #serve(): Promise<void> {
    await this.#thread.serve(
      this.#queue,
      () => this.#drainPort(),
      (replies) => this.#reply(replies),
    );
    this.#serving = undefined;
    if (this.#closing) this.#close();
  }

  #drainPort(): void {
    let received = receiveMessageOnPort(this.#port);
    while (received !== undefined) {
      this.#take(received.message as ToStoreThread);
      received = receiveMessageOnPort(this.#port);
    }
  }

  #reply(replies: ReplyMessage[]): void {
    try {
      send(this.#port, { type: "replies", replies: compactViews(replies) });
    } catch {
      for (const reply of replies) this.#replySingly(reply);
    }
  }

  /** Some result cannot be cloned: only its own caller is told so. */
  #replySingly(reply: ReplyMessage): void {
    try {
      send(this.#port, { type: "replies", replies: [compactViews(reply)] });
    } catch (caught) {
      const fault = new TracepostError("INTERNAL", "a procedure's result cannot cross threads", {
        cause: caught,
        remedy: "Return plain data. What the procedure wrote is committed.",
      });
      const failed: ReplyMessage = { id: reply.id, ok: false, fault: encodeFault(fault) };
      send(this.#port, { type: "replies", replies: [failed] });
    }
  }

  #close(): void {
    try {
      this.#thread.close();
      send(this.#port, { type: "closed" });
    } catch (caught) {
      send(this.#port, { type: "failed", fault: encodeFault(caught) });
    }
    this.#port.close();
  }
}

function send(port: MessagePort, message: FromStoreThread): void {
  port.postMessage(message);
}

async function start(port: MessagePort, data: StoreThreadData): Promise<void> {
  try {
    const module = (await import(data.module)) as { readonly store?: StoreDefinition };
    if (module.store === undefined) {
      throw new TracepostError("INTERNAL", `${data.module} exports no "store"`);
    }
    new ThreadLoop(port, new StoreThread(data, module.store));
    send(port, { type: "ready" });
  } catch (caught) {
    send(port, { type: "failed", fault: encodeFault(caught) });
    port.close();
  }
}

/**
 * A statement that failed has failed its call already, whether or not the procedure awaited it; any
 * other rejection nobody waits for is a bug that must be seen, and ends the thread.
 */
function ignoreStatementFaults(reason: unknown): void {
  if (!(reason instanceof TracepostError && reason.code === "STORE")) throw reason;
}

process.on("unhandledRejection", ignoreStatementFaults);
if (parentPort !== null) await start(parentPort, workerData as StoreThreadData);
