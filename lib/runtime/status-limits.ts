import { DAY_MS, MIB, MINUTE_MS } from "./units.ts";

/** When something on a status page needs a person. */
export const STATUS_LIMITS = {
  /** A message the exchange has not receipted for so long is stuck. */
  unconfirmedMs: 5 * MINUTE_MS,
  /** A message its recipient has not confirmed for so long: the recipient is away. */
  undeliveredMs: DAY_MS,
  /** A message its recipient has not confirmed to the gateway: minutes, even on a slow line. */
  dispatchedMs: 10 * MINUTE_MS,
  /** A signed checkpoint is on the disk of the gateway within seconds. */
  checkpointKeptMs: MINUTE_MS,
  /** Numbers missing for so long were asked for more than once. */
  missingMs: 10 * MINUTE_MS,
  /** A request to this State that nobody has answered. */
  unansweredMs: 7 * DAY_MS,
  /** What has waited so long for a second person needs one, or a deputy. */
  unreleasedMs: DAY_MS,
  /** How long something that has happened stays among what needs a person. */
  newsMs: 7 * DAY_MS,
  /** Free space on the disk of a store below which somebody must act. */
  diskFreeBytesMin: 2 * 1024 * MIB,
} as const;
