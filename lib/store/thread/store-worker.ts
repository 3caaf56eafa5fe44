/** Entry of the thread that holds a store; started by {@link ThreadStore}. */
import {
  type MessagePort,
  parentPort,
  receiveMessageOnPort,
  workerData,
} from "node:worker_threads";
import { TracepostError } from "#errors";
import type { StoreDefinition, StorePlace } from "#runtime";
import { compactViews } from "./compact-views.ts";
import type { OpenEngine, StoreEngine } from "./store-engine.ts";
import { encodeFault } from "./thread-faults.ts";
import type {
  FromStoreThread,
  ReplyMessage,
  StoreThreadData,
  ToStoreThread,
} from "./thread-protocol.ts";

/** Only what a place needs is loaded. */
const ENGINES: Record<StorePlace["kind"], () => Promise<{ readonly openEngine: OpenEngine }>> = {
  sqlite: () => import("../sqlite/sqlite-engine.ts"),
  postgres: () => import("../postgres/postgres-engine.ts"),
};

/** Takes calls off the port until it is told to close. */
class ThreadLoop {
  readonly #port: MessagePort;
  #engine: StoreEngine | undefined;

  constructor(port: MessagePort) {
    this.#port = port;
  }

  async start(data: StoreThreadData, definition: StoreDefinition): Promise<void> {
    const { openEngine } = await ENGINES[data.place.kind]();
    this.#engine = await openEngine(data, definition, {
      reply: (replies) => this.#reply(replies),
      drain: () => this.#drain(),
    });
    this.#port.on("message", (message: ToStoreThread) => this.#take(message));
  }

  #take(message: ToStoreThread): void {
    if (message.type === "close") void this.#close();
    else this.#engine?.take(message.calls);
  }

  #drain(): void {
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

  async #close(): Promise<void> {
    try {
      await this.#engine?.close();
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
    await new ThreadLoop(port).start(data, module.store);
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
