import type { Period } from "./period.ts";

/** Classes of records that every schedule has lines for (records of docs/spec/retention.md). */
export const RETENTION_CLASSES = [
  "trace",
  "authorization",
  "persons",
  "alert",
  "consent",
  "exercise",
  "audit",
  "transport",
] as const;

/** What a period is counted from. */
export const RETENTION_TRIGGERS = ["CASE_CLOSED", "EXPIRED", "DELIVERED", "RECORDED"] as const;

/** One of {@link RETENTION_TRIGGERS}. */
export type RetentionTrigger = (typeof RETENTION_TRIGGERS)[number];

/**
 * What ends the keeping. DESTROY: at the maximum, without one at the minimum. REVIEW: at the
 * review, unless a person keeps it. KEEP: never by itself.
 */
export const RETENTION_ACTIONS = ["DESTROY", "REVIEW", "KEEP"] as const;

/** One of {@link RETENTION_ACTIONS}. */
export type RetentionAction = (typeof RETENTION_ACTIONS)[number];

/** One line of a schedule: how long records of a class are kept, and why. */
export interface RetentionLine {
  readonly class: string;
  /** Only where the message relies on this instrument, such as ITI. */
  readonly instrument?: string | undefined;
  readonly trigger: RetentionTrigger;
  /** Kept as long as a record of this class, which its item may name, and the periods longer. */
  readonly as?: string | undefined;
  readonly minimum?: Period | undefined;
  readonly maximum?: Period | undefined;
  readonly review?: Period | undefined;
  readonly action: RetentionAction;
  /** The legal basis, or that it is a choice of the exchange. */
  readonly basis: string;
}

/** One version of the schedule, read. */
export interface RetentionSchedule {
  /** 0: the default schedule of the program; signed ones begin at 1. */
  readonly version: number;
  /** After so much silence a conversation counts as ended that nobody closed. */
  readonly closedAfterSilence: Period;
  readonly lines: readonly RetentionLine[];
  /** As it was written. */
  readonly text: string;
}
