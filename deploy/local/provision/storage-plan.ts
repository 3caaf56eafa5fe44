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
 * Shares the disk out among two streams for each participant, with room for `room` of them in all;
 * default: for as many as streams of a fair size let in. The server counts `max_bytes` as taken
 * from the first moment, so what does not fit is refused here, not at the first full stream.
 * Throws TracepostError INPUT_INVALID when the disk is too small for so many participants.
 */
export function planStorage(
  participants: number,
  diskFreeBytes: number,
  room?: number,
): StoragePlan {
  const { participantsMax } = PROCESS_LIMITS;
  if (room !== undefined && room > participantsMax) {
    throw new TracepostError("INPUT_INVALID", "one exchange has no room for so many", {
      problems: [`--room: ${room} is more than ${participantsMax} participants`],
      remedy: `Give at most ${participantsMax}.`,
    });
  }
  const budget = Math.floor(diskFreeBytes * NATS_LIMITS.diskShareMax);
  const pairs = Math.max(1, participants, room ?? fairRoom(budget));
  const affordable = Math.floor(budget / (2 * pairs));
  if (affordable < NATS_LIMITS.streamBytesMin) {
    const needed = (2 * pairs * NATS_LIMITS.streamBytesMin) / NATS_LIMITS.diskShareMax;
    throw new TracepostError("INPUT_INVALID", "the disk is too small for the NATS streams", {
      problems: [
        `${pairs} participants need ${mebibytes(needed)} free, ` +
          `there are ${mebibytes(diskFreeBytes)}`,
      ],
      remedy:
        "Free some space, name another folder with --data, take fewer participants, or less --room.",
    });
  }
  const streamBytes = Math.min(NATS_LIMITS.streamBytes, affordable);
  return { streamBytes, coreBytes: pairs * streamBytes, serverBytes: 2 * pairs * streamBytes };
}

/** For how many participants there is room by a plan. */
export function roomIn({ coreBytes, streamBytes }: StoragePlan): number {
  return Math.floor(coreBytes / streamBytes);
}

/** For those who come later, streams are made smaller only as far as this. */
function fairRoom(budget: number): number {
  const pairs = Math.floor(budget / (2 * NATS_LIMITS.streamBytesFair));
  return Math.min(pairs, PROCESS_LIMITS.participantsMax);
}

function mebibytes(bytes: number): string {
  return `${Math.ceil(bytes / 1024 / 1024)} MiB`;
}
