import { access } from "node:fs/promises";
import { join } from "node:path";
import {
  fromFollowUp,
  fromTraceReply,
  fromTraceRequest,
  movesOpenTo,
  nameOf,
  type TraceState,
  turnOf,
} from "#casework";
import { TracepostError } from "#errors";
import { flaggedView } from "#participant";
import type { FlaggedMessage, MessageReceipts } from "#post";
import { ReceiptType, TraceFollowUp, TraceMove, TraceReply, TraceRequest } from "#proto";
import { type Database, systemClock, type Transaction } from "#runtime";
import type {
  AttachmentLine,
  CaseFile,
  CaseLine,
  CaseMove,
  CaseSource,
  LetterLine,
} from "./case-view.ts";
import type { NextMoves } from "./next-moves.ts";
import type { MessageView } from "./trace-calls.ts";

/** A case of a list as a focal point's store gives it, as far as it is told here. */
interface StoredHead {
  readonly position: number;
  readonly caseId: string;
  readonly role: "requesting" | "requested";
  readonly peer: string;
  readonly state: TraceState;
  readonly nationalCaseNumber: string;
  readonly requestMessageId: string;
  readonly replyMessageId: string | null;
  readonly outcome: string | null;
  readonly refusalCode: string | null;
  readonly refusalField: string | null;
  readonly awaitingAnswer: boolean;
  readonly askedBack: boolean;
  readonly answeredAtMs: number | null;
  readonly offExchange: boolean;
  readonly openedAtMs: number;
  readonly updatedAtMs: number;
  readonly acknowledgeByMs: number | null;
  readonly answerByMs: number | null;
}

interface StoredCase extends StoredHead {
  /** Encoded TraceRequest. */
  readonly request: Uint8Array;
  /** Encoded TraceReply. */
  readonly reply: Uint8Array | null;
}

interface StoredMove {
  readonly messageId: string;
  readonly by: "requesting" | "requested";
  readonly move: TraceMove;
  readonly sentAtMs: number;
  /** Encoded TraceReply or TraceFollowUp. */
  readonly body: Uint8Array;
  readonly actor: string;
  readonly effect: "moved" | "stood" | "crossed";
  readonly byLetter: boolean;
  readonly fate: string;
  readonly code: string | null;
}

interface StoredLetter {
  readonly direction: "out" | "in";
  readonly channel: string;
  readonly reference: string;
  readonly onDate: string;
  readonly language: string;
  readonly note: string;
  readonly actor: string;
  readonly nowMs: number;
}

interface StoredEvent {
  readonly nowMs: number;
  readonly event: string;
  readonly state: TraceState;
  readonly messageId: string;
  readonly detail: string;
  readonly actor: string;
}

/**
 * What is read of a focal point's store; declared here, implemented by the service's store.ts. A
 * test holds both together, since the store is loaded by its file.
 */
export type CaseProcedures = {
  listCases(
    tx: Transaction,
    args: {
      readonly order: "opened";
      readonly filter: Readonly<Record<string, never>>;
      readonly after?: { readonly atMs: number; readonly position: number };
      readonly limit: number;
    },
  ): Promise<StoredHead[]>;
  loadCase(
    tx: Transaction,
    args: { readonly caseId: string; readonly eventLimit: number },
  ): Promise<{ readonly record: StoredCase; readonly events: readonly StoredEvent[] } | null>;
  caseMoves(tx: Transaction, args: { readonly caseId: string }): Promise<StoredMove[]>;
  lettersOf(
    tx: Transaction,
    args: { readonly caseId: string; readonly limit: number },
  ): Promise<StoredLetter[]>;
  caseAttachments(
    tx: Transaction,
    args: { readonly caseId: string; readonly limit: number },
  ): Promise<AttachmentLine[]>;
  postMessageReceipts(
    tx: Transaction,
    args: { readonly conversationId: string; readonly limit: number },
  ): Promise<MessageReceipts[]>;
  postFlagged(
    tx: Transaction,
    args: { readonly conversationId: string; readonly limit: number },
  ): Promise<FlaggedMessage[]>;
};

/** Opens a store file for reading, also while its service runs. */
export type OpenCases = (file: string) => Promise<Database<CaseProcedures>>;

/** Rows read at a time. */
const PAGE_ROWS = 500;
/** Events and messages of one case that are told; a case has a handful. */
const CASE_ROWS_MAX = 500;

/** Reads the trace cases of one State out of a data folder. */
export class StoredCases implements CaseSource {
  readonly #store: Database<CaseProcedures>;

  constructor(store: Database<CaseProcedures>) {
    this.#store = store;
  }

  /**
   * Opens the cases of a participant. `participantDir` is its part of the data folder. Throws
   * TracepostError UNAVAILABLE when its service has never run, DATA_FOLDER for a damaged file.
   */
  static async open(participantDir: string, open: OpenCases): Promise<StoredCases> {
    const file = join(participantDir, "focal-point.sqlite");
    await access(file).catch((caught: unknown) => {
      throw new TracepostError("UNAVAILABLE", "this focal point has not run yet: it has no cases", {
        cause: caught,
        remedy: "Start the exchange: tracepost exchange up --data DIR",
      });
    });
    return new StoredCases(await open(file));
  }

