import { type Clock, compileSchema, type Database, FIREARM_LIMITS } from "#runtime";
import { FirearmLine, problemOfRecord, toRecord } from "../api/firearm-schema.ts";
import { ruleOfFault } from "../register/decode-line.ts";
import type { FocalPointProcedures } from "../store.ts";
import type { ImportCounts, StagedLine } from "./import-procedures.ts";
import { type Line, readLines } from "./read-lines.ts";

/** A line that was not imported. */
export interface BadLine {
  /** From 1. */
  readonly line: number;
  readonly field: string;
  readonly rule: string;
}

/** What an import came to. */
export interface ImportReport extends ImportCounts {
  /** Lines with something on them. */
  readonly lines: number;
  /** Whether anything was imported: not when a line is bad, unless the rest was asked for. */
  readonly imported: boolean;
  readonly badLines: number;
  /** The first of them. */
  readonly problems: readonly BadLine[];
}

const checkLine = compileSchema(FirearmLine);

/** Imports firearms from JSON Lines (TP-FP-5). */
export class FirearmImporter {
  readonly #store: Pick<Database<FocalPointProcedures>, "call">;
  readonly #clock: Clock;

  constructor(store: Pick<Database<FocalPointProcedures>, "call">, clock: Clock) {
    this.#store = store;
    this.#clock = clock;
  }

  /**
   * Makes keys anew where their tables have changed, finishes imports that a process which ended
   * had decided, and drops what it had not.
   */
  async recover(): Promise<void> {
    while (!(await this.#store.call("rekeyFirearms", { limit: FIREARM_LIMITS.portionLines }))) {
      // The next portion.
    }
    for (const { importId, state } of await this.#store.call("unfinishedImports", undefined)) {
      if (state === "committing") await this.#advance(importId);
      else await this.#abandon(importId);
    }
  }

  /**
   * Reads a stream to its end, then imports all of it or, unless `partial`, none of it when a line
   * is bad. Importing the same lines again changes nothing. Every bad line is counted, the first
   * ones are named. `actor` is who imports.
   */
  async run(
    source: AsyncIterable<Uint8Array>,
    options: { readonly partial: boolean; readonly actor: string },
  ): Promise<ImportReport> {
    const { actor } = options;
    const importId = await this.#store.call("beginImport", { actor, nowMs: this.#clock.now() });
    const reading = new Reading();
    try {
      for await (const line of readLines(source, FIREARM_LIMITS.lineBytesMax)) {
        reading.take(line);
        if (reading.portion.length >= FIREARM_LIMITS.portionLines) {
          await this.#stage(importId, reading);
        }
      }
      await this.#stage(importId, reading);
    } catch (caught) {
      await this.#abandon(importId);
      throw caught;
    }
    const { lines, badLines, problems } = reading;
    if (badLines > 0 && !options.partial) {
      await this.#abandon(importId);
      const counts = { inserted: 0, updated: 0, unchanged: 0 };
      return { ...counts, lines, imported: false, badLines, problems };
    }
    await this.#store.call("decideImport", { importId });
    const counts = await this.#advance(importId);
    return { ...counts, lines, imported: true, badLines, problems };
  }

  async #stage(importId: number, reading: Reading): Promise<void> {
    const lines = reading.takePortion();
    if (lines.length === 0) return;
    for (const { line, firstLine } of await this.#store.call("stageImport", { importId, lines })) {
      reading.complain(line, "id", `is that of line ${firstLine} already`);
    }
  }

  async #advance(importId: number): Promise<ImportCounts> {
    for (;;) {
      const limit = FIREARM_LIMITS.portionLines;
      const counts = await this.#store.call("advanceImport", { importId, limit });
      if (counts !== null) return counts;
    }
  }

  async #abandon(importId: number): Promise<void> {
    const limit = FIREARM_LIMITS.portionLines;
    while (!(await this.#store.call("abandonImport", { importId, limit }))) {
      // The next portion.
    }
  }
}

/** What has been read of one stream so far. */
class Reading {
  lines = 0;
  badLines = 0;
  readonly problems: BadLine[] = [];
  portion: StagedLine[] = [];
  #lastBadLine = 0;

  take({ fault, line, text }: Line): void {
    if (text === undefined) {
      this.lines += 1;
      this.complain(line, "", ruleOfFault(fault));
      return;
    }
    if (text.trim() === "") return;
    this.lines += 1;
    const value = parseJson(text);
    if (value === undefined) {
      this.complain(line, "", "is not JSON");
      return;
    }
    const checked = checkLine.check(value);
    if (!checked.ok) {
      for (const { field, rule } of checked.problems) this.complain(line, field, rule);
      return;
    }
    const record = toRecord(checked.value);
    const problem = problemOfRecord(record);
    if (problem === undefined) this.portion.push({ line, record });
    else this.complain(line, problem.field, problem.rule);
  }

  takePortion(): StagedLine[] {
    const { portion } = this;
    this.portion = [];
    return portion;
  }

  complain(line: number, field: string, rule: string): void {
    if (line !== this.#lastBadLine) this.badLines += 1;
    this.#lastBadLine = line;
    if (this.problems.length < FIREARM_LIMITS.problemsMax)
      this.problems.push({ line, field, rule });
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
