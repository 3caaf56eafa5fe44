import type { ExchangeEvent } from "../deploy/local/index.ts";

/** Tells what happens to the processes of the exchange, as far as a person wants to know. */
export function tellEvent(event: ExchangeEvent, say: (line: string) => void): void {
  switch (event.type) {
    case "progress":
      say(event.text);
      break;
    case "started":
      say(`${event.name} is ready at ${event.url} (process ${event.pid})`);
      break;
    case "exited":
      if (!event.expected) say(`${event.name} ended unexpectedly (${event.signal ?? event.code})`);
      break;
    case "restarting":
      say(`${event.name} is being started again, attempt ${event.attempt}`);
      break;
    case "given-up":
      say(`${event.name} cannot be started: ${event.detail}`);
      break;
    case "incident":
      say(`incident in ${event.where}: ${event.detail}`);
      break;
    case "spawned":
      break;
    default:
      event satisfies never;
  }
}
