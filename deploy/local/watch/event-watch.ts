import { readFile } from "node:fs/promises";
import { type ApiDoor, ApiProblem, callApi } from "#http";
import { GATEWAY_LIMITS, type Logger, PROCESS_LIMITS } from "#runtime";
import { writePrivateFile } from "../folder/private-files.ts";
import { contentId, type FileLine, keepSmall, olderFile, readLines } from "./line-file.ts";
import type { SeenOccurrence } from "./nats-log-line.ts";

/** A file that others append lines to. */
export interface WatchedFile {
  /** Begins the name of the source in reports. */
  readonly name: string;
  readonly file: string;
  /** Undefined for a line the operator is not told of. */
  parse(line: string): SeenOccurrence | undefined;
}

/** What a watch works with. */
export interface EventWatchOptions {
  readonly files: readonly WatchedFile[];
  /** Keeps how far each file was read. It may be lost: the gateway knows it too. */
  readonly placesFile: string;
  /** Door of the gateway, as its user `installation`; undefined while it does not run. */
  door(): ApiDoor | undefined;
  readonly logger: Logger;
}

type Counted = SeenOccurrence & { readonly count: number };

/** What the gateway answers to a report, whether it counted it or had counted it before. */
interface ReportAnswer {
  readonly place: number;
}

/**
 * Hands over to the gateway what was written into files, each line counted once (TP-OPS-15,
 * TP-OPS-17): a portion is read, reported, and passed; a crash anywhere between makes it be
 * reported again, which changes nothing. While the gateway is away the lines wait in their files.
 */
export class EventWatch {
  readonly #options: EventWatchOptions;
  #places: Map<string, number> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #underWay: Promise<void> = Promise.resolve();
  #stopped = false;
  /** Whether it was said that the gateway does not take reports. */
  #isFailing = false;

  constructor(options: EventWatchOptions) {
    this.#options = options;
  }

  /** Starts the rounds: one each PROCESS_LIMITS.logWatchMs. */
  start(): void {
    if (this.#stopped) return;
    this.#timer = setTimeout(() => {
      this.#underWay = this.round().finally(() => this.start());
    }, PROCESS_LIMITS.logWatchMs);
  }

  /** Ends the round under way and starts no other. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#underWay;
  }

  /** Reads and reports what is there; what cannot be reported now waits. Never throws. */
  async round(): Promise<void> {
    const { files, logger } = this.#options;
    try {
      const door = this.#options.door();
      if (door === undefined) return;
      for (const watched of files) await this.#readFile(watched, door);
      this.#isFailing = false;
    } catch (caught) {
      // What was not reported waits in its file; it is said once, not every two seconds.
      if (!this.#isFailing)
        logger.warn({ err: caught }, "operator events are not taken; they wait");
      this.#isFailing = true;
    }
  }

  async #readFile(watched: WatchedFile, door: ApiDoor): Promise<void> {
    for (const file of [olderFile(watched.file), watched.file]) {
      const id = await contentId(file);
      if (id === undefined) continue;
      const source = `${watched.name}:${id}`;
      for (;;) {
        const from = (await this.#knownPlaces()).get(source) ?? 0;
        const portion = portionOf(await readLines(file, from), watched);
        if (portion === undefined || this.#stopped) break;
        await this.#pass(source, await this.#handOver(door, source, { from, ...portion }));
      }
    }
    await keepSmall(watched.file);
  }

  /** Reports a portion; returns the place to go on from. */
  async #handOver(
    door: ApiDoor,
    source: string,
    portion: Portion & { readonly from: number },
  ): Promise<number> {
    // Nothing to tell is not told: the gateway takes a later portion all the same.
    if (portion.occurrences.length === 0) return portion.to;
    try {
      const { place } = await callApi<ReportAnswer>(door, {
        method: "POST",
        path: "/v1/events/report",
        body: { source, ...portion },
        timeoutMs: PROCESS_LIMITS.reportMs,
      });
      return place;
    } catch (caught) {
      if (!(caught instanceof ApiProblem) || caught.problemCode !== "INPUT_INVALID") throw caught;
      // It would be refused for ever, and nothing behind it would be told.
      const { from, to } = portion;
      this.#options.logger.error({ err: caught, source, from, to }, "a report was refused: passed");
      return to;
    }
  }

  async #knownPlaces(): Promise<Map<string, number>> {
    this.#places ??= await readPlaces(this.#options.placesFile);
    return this.#places;
  }

  async #pass(source: string, place: number): Promise<void> {
    const places = await this.#knownPlaces();
    // The one passed last is the last of the map: of each file its older and its newer content.
    places.delete(source);
    places.set(source, place);
    for (const old of [...places.keys()].slice(0, -SOURCES_KEPT)) places.delete(old);
    const text = JSON.stringify(Object.fromEntries(places), null, 2);
    await writePrivateFile(this.#options.placesFile, `${text}\n`);
  }
}

const SOURCES_KEPT = 8;

/** What stands in lines, up to a place. */
interface Portion {
  readonly to: number;
  readonly occurrences: readonly Counted[];
}

/** Counts what is the same together; ends early when a report could hold no more that differs. */
function portionOf(lines: readonly FileLine[], { parse }: WatchedFile): Portion | undefined {
  const { eventDetailCharsMax, eventReportMax, eventSubjectCharsMax } = GATEWAY_LIMITS;
  const counted = new Map<string, Counted>();
  let to: number | undefined;
  for (const { text, end } of lines) {
    const seen = parse(text);
    if (seen !== undefined) {
      const subject = seen.subject.slice(0, eventSubjectCharsMax);
      const key = JSON.stringify([seen.kind, seen.participant, subject]);
      const count = (counted.get(key)?.count ?? 0) + 1;
      if (count === 1 && counted.size === eventReportMax) break;
      const detail = seen.detail.slice(0, eventDetailCharsMax);
      counted.set(key, { ...seen, subject, detail, count });
    }
    to = end;
  }
  return to === undefined ? undefined : { to, occurrences: [...counted.values()] };
}

async function readPlaces(file: string): Promise<Map<string, number>> {
  try {
    const known = JSON.parse(await readFile(file, "utf8")) as Record<string, unknown>;
    const entries = Object.entries(known).filter(([, place]) => Number.isSafeInteger(place));
    return new Map(entries as [string, number][]);
  } catch {
    return new Map();
  }
}
