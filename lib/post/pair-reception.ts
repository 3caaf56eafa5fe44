import { POST_LIMITS, type SqlRow, type Transaction } from "#runtime";
import { type IncidentKind, recordIncident } from "./incidents.ts";

/** Which sequence: all messages of one sender to us on one lane. */
export interface Pair {
  readonly sender: string;
  readonly lane: number;
}

interface Interval extends SqlRow {
  first: number;
  last: number;
}

/** What noting a number did: nothing to speak of, a new hole, or holes merged for want of room. */
export type Noted = "noted" | "hole" | "merged";

/**
 * Notes that a number of a pair has come, or will never come. What lies between the highest number
 * so far and a higher one is missing from now on; a missing number that comes is missing no more
 * (TP-POST-13).
 */
export async function noteNumber(
  tx: Transaction,
  pair: Pair,
  sequence: number,
  nowMs: number,
): Promise<Noted> {
  const row = await tx.get<{ highest: number }>(
    "SELECT highest FROM post_pair_received WHERE sender = ? AND lane = ?",
    pair.sender,
    pair.lane,
  );
  const highest = row?.highest ?? 0;
  if (sequence <= highest) return await closeNumber(tx, pair, sequence);
  await tx.run(
    `INSERT INTO post_pair_received (sender, lane, highest) VALUES (?, ?, ?)
     ON CONFLICT (sender, lane) DO UPDATE SET highest = excluded.highest`,
    pair.sender,
    pair.lane,
    sequence,
  );
  if (sequence === highest + 1) return "noted";
  return await openHole(tx, pair, { first: highest + 1, last: sequence - 1 }, nowMs);
}

async function openHole(
  tx: Transaction,
  pair: Pair,
  hole: { readonly first: number; readonly last: number },
  nowMs: number,
): Promise<Noted> {
  if ((await countHoles(tx, pair)) >= POST_LIMITS.gapIntervalsMax) {
    // The last hole swallows the numbers between; what came of them is sorted out when asking.
    await tx.run(
      `UPDATE post_pair_missing SET last = ? WHERE sender = ? AND lane = ? AND first =
         (SELECT max(first) FROM post_pair_missing WHERE sender = ? AND lane = ?)`,
      hole.last,
      pair.sender,
      pair.lane,
      pair.sender,
      pair.lane,
    );
    return "merged";
  }
  await insertHole(tx, pair, hole.first, hole.last, nowMs);
  return "hole";
}

/** Takes one number out of the hole it lies in, if any. */
async function closeNumber(tx: Transaction, pair: Pair, sequence: number): Promise<Noted> {
  const hole = await tx.get<Interval & { since: number }>(
    `SELECT first, last, since FROM post_pair_missing
     WHERE sender = ? AND lane = ? AND first <= ? ORDER BY first DESC LIMIT 1`,
    pair.sender,
    pair.lane,
    sequence,
  );
  if (hole === undefined || hole.last < sequence) return "noted";
  const splits = hole.first < sequence && sequence < hole.last;
  if (splits && (await countHoles(tx, pair)) >= POST_LIMITS.gapIntervalsMax) return "merged";
  await tx.run(
    "DELETE FROM post_pair_missing WHERE sender = ? AND lane = ? AND first = ?",
    pair.sender,
    pair.lane,
    hole.first,
  );
  await insertHole(tx, pair, hole.first, sequence - 1, hole.since);
  await insertHole(tx, pair, sequence + 1, hole.last, hole.since);
  return "noted";
}

async function insertHole(
  tx: Transaction,
  pair: Pair,
  first: number,
  last: number,
  since: number,
): Promise<void> {
  if (first > last) return;
  await tx.run(
    `INSERT INTO post_pair_missing (sender, lane, first, last, since) VALUES (?, ?, ?, ?, ?)`,
    pair.sender,
    pair.lane,
    first,
    last,
    since,
  );
}

async function countHoles(tx: Transaction, pair: Pair): Promise<number> {
  const row = await tx.get<{ holes: number }>(
    "SELECT count(*) AS holes FROM post_pair_missing WHERE sender = ? AND lane = ?",
    pair.sender,
    pair.lane,
  );
  return row?.holes ?? 0;
}

/** Takes out of the holes of a pair every number that a stored message has: merging lost them. */
export async function reconcileHoles(tx: Transaction, pair: Pair): Promise<void> {
  const held = await tx.all<{ pair_sequence: number }>(
    `SELECT i.pair_sequence FROM post_inbox i JOIN post_pair_missing m
       ON m.sender = i.sender AND m.lane = i.lane
       AND i.pair_sequence BETWEEN m.first AND m.last
     WHERE i.sender = ? AND i.lane = ? AND i.pair_sequence IS NOT NULL
     ORDER BY i.pair_sequence LIMIT ?`,
    pair.sender,
    pair.lane,
    POST_LIMITS.gapIntervalsMax,
  );
  for (const { pair_sequence } of held) await closeNumber(tx, pair, pair_sequence);
}

/** What a sealed message says of its place in the sequence. */
export interface SequenceClaim extends Pair {
  readonly messageId: string;
  readonly headerDigest: Uint8Array;
  readonly sequence: number;
  readonly prevDigest: Uint8Array;
}

/**
 * Books a message's place: its number, and whether it names the predecessor we hold. A reused
 * number or another predecessor is an incident, not a refusal: the message itself is authentic, and
 * the people concerned must learn that the sender's books are forked (TP-POST-14).
 */
export async function bookSequence(
  tx: Transaction,
  claim: SequenceClaim,
  nowMs: number,
): Promise<Noted> {
  const raise = async (kind: IncidentKind, detail: string): Promise<void> => {
    const { sender, messageId, headerDigest: digest } = claim;
    await recordIncident(tx, { kind, digest, sender, messageId, detail }, nowMs);
  };
  const numberHolder = await messageAt(tx, claim, claim.sequence);
  if (numberHolder !== undefined && numberHolder.message_id !== claim.messageId) {
    await raise("SEQUENCE_REUSED", `number ${claim.sequence}`);
  }
  const before = await messageAt(tx, claim, claim.sequence - 1);
  const forked =
    claim.sequence === 1
      ? claim.prevDigest.length > 0
      : before !== undefined && Buffer.compare(before.header_digest, claim.prevDigest) !== 0;
  if (forked) await raise("SEQUENCE_FORKED", `number ${claim.sequence}`);
  const noted = await noteNumber(tx, claim, claim.sequence, nowMs);
  if (noted === "merged") await raise("GAPS_MERGED", `number ${claim.sequence}`);
  return noted;
}

async function messageAt(
  tx: Transaction,
  pair: Pair,
  sequence: number,
): Promise<{ message_id: string; header_digest: Uint8Array } | undefined> {
  return await tx.get(
    `SELECT message_id, header_digest FROM post_inbox
     WHERE sender = ? AND lane = ? AND pair_sequence = ? LIMIT 1`,
    pair.sender,
    pair.lane,
    sequence,
  );
}
