import { access } from "node:fs/promises";
import { join } from "node:path";
import { TracepostError } from "#errors";
import type { MessageReceipts } from "#post";
import { TraceReply, TraceRequest } from "#proto";
import type { Database, Transaction } from "#runtime";

/** A case as a focal point's store gives it, as far as it is told here. */
interface StoredCase {
  readonly position: number;
  readonly caseId: string;
  readonly role: "requesting" | "requested";
  readonly peer: string;
  readonly state: string;
  readonly nationalCaseNumber: string;
  /** Encoded TraceRequest. */
  readonly request: Uint8Array;
  /** Encoded TraceReply. */
  readonly reply: Uint8Array | null;
  readonly outcome: string | null;
  readonly refusalCode: string | null;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
}

interface StoredEvent {
  readonly nowMs: number;
  readonly event: string;
  readonly state: string;
  readonly messageId: string;
  readonly detail: string;
}

/** What is read of a focal point's store; declared here, implemented by the service's store.ts. */
export type CaseProcedures = {
  listCases(
    tx: Transaction,
    args: {
      readonly order: "opened";
      readonly filter: Readonly<Record<string, never>>;
      readonly after?: { readonly atMs: number; readonly position: number };
      readonly limit: number;
    },
  ): Promise<StoredCase[]>;
  loadCase(
    tx: Transaction,
    args: { readonly caseId: string; readonly eventLimit: number },
  ): Promise<{ readonly record: StoredCase; readonly events: readonly StoredEvent[] } | null>;
  postMessageReceipts(
    tx: Transaction,
    args: { readonly conversationId: string; readonly limit: number },
  ): Promise<MessageReceipts[]>;
};

/** Opens a store file for reading, also while its service runs. */
export type OpenCases = (file: string) => Promise<Database<CaseProcedures>>;

/** A case in a list. */
export interface CaseLine {
  readonly caseId: string;
  /** Whether this State asked or was asked. */
  readonly role: "requesting" | "requested";
  readonly peer: string;
  readonly state: string;
  readonly outcome: string | null;
  readonly nationalCaseNumber: string;
  /** ISO 8601, UTC. */
  readonly openedAt: string;
  readonly updatedAt: string;
}

/** Everything a State knows of one of its cases. */
export interface CaseFile extends CaseLine {
  readonly request: TraceRequest;
  readonly reply: TraceReply | undefined;
  readonly refusalCode: string | null;
  readonly events: readonly StoredEvent[];
  /** Messages this State sent in the case, with their receipts and log indices. */
  readonly messages: readonly MessageReceipts[];
}

/** Rows read at a time. */
const PAGE_ROWS = 500;
/** Events and messages of one case that are told; a case has a handful. */
const CASE_ROWS_MAX = 500;

/** Reads the trace cases of one State out of a data folder. */
export class CaseSource {
  readonly #store: Database<CaseProcedures>;

  constructor(store: Database<CaseProcedures>) {
    this.#store = store;
  }

  /**
   * Opens the cases of a participant. `participantDir` is its part of the data folder. Throws
   * TracepostError UNAVAILABLE when its service has never run, DATA_FOLDER for a damaged file.
   */
  static async open(participantDir: string, open: OpenCases): Promise<CaseSource> {
    const file = join(participantDir, "focal-point.sqlite");
    await access(file).catch((caught: unknown) => {
      throw new TracepostError("UNAVAILABLE", "this focal point has not run yet: it has no cases", {
        cause: caught,
        remedy: "Start the exchange: tracepost exchange up --data DIR",
      });
    });
    return new CaseSource(await open(file));
  }

  /** Cases in the order of opening, that `fits` takes, at most `limit`. */
  async list(limit: number, fits: (line: CaseLine) => boolean): Promise<CaseLine[]> {
    const found: CaseLine[] = [];
    for await (const line of this.#all()) {
      if (fits(line)) found.push(line);
      if (found.length === limit) break;
    }
    return found;
  }

  /**
   * One case, by its id, the beginning of it, or its national case number. Throws TracepostError
   * USAGE when none or several are meant.
   */
  async show(name: string): Promise<CaseFile> {
    const meant = await this.list(2, (line) => {
      return line.caseId.startsWith(name.toLowerCase()) || line.nationalCaseNumber === name;
    });
    const [only, another] = meant;
    if (only === undefined || another !== undefined) {
      const what = only === undefined ? "no case" : "several cases";
      throw new TracepostError("USAGE", `${what} here: ${name}`, {
        remedy: "tracepost trace list shows the cases; give one's whole id.",
      });
    }
    return this.#load(only.caseId);
  }

  close(): Promise<void> {
    return this.#store.close();
  }

  async #load(caseId: string): Promise<CaseFile> {
    const conversationId = caseId;
    const [found, messages] = await Promise.all([
      this.#store.call("loadCase", { caseId, eventLimit: CASE_ROWS_MAX }),
      this.#store.call("postMessageReceipts", { conversationId, limit: CASE_ROWS_MAX }),
    ]);
    if (found === null) throw new TracepostError("USAGE", `no case here: ${caseId}`);
    const { events, record } = found;
    return {
      ...lineOf(record),
      request: TraceRequest.decode(record.request),
      reply: record.reply === null ? undefined : TraceReply.decode(record.reply),
      refusalCode: record.refusalCode,
      events,
      messages,
    };
  }

  async *#all(): AsyncGenerator<CaseLine> {
    let place: { after?: { atMs: number; position: number } } = {};
    const list = { order: "opened", filter: {}, limit: PAGE_ROWS } as const;
    for (;;) {
      const page = await this.#store.call("listCases", { ...list, ...place });
      yield* page.map(lineOf);
      const last = page.at(-1);
      if (last === undefined || page.length < PAGE_ROWS) return;
      place = { after: { atMs: last.openedAtMs, position: last.position } };
    }
  }
}

function lineOf(stored: StoredCase): CaseLine {
  const { caseId, nationalCaseNumber, outcome, peer, role, state } = stored;
  return {
    caseId,
    role,
    peer,
    state,
    outcome,
    nationalCaseNumber,
    openedAt: new Date(stored.openedAtMs).toISOString(),
    updatedAt: new Date(stored.updatedAtMs).toISOString(),
  };
}
