import { SECOND_MS } from "./units.ts";

/** Limits of certificates between processes (docs/spec/transport.md). */
export const TLS_LIMITS = {
  /** Life of a certificate of a process, in days; it is renewed without a stop. */
  certificateDays: 365,
  /** Life of the exchange's own authority, in days. */
  authorityDays: 3_650,
  /** A certificate with fewer days left is renewed, and warned about. */
  renewDays: 60,
  /** Days before now from which a certificate counts: clocks of others may be behind. */
  earlierDays: 1,
  /** How often a door looks whether its certificate was replaced. */
  lookMs: 5 * SECOND_MS,
  /** Certificates of authorities that are believed at the same time. */
  authoritiesMax: 8,
} as const;
