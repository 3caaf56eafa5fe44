import { readFile, writeFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";

/** One request as it came. */
export interface Received {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** `webhook-id`. */
  readonly id: string;
}

/** What a receiver answers: a status, another address, or nothing at all. */
export type ReceiverAnswer = number | { readonly redirect: string } | "silence";

/** Somebody's HTTP server that webhooks lead to. */
export class WebhookReceiver {
  /** Every request, the answered and the unanswered. */
  readonly received: Received[] = [];
  /** What the next requests are answered; 204 when it says nothing else. */
  answer: (request: Received) => ReceiverAnswer = () => 204;
  /** Waited for before each answer. */
  beforeAnswer: () => Promise<void> = async () => undefined;
  #server: Server | undefined;
  #port = 0;

  /** Starts; a second start listens where the first did. */
  async start(): Promise<void> {
    const server = createServer((request, response) => void this.#take(request, response));
    this.#server = server;
    await new Promise<void>((resolve) => server.listen(this.#port, "127.0.0.1", resolve));
    this.#port = (server.address() as AddressInfo).port;
  }

  get origin(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  /** Goes away; nobody listens from here on. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = undefined;
    if (server === undefined) return;
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const headers = request.headers as Record<string, string>;
    const taken = { headers, body, id: headers["webhook-id"] ?? "" };
    this.received.push(taken);
    await this.beforeAnswer();
    const answer = this.answer(taken);
    if (answer === "silence") return;
    if (typeof answer === "number") response.writeHead(answer);
    else response.writeHead(302, { location: answer.redirect });
    response.end(answer === 204 ? undefined : "SAID BY THE RECEIVER");
  }
}

/** What a request says, once its signature holds under a secret. Throws when it does not. */
export function verified(secret: string, { headers, body }: Received): unknown {
  return new Webhook(secret).verify(body, { ...headers });
}

/** Lets webhooks of a focal point lead to origins, from its next start on. */
export async function allowWebhooks(
  dataDir: string,
  participant: string,
  webhookOrigins: readonly string[],
): Promise<void> {
  const file = join(dataDir, "participants", participant, "config.json");
  const config = JSON.parse(await readFile(file, "utf8"));
  await writeFile(file, JSON.stringify({ ...config, webhookOrigins }));
}
