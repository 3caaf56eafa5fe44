import type { Outcome } from "#errors";
import type { CheckpointKeeper } from "./checkpoint-keeper.ts";
import type { SignedKept } from "./store/keep-signed.ts";
import { WatchedFile, type WatchedFileDeps } from "./watched-file.ts";

/** Something signed that comes in versions. */
interface Versioned {
  readonly version: number | bigint;
}

/** What a file that root keys sign is followed with. */
interface FollowedFile<T extends Versioned> extends Omit<WatchedFileDeps, "take"> {
  /** Whole name of what it holds, for the log of the process. */
  readonly name: string;
  /** Verifies and reads it. */
  readonly open: (bytes: Uint8Array) => Outcome<T>;
  /** Stores and logs a version, in one transaction. */
  readonly keep: (version: number, bytes: Uint8Array) => Promise<SignedKept>;
  readonly inForce: () => T;
  readonly putInForce: (next: T) => void;
  readonly checkpoints: Pick<CheckpointKeeper, "note">;
  /** Runs work between two batches of the pipeline. */
  readonly betweenBatches: (work: () => Promise<void>) => Promise<void>;
}

/**
 * Follows a signed file of a running gateway (TP-POLICY-7, TP-RET-8): a higher version that
 * verifies is stored and logged between two batches, then in force; anything else changes nothing
 * and is said once. What could not be read or stored is tried again at the next look.
 */
export function followSigned<T extends Versioned>(followed: FollowedFile<T>): WatchedFile {
  return new WatchedFile({ ...followed, take: (bytes) => take(followed, bytes) });
}

async function take<T extends Versioned>(
  followed: FollowedFile<T>,
  bytes: Uint8Array,
): Promise<void> {
  const { betweenBatches, checkpoints, inForce, keep, logger, name, what } = followed;
  const opened = followed.open(bytes);
  if (!opened.ok) {
    const { code, detail, field } = opened.refusal;
    logger.error({ code, field, detail }, `the ${what} file is refused; the ${what} stays`);
    return;
  }
  const next = opened.value;
  const version = Number(next.version);
  await betweenBatches(async () => {
    const kept = await keep(version, bytes);
    if (kept.type === "kept") checkpoints.note(kept);
    if (kept.type === "lower") {
      logger.error({ version }, `an older ${what}, or another of its version`);
    } else if (next.version > inForce().version) {
      followed.putInForce(next);
      logger.info({ version }, `the ${name} is in force`);
    }
  });
}
