import { InvalidArgumentError } from "commander";
import { instantMsOf } from "#runtime";

/** Reads how many rows a command may show. */
export function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isSafeInteger(limit) && limit > 0) return limit;
  throw new InvalidArgumentError("It must be a whole number above 0.");
}

/** Checks the number of something the gateway numbers: an item of quarantine, an event. */
export function parseNumber(text: string): string {
  if (/^[1-9]\d{0,14}$/u.test(text)) return text;
  throw new InvalidArgumentError("It must be a number of the list.");
}

/** Reads a place in a feed: the number of a change, or 0 for its beginning. */
export function parsePlace(text: string): number {
  const place = Number(text);
  if (/^\d+$/u.test(text) && Number.isSafeInteger(place)) return place;
  throw new InvalidArgumentError("It must be the number of a change, such as 4711.");
}

/** Reads a time, ISO 8601 with its zone, as milliseconds since 1970. */
export function parseMoment(text: string): number {
  const ms = instantMsOf(text);
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError("It must be a time such as 2027-01-01T00:00:00Z.");
}

/** Reads a day in UTC, or a time with its zone, as milliseconds since 1970. */
export function parseDayOrMoment(text: string): number {
  const ms = /^\d{4}-\d{2}-\d{2}$/u.test(text) ? Date.parse(text) : instantMsOf(text);
  if (!Number.isNaN(ms)) return ms;
  throw new InvalidArgumentError("It must be a day such as 2026-03-01, or a time with its zone.");
}

/** Reads a port. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/u.test(text) && port >= 1 && port <= 65_535) return port;
  throw new InvalidArgumentError("It must be a port, a number from 1 to 65535.");
}

/** Collects an option that may be given again. */
export function collect(text: string, before: readonly string[] = []): readonly string[] {
  return [...before, text];
}
