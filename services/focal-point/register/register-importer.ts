import {
  type Clock,
  type Database,
  FIREARM_LIMITS,
  type Logger,
  passCrashPoint,
  type Timers,
} from "#runtime";
import { orderKeys } from "../firearms/order-keys.ts";
import type { FocalPointProcedures } from "../store.ts";
import { type CsvHeader, parseCsvHeader } from "./csv-columns.ts";
import { decodeLine, ruleOfFault } from "./decode-line.ts";
import type { Portion, PortionLine, RejectedLine } from "./portion-procedures.ts";
import { type FileRecord, readRecords } from "./read-records.ts";
import type { Spool } from "./spool.ts";
import type { Upload } from "./upload-record.ts";

/** What an importer needs. */
export interface RegisterImporterDeps {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly spool: Spool;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Pick<Logger, "error" | "info">;
}

/** A portion as it is filled. */
type Filling = Omit<Portion, "uploadId" | "from" | "to"> & {
  lines: PortionLine[];
  rejected: RejectedLine[];
  records: number;
};

/**
 * Reads the files of imports into the register, one file after the other, in portions (TP-FIRE-10
 * to TP-FIRE-13). Each portion commits with the place it ends at, so that an import goes on where
 * it was, whenever the process ended; one that the disk does not take goes on by itself when it
 * does. Memory does not grow with the file.
 */
export class RegisterImporter {
  readonly #deps: RegisterImporterDeps;
  #working: Promise<void> | undefined;
  #isStopping = false;
  #again = false;
  /** Calls off the next attempt of imports that stand still. */
  #standing: (() => void) | undefined;

  constructor(deps: RegisterImporterDeps) {
    this.#deps = deps;
  }

  /**
   * Makes the keys that are not made, drops files that no open import has, gives up imports left
   * for too long, and goes on.
   */
  async recover(): Promise<void> {
    try {
      await this.#orderKeys();
      await this.#tidy();
    } catch (caught) {
      this.#standStill(caught);
    }
    this.wake();
  }

