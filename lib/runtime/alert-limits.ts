import { MIB } from "./units.ts";

/** Limits of a file of the Common Alerting Protocol. */
export const CAP_LIMITS = {
  /** More than an envelope carries: what is longer could not be sent on. */
  fileBytesMax: 1 * MIB,
  /** An alert in ten languages with a thousand parameters each stays below. */
  elementsMax: 40_000,
  /** The standard nests five deep; a signature of another namespace somewhat deeper. */
  depthMax: 16,
  /** Problems of one file that are named. */
  problemsMax: 100,
} as const;
