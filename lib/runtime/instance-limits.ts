/** How instances of one gateway know of each other (docs/spec/instances.md). */
export const INSTANCE_LIMITS = {
  /** How often an instance says that it lives. */
  beatMs: 300,
  /** After its last sign of life it no longer counts on having the duty. */
  holdMs: 900,
  /** After so long without a sign of life another takes the duty; more than `holdMs`. */
  silentMs: 1_100,
  /** A duty passes, and a lock is free, within this after an instance has died. */
  passMs: 2_000,
} as const;
