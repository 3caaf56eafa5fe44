import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { type ApiExample, examplesOf } from "./api-examples.ts";

/** An operation of a description, and how a call of it looks. */
interface Described {
  readonly operationId: string;
  readonly method: string;
  readonly pattern: RegExp;
  /** Examples of an answer that is a yes. */
  readonly examples: readonly ApiExample[];
}

/**
 * A door that answers each call with the example its description gives for it, and remembers which
 * operations were called. It tells what a client calls, not what a service does: the service that
 * the description comes from is held to the same examples by the test of the contract.
 */
export class ExampleDoor {
  /** Operation ids, as they are called. */
  readonly called = new Set<string>();
  readonly #operations: readonly Described[];
  readonly #server: Server;

  private constructor(document: object) {
    this.#operations = operationsOf(document);
    this.#server = createServer((request, response) => {
      const [path = ""] = (request.url ?? "").split("?");
      const found = this.#operations.find(
        ({ method, pattern }) => method === request.method && pattern.test(path),
      );
      if (found !== undefined) this.called.add(found.operationId);
      const [first] = found?.examples ?? [];
      const example = found?.examples.find((one) => one.path.split("?")[0] === path) ?? first;
      const { answer, status = 404, type = "application/problem+json" } = example ?? {};
      request.resume().on("end", () => {
        response.writeHead(status, { "content-type": type });
        response.end(typeof answer === "string" ? answer : JSON.stringify(lastPage(answer ?? {})));
      });
    });
  }

  /** Opens a door for a description. */
  static async open(document: object): Promise<ExampleDoor> {
    const door = new ExampleDoor(document);
    await new Promise<void>((resolve) => door.#server.listen(0, "127.0.0.1", resolve));
    return door;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Ids of the operations behind the guard. */
  get guarded(): string[] {
    return this.#operations
      .filter(({ examples }) => examples.some(({ isOpen }) => !isOpen))
      .map(({ operationId }) => operationId);
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A list without the mark of a next page, which would be the same page again. */
function lastPage(answer: object): object {
  const { next, ...rest } = answer as { next?: unknown };
  return typeof next === "string" ? rest : answer;
}

// biome-ignore lint/suspicious/noExplicitAny: a description is walked through as JSON
function operationsOf(document: any): Described[] {
  const examples = examplesOf(document);
  const paths = Object.keys(document.paths).toSorted(
    // A path without a parameter goes before one that would take its words for a value.
    (one, other) => one.split("{").length - other.split("{").length,
  );
  return paths.flatMap((path) =>
    Object.entries<{ operationId: string }>(document.paths[path]).map(
      ([method, { operationId }]) => ({
        operationId,
        method: method.toUpperCase(),
        pattern: new RegExp(`^${path.replaceAll(/\{[^}]+\}/gu, "[^/]+")}$`, "u"),
        examples: examples.filter((one) => one.operationId === operationId && one.status < 300),
      }),
    ),
  );
}
