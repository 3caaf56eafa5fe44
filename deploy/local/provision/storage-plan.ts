import { TracepostError } from "#errors";
import { NATS_LIMITS, PROCESS_LIMITS } from "#runtime";

/** How the disk is shared out. Bytes. */
export interface StoragePlan {
  /** `max_bytes` of each stream; the server reserves it. */
  readonly streamBytes: number;
  /** All streams of CORE together. */
  readonly coreBytes: number;
  /** All streams of the server together. */
  readonly serverBytes: number;
}

/**
 * Shares the disk out among two streams for each participant. The server counts `max_bytes` as
 * taken from the first moment, so what does not fit is refused here, not at the first full stream.
 * Throws TracepostError INPUT_INVALID when the disk is too small for so many participants.
 */
export function planStorage(participants: number, diskFreeBytes: number): StoragePlan {
  const streams = 2 * participants;
  const affordable = Math.floor((diskFreeBytes * NATS_LIMITS.diskShareMax) / Math.max(1, streams));
  if (affordable < NATS_LIMITS.streamBytesMin) {
    const needed = (streams * NATS_LIMITS.streamBytesMin) / NATS_LIMITS.diskShareMax;
    throw new TracepostError("INPUT_INVALID", "the disk is too small for the NATS streams", {
      problems: [
        `${participants} participants need ${mebibytes(needed)} free, ` +
          `there are ${mebibytes(diskFreeBytes)}`,
      ],
      remedy: "Free some space, name another folder with --data, or take fewer participants.",
    });
  }
  const streamBytes = Math.min(NATS_LIMITS.streamBytes, affordable);
  // What the disk has left is for those who are admitted while the server runs.
  const room = Math.floor((diskFreeBytes * NATS_LIMITS.diskShareMax) / (2 * streamBytes));
  const pairs = Math.max(participants, Math.min(room, PROCESS_LIMITS.participantsMax));
  return { streamBytes, coreBytes: pairs * streamBytes, serverBytes: 2 * pairs * streamBytes };
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
