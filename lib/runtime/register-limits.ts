import { DAY_MS, KIB, MINUTE_MS } from "./units.ts";

/** Limits and periods of the participant register (docs/spec/register.md). */
export const REGISTER_LIMITS = {
  /** Life of a version; its successor is signed before, with or without a change. */
  manifestLifeMs: 7 * DAY_MS,
  /** Manifests a file keeps, so that whoever was away can follow: years of weekly versions. */
  manifestsKept: 200,
  /** Longest life a version may have: who withholds the next one gains no more time than this. */
  manifestLifeMsMax: 31 * DAY_MS,
  /** An exchange whose register expires sooner than this is to sign the next one now. */
  renewalWarningMs: 2 * DAY_MS,
  /** How long a signature of freshness counts. */
  freshnessLifeMs: DAY_MS,
  /** How long an expired version still serves those who answer. */
  graceMs: 30 * DAY_MS,
  /** Clocks of honest signers differ by less. */
  aheadMsMax: 5 * MINUTE_MS,
  /** Versions followed at a time: years of weekly ones, months of daily changes. */
  manifestsMax: 1_000,
  /** A manifest holds keys and groups, no entries. */
  manifestBytesMax: 256 * KIB,
  /** An entry travels in one REGISTER message, and thousands of units fit in it. */
  entryBytesMax: 900 * KIB,
  /** Holders of root keys; each signature is checked. */
  rootKeysMax: 15,
  /** Keys of one kind in one statement: the present, the next, and some that overlap. */
  keysMax: 16,
  /** Changes of an identity key that a participant's entry remembers. */
  identityChangesMax: 32,
  /** Revocations an entry remembers. */
  revocationsMax: 64,
  /** Agencies and posts of one participant. */
  unitsMax: 3_500,
  /** Holidays a calendar names: years of them. */
  holidaysMax: 400,
  /** Desks of one participant. */
  dutyDesksMax: 16,
  /** Regional bodies a participant was ever a member of. */
  bodiesMax: 64,
  /** Post-quantum keys of the log: the one in use, the next, those before. */
  logKeysMax: 8,
  /** Logs that an exchange has kept one after the other. */
  successionsMax: 8,
  /** A statement of succession: a checkpoint with all its cosignatures, and keys. */
  successionBytesMax: 192 * KIB,
  /** Why a log is succeeded by another. */
  reasonCharsMax: 1_000,
  /** Witnesses of the log; all their lines fit under one checkpoint. */
  witnessesMax: 15,
  /** Address of a witness. */
  witnessUrlCharsMax: 200,
  /** Life of a key; it is replaced long before. */
  keyLifeMs: 730 * DAY_MS,
  /** From then on an expiring key or version is warned of. */
  expiryWarningMs: 60 * DAY_MS,
} as const;
