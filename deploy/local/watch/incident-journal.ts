import { randomUUID } from "node:crypto";
import { appendFile, open } from "node:fs/promises";
import { dirname } from "node:path";
import { Type } from "typebox";
import { compileSchema } from "#runtime";
import { makePrivateFolder } from "../folder/private-files.ts";
import { contentId } from "./line-file.ts";
import type { SeenOccurrence } from "./nats-log-line.ts";

/**
 * What the steward has seen, on disk before it mends anything: a gateway that is away is told when
 * it is back, also by a later run (TP-OPS-17). One writer at a time; it is read like a log.
 */
export class IncidentJournal {
  readonly #file: string;
  #writing: Promise<void> = Promise.resolve();

  constructor(file: string) {
    this.#file = file;
  }

  /** Appends an occurrence; on disk when it returns. */
  async note(occurrence: SeenOccurrence): Promise<void> {
    const writing = this.#writing.then(() => this.#append(occurrence));
    this.#writing = writing.catch(() => undefined);
    await writing;
  }

  async #append(occurrence: SeenOccurrence): Promise<void> {
    await makePrivateFolder(dirname(this.#file));
    if ((await contentId(this.#file)) === undefined) {
      // Its first line is like no other's: the content is known by it.
      await appendFile(this.#file, `${JSON.stringify({ journal: randomUUID() })}\n`, {
        mode: 0o600,
      });
    }
    const handle = await open(this.#file, "a", 0o600);
    try {
      await handle.appendFile(`${JSON.stringify(occurrence)}\n`);
      await handle.sync();
    } finally {
      await handle.close();
    }
  }
}

const checkLine = compileSchema(
  Type.Object(
    {
      kind: Type.Enum([
        "STREAM_TAIL_LOST",
        "STREAM_RECREATED",
        "STREAM_FULL",
        "CERTIFICATE_EXPIRY",
      ]),
      participant: Type.String(),
      subject: Type.String(),
      detail: Type.String(),
    },
    { additionalProperties: false },
  ),
);

/** Reads a line of the journal; undefined for its head, and for one that was cut off. */
export function parseJournalLine(line: string): SeenOccurrence | undefined {
  try {
    const result = checkLine.check(JSON.parse(line));
    return result.ok ? result.value : undefined;
  } catch {
    return undefined;
  }
}
