import type { HeldFacts } from "#disposal";
import type { TriggerTimes } from "#records";
import type { Transaction } from "#runtime";

/** A part of an item, with its class; the same name twice is kept as long as the longer one. */
export interface ItemPart {
  readonly name: string;
  readonly class: string;
  readonly atLeastAs?: string | undefined;
}

/** What keeping an item depends on, as long as anything of it is here. */
export interface ItemFacts {
  /** Such as `case ID`. */
  readonly subject: string;
  readonly class: string;
  readonly instruments: readonly string[];
  readonly triggers: TriggerTimes;
  readonly parts: readonly ItemPart[];
  /** What holds are held against; the id is that of the item, but where it is of another one. */
  readonly messages: readonly (Omit<HeldFacts, "id"> & { readonly id?: number })[];
  /** A hold that covers is told of in it: it is held as what the hold covers is. */
  readonly isHeld?: boolean | undefined;
  /** Something of it is under way, or waits for a person: nothing of it is due. */
  readonly isOpen: boolean;
  /** Somebody has said that something of it is needed until then. */
  readonly neededUntilMs?: number | undefined;
}

/** What was erased under one name. */
export interface ErasedPart {
  /** SHA-256 of it. */
  readonly sha256: Uint8Array;
  readonly bytes: number;
  /** Where it is one of several of a part, such as a document. */
  readonly name?: string;
}

/** A message that was erased with a part: its digest stays. */
export interface ErasedMessage {
  readonly sender: string;
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
}

/** What erasing a part has come to. */
export interface Erased {
  readonly parts: readonly ErasedPart[];
  readonly messages: readonly ErasedMessage[];
}

/** A kind of what is kept: how it lies in the store, and how it is erased there. */
export interface RecordKind {
  /** Undefined: it is of another kind, or nothing of it is here. */
  load(tx: Transaction, key: string): Promise<ItemFacts | undefined>;
  /** Erases a part, in the transaction of the caller. */
  erase(tx: Transaction, key: string, part: string, nowMs: number): Promise<Erased>;
}

/** All kinds of a store: of conversations the first that knows one counts. */
export interface RecordKinds {
  readonly conversation: readonly RecordKind[];
  /** Logs of accesses by the name of their table. */
  readonly days: ReadonlyMap<string, RecordKind>;
}