  async #tidy(): Promise<void> {
    const { clock, spool, store } = this.#deps;
    const nowMs = clock.now();
    for (const { startedAtMs, state, uploadId } of await store.call("openUploads", undefined)) {
      const isLeft = nowMs - startedAtMs > FIREARM_LIMITS.uploadKeptMs;
      if (state === "RECEIVING" && isLeft) await store.call("cancelUpload", { uploadId, nowMs });
    }
    const open = await store.call("openUploads", undefined);
    const kept = new Set(open.map(({ uploadId }) => uploadId));
    for (const uploadId of await spool.list()) {
      if (!kept.has(uploadId)) await this.#clean(uploadId);
    }
  }

  /** Looks for files that are there as a whole. */
  wake(): void {
    this.#again = true;
    if (this.#working !== undefined || this.#isStopping) return;
    this.#working = this.#work().finally(() => {
      this.#working = undefined;
      if (this.#again) this.wake();
    });
  }

  /** Finishes the portion under way. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#again = false;
    this.#standing?.();
    await this.#working;
  }

  /** Waits until nothing is being imported. */
  async settled(): Promise<void> {
    while (this.#working !== undefined) await this.#working;
  }

  async #work(): Promise<void> {
    const { store } = this.#deps;
    this.#again = false;
    try {
      await this.#orderKeys();
      const open = await store.call("openUploads", undefined);
      for (const upload of open.filter(({ state }) => state !== "RECEIVING")) {
        if (this.#isStopping) return;
        await this.#import(upload);
      }
      this.#goOn();
    } catch (caught) {
      this.#again = false;
      this.#standStill(caught);
    }
  }

  /** What was imported stays, and the rest is tried again; said once, however often it fails. */
  #standStill(caught: unknown): void {
    const { logger, timers } = this.#deps;
    if (this.#isStopping) return;
    if (this.#standing === undefined) {
      logger.error({ err: caught }, "imports of the register stand still");
    }
    this.#standing?.();
    this.#standing = timers.after(FIREARM_LIMITS.importRetryMs, () => this.wake());
  }

  #goOn(): void {
    if (this.#standing === undefined) return;
    this.#standing();
    this.#standing = undefined;
    this.#deps.logger.info("imports of the register go on");
  }

  async #import(upload: Upload): Promise<void> {
    const { clock, store } = this.#deps;
    const { uploadId } = upload;
    let current: Upload | undefined = upload;
    while (current?.state === "CHECKING" || current?.state === "IMPORTING") {
      if ((await this.#pass(current)) === "stopped") return;
      await store.call("endPass", { uploadId, nowMs: clock.now() });
      passCrashPoint("focal-point.pass-ended");
      current = await store.call("loadUpload", { uploadId });
    }
    await this.#clean(uploadId);
  }

  /** Reads the file from where it was to its end. */
  async #pass(upload: Upload): Promise<"done" | "stopped"> {
    const { spool } = this.#deps;
    const isCsv = upload.format === "csv";
    let header = upload.readOffset === 0 ? undefined : upload.header;
    const from = { line: upload.readLine, offset: upload.readOffset };
    const source = spool.read(upload.uploadId, upload.readOffset);
    const form = { format: upload.format, delimiter: header?.delimiter ?? "," };
    let at = upload.readOffset;
    let filling = emptyPortion();
    let taking: Promise<unknown> = Promise.resolve();
    let unordered = 0;
    const take = async (record: FileRecord): Promise<void> => {
      // One portion is kept while the next one is read.
      await taking;
      if (unordered >= FIREARM_LIMITS.keyBlockRows) {
        await this.#orderKeys();
        unordered = 0;
      }
      unordered += filling.lines.length;
      const to = { offset: record.endsAt, line: record.lastLine };
      const taken = this.#take({ ...filling, uploadId: upload.uploadId, from: at, to });
      // Its fault is seen where it is waited for; until then it is nobody's.
      taken.catch(() => undefined);
      taking = taken;
      at = record.endsAt;
      filling = emptyPortion();
    };
    let last: FileRecord | undefined;
    for await (const record of readRecords(source, form, from)) {
      last = record;
      if (isCsv && header === undefined) {
        header = await this.#header(upload, record);
        if (header === undefined) return "done";
        form.delimiter = header.delimiter;
        filling.header = header;
      } else fill(filling, record, isCsv ? header : undefined);
      const size = filling.lines.length + filling.rejected.length;
      if (size >= FIREARM_LIMITS.portionLines) await take(record);
      if (this.#isStopping) break;
    }
    if (last !== undefined && last.endsAt > at && !this.#isStopping) await take(last);
    await taking;
    await this.#orderKeys();
    return this.#isStopping ? "stopped" : "done";
  }

  /** What was kept is found by its serial number from then on. */
  async #orderKeys(): Promise<void> {
    await orderKeys(this.#deps.store, () => this.#isStopping);
  }

  async #take(portion: Portion): Promise<void> {
    passCrashPoint("focal-point.portion-read");
    await this.#deps.store.call("takePortion", portion);
    passCrashPoint("focal-point.portion-taken");
  }

  /** The names of columns; a file without good ones is refused as a whole. */
  async #header(upload: Upload, record: FileRecord): Promise<CsvHeader | undefined> {
    const { clock, store } = this.#deps;
    const { uploadId } = upload;
    const { line, text } = record;
    const read = text === undefined ? unreadable(record) : parseCsvHeader(text);
    if (read.ok) return read.header;
    const rejected = { line, problems: read.problems, content: text ?? "" };
    await store.call("refuseRegisterUpload", { uploadId, rejected, nowMs: clock.now() });
    return undefined;
  }

  async #clean(uploadId: string): Promise<void> {
    const { spool, store } = this.#deps;
    const limit = FIREARM_LIMITS.portionLines;
    while (!(await store.call("forgetSeen", { uploadId, limit }))) {
      // The next portion.
    }
    await spool.remove(uploadId);
  }
}

function emptyPortion(): Filling & { header?: CsvHeader } {
  return { records: 0, lines: [], rejected: [] };
}

function unreadable({ fault }: FileRecord) {
  return { ok: false, problems: [{ field: "", rule: ruleOfFault(fault) }] } as const;
}

function fill(filling: Filling, record: FileRecord, header: CsvHeader | undefined): void {
  const { line, text = "" } = record;
  const decoded = decodeLine(record, header);
  if (decoded.type === "blank") return;
  filling.records += 1;
  if (decoded.type === "firearm") filling.lines.push({ line, firearm: decoded.firearm });
  else {
    const content = text.slice(0, FIREARM_LIMITS.rejectCharsMax);
    filling.rejected.push({ line, problems: decoded.problems, content });
  }
}
