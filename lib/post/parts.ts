import type { Outcome, Refusal } from "#errors";
import type { Header, Lane, LogEvidence } from "#proto";
import type { Clock, Logger, Timers } from "#runtime";
import type { RegisterStandingName, RegisterView, Sealer } from "#trust";
import type { FeedOffer, MessageSigner, Transport } from "#wire";
import type { IncidentKind } from "./incidents.ts";
import type { PostStore } from "./procedures.ts";

/** An opened message, as its application judges it. */
export interface OpenedInbound {
  readonly header: Header;
  readonly headerDigest: Uint8Array;
  /** When the gateway recorded it, milliseconds since 1970. */
  readonly recordedAtMs: number;
  /** Plaintext by part name. */
  readonly parts: ReadonlyMap<string, Uint8Array>;
}

/** What a participant's post carries messages for. */
export interface PostApplication {
  /**
   * Decodes and checks an opened message: BODY_INVALID, DISCLOSED_MISMATCH, SCHEMA_UNSUPPORTED.
   * Pure; must not throw on hostile content. What it returns reaches `PostHooks.onMessage`, so it
   * must be structured-cloneable.
   */
  judge(message: OpenedInbound): Outcome<unknown>;
}

/** What happened, for counters and for waking what waits for it; never content. */
export type PostEvent =
  | { readonly type: "published"; readonly lane: Lane; readonly attempt: number }
  | { readonly type: "publish-failed" }
  | { readonly type: "taken"; readonly outcome: "delivered" | "rejected" | "repeat" | "id-reused" }
  | { readonly type: "receipt-applied"; readonly receipt: number; readonly count: number }
  | { readonly type: "receipts-sent"; readonly count: number }
  | { readonly type: "incident"; readonly kind: IncidentKind }
  | { readonly type: "fault"; readonly pump: string };

/** A register that came as a message. */
export interface RegisterOffer {
  /** As it was published. */
  readonly register: Uint8Array;
  /** That its version was logged. */
  readonly evidence: LogEvidence | undefined;
}

/** Who keeps the register of a participant up to date. */
export interface RegisterTaker {
  /**
   * Judges a register; one that holds and is newer is durable and in force when this settles.
   * Gives what speaks against it. Throws for a fault of this machine: it comes again.
   */
  take(offer: RegisterOffer): Promise<Refusal | undefined>;
  /** A version that is or was in force here, if it is still known. */
  at(version: bigint): RegisterView | undefined;
  /** A message names a version newer than ours: it is to be fetched. */
  noteNewer(version: bigint): void;
}

/** A routing policy that came as a message. */
export interface PolicyOffer {
  /** As it was published. */
  readonly policy: Uint8Array;
  /** That its version was logged. */
  readonly evidence: LogEvidence | undefined;
}

/** Who keeps the routing policy of a participant up to date. */
export interface PolicyTaker {
  /** As {@link RegisterTaker.take}, for a policy. */
  take(offer: PolicyOffer): Promise<Refusal | undefined>;
  /** The gateway has decided by a version newer than ours: it is to be fetched. */
  noteNewer(version: bigint): void;
}

/** Who takes what the gateway feeds a regional monitor (TP-FEED-3). */
export interface FeedTaker {
  /**
   * Takes one feed message; asked for the next one before this is durable, in the order of the
   * carrier, and takes it behind this one. `taken`: it is durable, with what follows from it;
   * `known`: the same bytes were before. Either way the carrier is told. `gap`: numbers before it
   * are missing, and nothing was written; the carrier brings it again, while the monitor asks for
   * what is missing. A refusal: it is not of this chain; an incident, and the carrier is told.
   * Throws for a fault of this machine: it comes again.
   */
  take(offer: FeedOffer): Promise<"taken" | "known" | "gap" | Refusal>;
}

/** Everything the pumps share. Keys and register are asked for each time: they change. */
export interface PostParts {
  /** Own participant id. */
  readonly participant: string;
  readonly store: PostStore;
  readonly transport: Transport;
  readonly sealer: Sealer;
  readonly application: PostApplication;
  readonly register: () => RegisterView;
  /** Where the register stands now: expired, it serves less (TP-REG-3). */
  readonly standing: () => RegisterStandingName;
  readonly registers: RegisterTaker;
  readonly policies: PolicyTaker;
  /** Undefined: this participant is no monitor, and what comes as a feed is junk. */
  readonly feeds?: FeedTaker | undefined;
  /** Of the key of today; it may be far. */
  readonly signer: () => MessageSigner;
  /** Own opening keys, the newest first. */
  readonly identities: () => readonly string[];
  readonly clock: Clock;
  readonly timers: Timers;
  readonly logger: Logger;
  /** Recipient of the State recovery key, that own copies are sealed to too (TP-RECOVER-2). */
  readonly recovery?: string | undefined;
  /** First wait before a message is sent again, milliseconds. */
  readonly resendFirstMs: number;
  /** How long a hole may stand before its sender is asked, milliseconds. */
  readonly gapNoticeAfterMs: number;
  readonly onEvent: (event: PostEvent) => void;
}
