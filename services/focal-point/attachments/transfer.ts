import { pieceRange } from "#attachments";
import { Pump, type PumpTurn } from "#post";
import type { Clock, Database, Logger, Timers } from "#runtime";
import type { Replier } from "../cases/reply-handling.ts";
import type { FocalPointProcedures } from "../store.ts";
import type { AttachmentRecord } from "./attachment-record.ts";
import type { Attachments } from "./attachments.ts";
import type { Arrival } from "./transfer-procedures.ts";
import { PREVIEW_PIECE } from "./transfer-tables.ts";

/** What sends and takes in attachments. */
export interface TransferParts {
  readonly store: Pick<Database<FocalPointProcedures>, "call">;
  readonly attachments: Attachments;
  readonly self: Replier;
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Told after a message was drafted. */
  readonly onDrafted: () => void;
}

/**
 * Attachments on their way: one pump reads what other States want from files and drafts it, a few
 * pieces at a time, the other puts what has come into files and looks at what is complete. Each
 * turn holds one piece; what is left to do lies in the store (TP-ATT-14, TP-ATT-18).
 */
export class AttachmentTransfer {
  readonly #parts: TransferParts;
  readonly #sending: Pump;
  readonly #receiving: Pump;

  constructor(parts: TransferParts) {
    this.#parts = parts;
    this.#sending = this.#pump("attachments sent", () => this.#send());
    this.#receiving = this.#pump("attachments received", () => this.#receive());
  }

  /** Goes on where an earlier run ended. */
  start(): void {
    this.#sending.start();
    this.#receiving.start();
  }

  /** A message or a receipt may have left work. */
  wake(): void {
    this.#sending.wake();
    this.#receiving.wake();
  }

  /** Finishes the pieces under hand. */
  async stop(): Promise<void> {
    await Promise.all([this.#sending.stop(), this.#receiving.stop()]);
  }

  async #send(): Promise<PumpTurn> {
    const { store, attachments, self: owner, clock, onDrafted } = this.#parts;
    const wanted = await store.call("nextWanted", undefined);
    if (wanted === null) return {};
    const data = await attachments.readRange(wanted);
    await store.call("draftPiece", { position: wanted.position, data, owner, nowMs: clock.now() });
    onDrafted();
    return { more: true };
  }

  async #receive(): Promise<PumpTurn> {
    const { store } = this.#parts;
    const arrival = await store.call("nextArrival", undefined);
    if (arrival !== null) {
      await this.#settle(arrival);
      return { more: true };
    }
    const complete = await store.call("nextComplete", undefined);
    if (complete === null) return {};
    await this.#parts.attachments.settleReceived(complete);
    return { more: true };
  }

  async #settle({ position, record, piece, data }: Arrival): Promise<void> {
    const { store, attachments } = this.#parts;
    if (piece === PREVIEW_PIECE) {
      await attachments.settlePreview(position, record, data);
      return;
    }
    const range = rangeOf(record, piece);
    if (range !== undefined) await attachments.writeRange(record.attachmentId, range, data);
    const { attachmentId } = record;
    await store.call("settleArrival", { position, attachmentId, piece });
  }

  #pump(name: string, turn: () => Promise<PumpTurn>): Pump {
    const { clock, timers, logger } = this.#parts;
    const onFault = (pump: string, caught: unknown): void =>
      logger.error({ err: caught, pump }, "attachments wait; it goes on after a pause");
    return new Pump({ name, turn, clock, timers, onFault });
  }
}

function rangeOf({ sizeBytes, pieceBytes }: AttachmentRecord, piece: number): number | undefined {
  return pieceRange(sizeBytes, piece, pieceBytes)?.offset;
}