  async load(caseId: string): Promise<CaseFile> {
    const conversationId = caseId;
    const [found, letters, messages, flagged, moves, attachments] = await Promise.all([
      this.#store.call("loadCase", { caseId, eventLimit: CASE_ROWS_MAX }),
      this.#store.call("lettersOf", { caseId, limit: CASE_ROWS_MAX }),
      this.#store.call("postMessageReceipts", { conversationId, limit: CASE_ROWS_MAX }),
      this.#store.call("postFlagged", { conversationId, limit: CASE_ROWS_MAX }),
      this.#store.call("caseMoves", { caseId }),
      this.#store.call("caseAttachments", { caseId, limit: CASE_ROWS_MAX }),
    ]);
    if (found === null) throw new TracepostError("USAGE", `no case here: ${caseId}`);
    const { events, record } = found;
    const reply = record.reply === null ? undefined : TraceReply.decode(record.reply);
    return {
      ...lineOf(record),
      request: fromTraceRequest(TraceRequest.decode(record.request)),
      ...(reply === undefined ? {} : { reply: fromTraceReply(reply) }),
      moves: moves.map(moveViewOf),
      events: events.map(({ actor, detail, event, messageId, nowMs, state }) => ({
        at: instant(nowMs),
        event,
        state,
        ...(messageId === "" ? {} : { messageId }),
        ...(detail === "" ? {} : { detail }),
        ...(actor === "" ? {} : { actor }),
      })),
      messages: messages.map(messageOf),
      attachments,
      ...(flagged.length === 0 ? {} : { flagged: flaggedView(flagged) ?? [] }),
      ...(record.offExchange ? { letters: letters.map(letterOf) } : {}),
    };
  }

  async *all(): AsyncGenerator<CaseLine> {
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

  close(): Promise<void> {
    return this.#store.close();
  }
}

function needOf({ askedBack, awaitingAnswer, offExchange, refusalCode, state }: StoredHead) {
  if (refusalCode !== null) return "correction";
  if (askedBack) return "information";
  if (offExchange && state === "DRAFT") return "dispatch";
  return awaitingAnswer ? "answer" : undefined;
}

/** As the focal point tells it: what is open depends on the time. */
function nextOf({ answeredAtMs, role, state }: StoredHead): NextMoves {
  const standing = { state, answeredAtMs: answeredAtMs ?? undefined };
  const nowMs = systemClock.now();
  const other = role === "requesting" ? "requested" : "requesting";
  return {
    turn: turnOf(state),
    own: movesOpenTo(role, standing, nowMs),
    other: movesOpenTo(other, standing, nowMs),
  };
}

function moveViewOf(move: StoredMove): CaseMove {
  const { actor, body, by, byLetter, code, effect, fate, messageId, sentAtMs } = move;
  return {
    messageId,
    by,
    move: nameOf(TraceMove, move.move) ?? "",
    sentAt: instant(sentAtMs),
    effect: LOST.includes(fate) ? "takenBack" : effect,
    ...(fate === "" ? {} : { fate }),
    ...(code === null ? {} : { code }),
    ...(actor === "" ? {} : { actor }),
    ...(byLetter ? { byLetter } : {}),
    ...(by === "requested"
      ? { reply: fromTraceReply(TraceReply.decode(body)) }
      : { followUp: fromFollowUp(TraceFollowUp.decode(body)) }),
  };
}

/** Fates after which a message counts no more. */
const LOST: readonly string[] = ["refused", "rejected", "expired"];

function lineOf(stored: StoredHead): CaseLine {
  const { outcome, refusalCode: code, refusalField: field, replyMessageId } = stored;
  const needs = needOf(stored);
  return {
    caseId: stored.caseId,
    role: stored.role,
    peer: stored.peer,
    state: stored.state,
    ...(outcome === null ? {} : { outcome }),
    ...(code === null ? {} : { refusal: { code, field: field ?? "" } }),
    ...(needs === undefined ? {} : { needs }),
    next: nextOf(stored),
    ...(stored.offExchange ? { offExchange: true } : {}),
    nationalCaseNumber: stored.nationalCaseNumber,
    messageId: stored.requestMessageId,
    ...(replyMessageId === null ? {} : { replyMessageId }),
    openedAt: instant(stored.openedAtMs),
    updatedAt: instant(stored.updatedAtMs),
    ...(stored.acknowledgeByMs === null ? {} : { acknowledgeBy: instant(stored.acknowledgeByMs) }),
    ...(stored.answerByMs === null ? {} : { answerBy: instant(stored.answerByMs) }),
  };
}

function letterOf({ actor, language, note, nowMs, onDate, ...letter }: StoredLetter): LetterLine {
  const more = { ...(language === "" ? {} : { language }), ...(note === "" ? {} : { note }) };
  return { ...letter, on: onDate, ...more, by: actor, at: instant(nowMs) };
}

function messageOf({ attempts, headerDigest, logIndex, ...message }: MessageReceipts): MessageView {
  return {
    messageId: message.messageId,
    state: message.state,
    attempts,
    ...(logIndex === null ? {} : { logIndex }),
    ...(headerDigest === null
      ? {}
      : { headerDigest: Buffer.from(headerDigest).toString("base64") }),
    receipts: message.receipts.map((receipt) => ({
      type: nameOf(ReceiptType, receipt.type as ReceiptType) ?? `value ${receipt.type}`,
      by: receipt.sender,
      ...(receipt.recipient === "" ? {} : { recipient: receipt.recipient }),
      ...(receipt.code === null ? {} : { code: receipt.code }),
      receiptId: receipt.receiptId,
      receivedAt: instant(receipt.receivedAtMs),
      ...(receipt.isFlagged ? { keyCompromised: true } : {}),
    })),
  };
}

function instant(ms: number): string {
  return new Date(ms).toISOString();
}
