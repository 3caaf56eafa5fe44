import { MIB, MINUTE_MS, SECOND_MS } from "./units.ts";

/** Limits of the routing policy (docs/spec/policy.md). */
export const POLICY_LIMITS = {
  /** A policy file: what several persons read before they sign it. */
  policyBytesMax: MIB,
  /** How often the gateway looks for a newer policy file, and for whom to hand it on to. */
  lookMs: SECOND_MS,
  /** How soon a participant that rules refuse is handed the policy in force once more. */
  handAgainMs: MINUTE_MS,
  /** Decisions kept; beyond it they are made again, at a fraction of a millisecond each. */
  decisionsKeptMax: 50_000,
  /** Points at which every rule is evaluated; beyond it the analysis would say too little. */
  analysisPointsMax: 200_000,
} as const;

/** Shares of participants that have none of their own in the register, besides GATEWAY_LIMITS. */
export const QUOTA_LIMITS = {
  /** A quota of a participant's own lets it save up this many seconds of it. */
  burstSeconds: 4,
  /** Bytes a day of one sender; a State's ordinary day is below a hundredth. */
  bytesPerDay: 64 * 1_024 * MIB,
  /** Bytes of one sender's messages that are held: thirty years of a busy State's ordinary days. */
  storedBytes: 1_024 * 1_024 * MIB,
  /** Share of a sender's stored bytes that its urgent messages alone may fill. */
  storedUrgentShare: 0.1,
} as const;
