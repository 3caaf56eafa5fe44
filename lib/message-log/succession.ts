/** Whether a log may succeed another, by what is known of the old one (TP-SUCC-3). */
import type { KeyObject } from "node:crypto";
import type { LogEvidence } from "#proto";
import type { RegisterView, WitnessSet } from "#trust";
import { openCheckpoint } from "./checkpoint.ts";
import { parseCheckpoint, type TreeHead } from "./checkpoint-text.ts";
import { sameBytes } from "./hashing.ts";
import { witnessesOf } from "./witness-client.ts";

/** The part of a statement that says how far the old log is known. */
export interface SuccessionClaim {
  readonly oldOrigin: string;
  /** The whole note; empty where none is known. */
  readonly checkpoint: string;
}

/** What the old log is judged by. */
export interface OldLog {
  /** Keys its checkpoints were signed with. */
  readonly publicKeys: readonly KeyObject[];
  /** Sets of witnesses a quorum of one of which must have cosigned. */
  readonly witnesses: readonly WitnessSet[];
}

/** Why a statement of succession is not followed. */
export interface SuccessionRefusal {
  /**
   * - `UNSIGNED`: the checkpoint is not one that the old log has signed;
   * - `UNCOSIGNED`: no quorum of witnesses has cosigned it;
   * - `BEHIND`: a later one, cosigned by a quorum, is known here;
   * - `FORK`: another one of its size, cosigned by a quorum, is known here.
   */
  readonly code: "UNSIGNED" | "UNCOSIGNED" | "BEHIND" | "FORK";
  readonly detail: string;
}

/** The end of the old log that all follow; size 0: nothing of it is known to be cosigned. */
export type SuccessionVerdict =
  | { readonly ok: true; readonly size: number }
  | { readonly ok: false; readonly refusal: SuccessionRefusal };

/**
 * Judges the checkpoint of a statement whose signatures hold. `cosigned`: the newest one of the old
 * log that is known here to be cosigned by a quorum. What everybody can prove is not given up.
 */
export function judgeSuccession(
  { checkpoint, oldOrigin }: SuccessionClaim,
  old: OldLog,
  cosigned: TreeHead | undefined,
): SuccessionVerdict {
  const knownSize = cosigned?.size ?? 0;
  if (checkpoint === "") {
    if (knownSize === 0) return { ok: true, size: 0 };
    return no("BEHIND", `none is said to be known; one of ${knownSize} entries is known here`);
  }
  const head = openCheckpoint(checkpoint, oldOrigin, old.publicKeys);
  if (head === undefined) return no("UNSIGNED", `it is not signed as ${oldOrigin}`);
  const isCosigned = old.witnesses.some(
    ({ quorum, witnesses }) => quorum > 0 && witnessesOf(checkpoint, witnesses).length >= quorum,
  );
  if (!isCosigned) return no("UNCOSIGNED", "no quorum of the witnesses has cosigned it");
  if (head.size < knownSize) {
    return no("BEHIND", `it has ${head.size} entries; one of ${knownSize} is known here`);
  }
  if (cosigned !== undefined && head.size === knownSize) {
    const isSame = sameBytes(head.rootHash, cosigned.rootHash);
    if (!isSame) return no("FORK", `another root of its ${head.size} entries is known here`);
  }
  return { ok: true, size: head.size };
}

function no(code: SuccessionRefusal["code"], detail: string): SuccessionVerdict {
  return { ok: false, refusal: { code, detail } };
}

/** Names of the log: of the one that is kept, and of those before it. */
export function logNames({
  logOrigin,
  successions,
}: Pick<RegisterView, "logOrigin" | "successions">): readonly string[] {
  return [...successions.map(({ succession }) => succession.oldOrigin), logOrigin];
}

/** The log that a checkpoint is of: the one it names, if the register knows it (TP-SUCC-6). */
export function logOfCheckpoint(
  note: string,
  register: Pick<RegisterView, "logOrigin" | "successions">,
): string {
  const named = parseCheckpoint(note)?.origin ?? "";
  return logNames(register).includes(named) ? named : register.logOrigin;
}

/**
 * Size up to which a log is proven once it has ended: what it recorded beyond was recorded again in
 * the log after it, or lives in receipts alone. Undefined for the log that is kept.
 */
export function endOfLog(
  origin: string,
  { successions }: Pick<RegisterView, "successions">,
): number | undefined {
  const ended = successions.find(({ succession }) => succession.oldOrigin === origin);
  if (ended === undefined) return undefined;
  return parseCheckpoint(ended.succession.checkpoint)?.size ?? 0;
}

/** In which log something stands. */
export interface LogPlace {
  /** Name of the log: the one that is kept, or one before it. */
  readonly log: string;
  /** That log has ended, and is not proven as far as this entry (TP-SUCC-6). */
  readonly isAfterEnd: boolean;
}

/** In which log evidence places its entry, and whether that is proven so far. */
export function logPlaceOf(
  { checkpoint, index }: Pick<LogEvidence, "checkpoint" | "index">,
  register: Pick<RegisterView, "logOrigin" | "successions">,
): LogPlace {
  const log = logOfCheckpoint(checkpoint, register);
  const end = endOfLog(log, register);
  return { log, isAfterEnd: end !== undefined && index >= BigInt(end) };
}

/** Successions from a log on, up to the one that is kept; none: it has not ended, or never was. */
export function successionsFrom(
  origin: string,
  { successions }: Pick<RegisterView, "successions">,
): RegisterView["successions"] {
  const from = successions.findIndex(({ succession }) => succession.oldOrigin === origin);
  return from < 0 ? [] : successions.slice(from);
}
