import type { Timestamp } from "#proto";

/** 0001-01-01T00:00:00Z and 9999-12-31T23:59:59Z, the range of google.protobuf.Timestamp. */
const SECONDS_MIN = -62_135_596_800n;
const SECONDS_MAX = 253_402_300_799n;
const NANOS_MAX = 999_999_999;
const NANOS_PER_MS = 1_000_000;

/** Timestamp of milliseconds since 1970-01-01T00:00:00Z. */
export function toTimestamp(ms: number): Timestamp {
  const whole = Math.floor(ms);
  const seconds = Math.floor(whole / 1_000);
  return { seconds: BigInt(seconds), nanos: (whole - seconds * 1_000) * NANOS_PER_MS };
}

/**
 * Milliseconds since 1970-01-01T00:00:00Z, rounded down; undefined when there is none or it is
 * outside the years 1 to 9999, which is what the protobuf type allows.
 */
export function timestampMs(timestamp: Timestamp | undefined): number | undefined {
  if (timestamp === undefined) return undefined;
  const { seconds, nanos } = timestamp;
  if (seconds < SECONDS_MIN || seconds > SECONDS_MAX) return undefined;
  if (nanos < 0 || nanos > NANOS_MAX) return undefined;
  return Number(seconds) * 1_000 + Math.floor(nanos / NANOS_PER_MS);
}
