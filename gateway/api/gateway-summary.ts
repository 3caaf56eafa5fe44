import type { PageAlert, RegisterGlance } from "#http";
import type { LaneToken } from "#wire";
import type { EventKind } from "../store/event-kinds.ts";

/** One participant as the gateway sees it (TP-OPS-31). */
export interface ParticipantSummary {
  readonly id: string;
  readonly name: string;
  readonly lastHeardAt: string | undefined;
  readonly accepted: number;
  readonly refused: number;
  /** Messages of it that are taken and not decided yet. */
  readonly undecided: number;
  /** Messages it has not confirmed, by lane. */
  readonly waiting: Readonly<Record<LaneToken, number>>;
  readonly waitingSince: string | undefined;
  /** Items of it in quarantine that wait for a decision. */
  readonly held: number;
  readonly openEvents: number;
  /** Bytes of its messages that are held, and how many may be (TP-GW-10). */
  readonly storedBytes: number;
  readonly storedBytesMax: number;
}

/** The exchange at a glance (TP-OPS-32): counts and times; no content, no conversation. */
export interface GatewaySummary {
  readonly at: string;
  /** What needs a person, what is stuck first (TP-OPS-30). */
  readonly attention: readonly PageAlert[];
  readonly connected: boolean;
  readonly messages: {
    readonly accepted: number;
    readonly refused: number;
    readonly undecided: number;
    readonly waiting: number;
    readonly waitingSince: string | undefined;
  };
  readonly quarantined: number;
  readonly openEvents: readonly {
    readonly kind: EventKind;
    readonly participant: string;
    readonly open: number;
    readonly lastAt: string;
  }[];
  readonly log: {
    readonly size: number;
    /** Size of the newest signed checkpoint, since when it is the newest, and what lies on disk. */
    readonly checkpointSize: number;
    readonly checkpointAt: string | undefined;
    readonly checkpointKept: number;
    /** Witnesses of the register, and how many of them prove a checkpoint; 0: nobody watches. */
    readonly witnesses: number;
    readonly quorum: number;
    /** Size of the newest checkpoint that a quorum has cosigned. */
    readonly cosignedSize: number;
    readonly cosignedAt: string | undefined;
    /** Record time of the first entry that no quorum has cosigned. */
    readonly unwitnessedSince: string | undefined;
    /** When the log was renewed last, and when it is to be again. */
    readonly renewedAt: string | undefined;
    readonly renewalDueAt: string | undefined;
  };
  readonly registerVersion: string;
  /** The register in force, and how long it lasts (TP-REG-3). */
  readonly register: RegisterGlance;
  readonly resources: {
    readonly startedAt: string;
    readonly memoryBytes: number;
    /** Undefined where a PostgreSQL server keeps the store. */
    readonly storeBytes: number | undefined;
    readonly diskFreeBytes: number | undefined;
  };
  readonly participants: readonly ParticipantSummary[];
}
