import { priorityName, TARGET_DAYS } from "#casework";
import { Header, ReferralMode, type Timestamp, TraceMove, type TraceRequest } from "#proto";
import { timestampMs, toTimestamp } from "#wire";
import type { CaseRecord } from "../cases/case-record.ts";
import type { MoveBody } from "./move-draft.ts";
import { counts, type StoredMove } from "./move-record.ts";

const DAY_MS = 86_400_000;

/** What a move is completed from. */
interface Surroundings {
  readonly known: CaseRecord;
  readonly moves: readonly StoredMove[];
  readonly request: TraceRequest | undefined;
  /** Id of our request that passes this one on (FORWARD). */
  readonly passedOnId: string | undefined;
  readonly nowMs: number;
}

/**
 * Fills in what the case itself knows and its officer need not say: when an answer is expected, the
 * number of a reminder, which answer a correction is about, and by which request of ours this one
 * was passed on.
 */
export function withDefaults(said: MoveBody, around: Surroundings): MoveBody {
  const { content } = said.body;
  switch (content?.$case) {
    case "acknowledgement":
      content.value.expectedBy ??= expectedBy(around);
      break;
    case "reminder":
      content.value.number ||= 1 + made(around.moves, TraceMove.REMINDER).length;
      break;
    case "correction":
      content.value.correctedMessageId ||= answerInForce(around.moves);
      break;
    case "referral":
      if (content.value.mode === ReferralMode.FORWARD) {
        content.value.forwardedMessageId ||= around.passedOnId ?? "";
      }
      break;
    default:
  }
  return said;
}

/** As the request asks for, if that can still be kept; else within the usual time. */
function expectedBy({ known, nowMs, request }: Surroundings): Timestamp {
  const wishedMs = timestampMs(request?.respondBy);
  const { priority } = Header.decode(known.requestHeader ?? new Uint8Array());
  const days = TARGET_DAYS[priorityName(priority)];
  const isKept = wishedMs !== undefined && wishedMs > nowMs;
  return toTimestamp(isKept ? wishedMs : nowMs + days * DAY_MS);
}

function made(moves: readonly StoredMove[], ...kinds: readonly TraceMove[]): StoredMove[] {
  return moves.filter((one) => counts(one) && kinds.includes(one.move));
}

/** Message id of the answer that a correction is about; empty for none. */
export function answerInForce(moves: readonly StoredMove[]): string {
  return made(moves, TraceMove.FINAL, TraceMove.CORRECTION).at(-1)?.messageId ?? "";
}
