/** When checkpoints of a file existed, by authorities outside the exchange (TP-STAMP-7). */
import { type TreeHead, verifyConsistency } from "#message-log";
import { verifyTimestampToken } from "#timestamps";
import type { EvidenceContent, EvidenceTimestamp } from "../evidence-content.ts";
import { numbered } from "../evidence-payload.ts";
import type { MessageJudge } from "./judge.ts";
import type { CheckpointFinding, MessageFinding, TimestampFinding } from "./report.ts";

/** SHA-256 of root certificates of authorities that the reader trusts, in hex. */
export type TimestampRoots = readonly string[];

/** What is found of the time-stamps of a file. */
export interface StampedMessages {
  readonly timestamps: readonly TimestampFinding[];
  /** The messages, with the time by which the entry of each existed. */
  readonly messages: readonly MessageFinding[];
}

/** A finding with the entries it covers of what each checkpoint of the file proves. */
interface Stamped {
  readonly finding: TimestampFinding;
  /** Size of a checkpoint of the file that is consistent with the stamped one. */
  readonly under: number;
}

/** Verifies each; whatever does not hold is told, and what nobody trusted vouches for. */
export function timestampFindings(
  { timestamps }: EvidenceContent,
  messages: readonly MessageFinding[],
  trusted: TimestampRoots,
  judge: MessageJudge,
): StampedMessages {
  const { checkpoints } = judge.prover;
  const sizes = new Set(messages.map(({ checkpointSize }) => checkpointSize));
  const proven = checkpoints.filter(({ size }) => sizes.has(size));
  const stamped = timestamps.flatMap((stamp, at) => {
    const place = `data/timestamps/${numbered(at)}`;
    return stampOf(place, stamp, { proven, trusted }, judge) ?? [];
  });
  const found = {
    timestamps: stamped.map(({ finding }) => finding),
    messages: messages.map((message) => ({ ...message, existedByMs: existedBy(message, stamped) })),
  };
  judge.notProven.push(...limitsOf(found, trusted));
  return found;
}

function stampOf(
  place: string,
  { checkpoint, consistency, root, token }: EvidenceTimestamp,
  by: { readonly proven: readonly CheckpointFinding[]; readonly trusted: TimestampRoots },
  { problems, prover }: MessageJudge,
): Stamped | undefined {
  const message = Buffer.from(checkpoint);
  const verified = verifyTimestampToken(token, { message, roots: [root] });
  if (!verified.ok) {
    problems.add(`${place}.tst`, `proves nothing: ${verified.why}`);
    return undefined;
  }
  const opened = prover.openCheckpoint(`${place}.checkpoint`, checkpoint);
  if (opened === undefined) return undefined;
  const { head, log } = opened;
  const under = by.proven.find((one) => one.log === log && isConsistent(head, one, consistency));
  if (under === undefined) {
    problems.add(`${place}.consistency`, "does not lead to a checkpoint of the messages");
    return undefined;
  }
  const { accuracyMs, atMs, authority, policy, rootFingerprint, rootHolder } = verified.value;
  const isTrusted = by.trusted.includes(rootFingerprint);
  const named = { authority, rootFingerprint, rootHolder, isTrusted };
  return {
    finding: { atMs, accuracyMs, ...named, policy, log, size: head.size },
    under: under.size,
  };
}

/** Whether the smaller of two trees is how the other one begins. */
function isConsistent(
  head: TreeHead,
  { rootHash, size }: CheckpointFinding,
  proof: readonly Uint8Array[],
): boolean {
  const known = { size, rootHash: Buffer.from(rootHash, "base64") };
  const [one, other] = head.size <= size ? [head, known] : [known, head];
  return verifyConsistency({
    ...{ size1: one.size, root1: one.rootHash, proof },
    ...{ size2: other.size, root2: other.rootHash },
  });
}

/** By when a trusted authority has stamped a tree with the entry in it: the earliest such time. */
function existedBy(
  { checkpointSize, logIndex }: MessageFinding,
  stamped: readonly Stamped[],
): number | undefined {
  const times = stamped
    .filter(({ finding, under }) => {
      return finding.isTrusted && under === checkpointSize && logIndex < finding.size;
    })
    .map(({ finding: { accuracyMs = 0, atMs } }) => atMs + Math.ceil(accuracyMs));
  return times.length === 0 ? undefined : Math.min(...times);
}

function limitsOf({ messages, timestamps }: StampedMessages, trusted: TimestampRoots): string[] {
  const strangers = new Map(
    timestamps.filter(({ isTrusted }) => !isTrusted).map((one) => [one.rootFingerprint, one]),
  );
  const unused = trusted.filter((root) => {
    return !timestamps.some(({ rootFingerprint }) => rootFingerprint === root);
  });
  const isProven = timestamps.some(({ isTrusted }) => isTrusted);
  const open = messages.filter(({ existedByMs }) => isProven && existedByMs === undefined);
  return [
    ...[...strangers.values()].map(({ rootFingerprint, rootHolder }) => {
      const whose = `the root certificate ${rootFingerprint} of "${rootHolder}" was not named`;
      return `When anything existed, by time-stamps that rest on it: ${whose} (--tsa-root).`;
    }),
    ...unused.map((root) => `Anything by the root certificate ${root}: no time-stamp rests on it.`),
    ...open.map(({ messageId }) => {
      return `By when ${messageId} existed: it was recorded after the time-stamps in the file.`;
    }),
    ...(isProven
      ? ["That certificates of time-stamping authorities were not revoked: ask the authorities."]
      : []),
  ];
}
