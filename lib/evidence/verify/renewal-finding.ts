/** Under which algorithms and keys a file holds, since when (TP-RENEW-4). */
import { digestBy, parseEvidence } from "#message-log";
import {
  EntryKind,
  Envelope,
  type RenewedDigest,
  type RenewedEntry,
  RenewedProof,
  Signature,
} from "#proto";
import type { RegisterView } from "#trust";
import { decodeExactly, equalBytes, timestampMs } from "#wire";
import type { EvidenceContent } from "../evidence-content.ts";
import { numbered } from "../evidence-payload.ts";
import { isEntryNaming, type MessageJudge } from "./judge.ts";
import { type OpenedRenewal, openRenewal, renewedEntry } from "./open-renewal.ts";
import type { RenewalFinding } from "./report.ts";

/** Something of the file that an entry is about. */
interface RenewedThing {
  readonly place: string;
  readonly entry: Uint8Array;
  readonly envelope: Uint8Array | undefined;
}

/** Renewals of a file, each chained to the one before; what does not hold is told. */
export function renewalFindings(
  content: EvidenceContent,
  newest: RegisterView,
  judge: MessageJudge,
): RenewalFinding[] {
  const { notProven, problems } = judge;
  const { renewals } = content;
  const [first] = renewals;
  if (first === undefined) {
    const until = "SHA-256 and the signatures of the checkpoints above do";
    notProven.push(
      `Anything, once they are broken: it was not renewed, and holds as long as ${until}.`,
    );
    return [];
  }
  notProven.push(
    "That the registers and policies in the file are what root keys signed, once those signatures " +
      "are broken: renewals hold the messages and the log, not them.",
  );
  if (content.disposals.length > 0) {
    notProven.push(
      "That certificates of disposal in the file are those that were logged, once SHA-256 is " +
        "broken: what they say was not hashed again.",
    );
  }
  const found: RenewalFinding[] = [];
  let before: OpenedRenewal | undefined;
  for (const [at, { proof, signed }] of renewals.entries()) {
    const place = `data/renewals/${numbered(at)}`;
    const opened = openRenewal(signed, newest);
    if (opened === undefined) {
      problems.add(`${place}.bin`, "is no renewal that keys of the log have signed");
      return found;
    }
    checkChain(`${place}.bin`, opened, before, judge);
    const proven = judge.prover.prove(`${place}.tlog-proof`, proof);
    const isLogged = isEntryNaming(proven?.entry, EntryKind.RENEWAL, opened.bytes);
    problems.demand(isLogged, `${place}.tlog-proof`, "does not prove that it was logged");
    if (before === undefined) checkThings(content, opened, judge);
    before = opened;
    const { digest, renewal, signers } = opened;
    found.push({
      number: Number(renewal.number),
      ...{ digest, signers },
      size: Number(renewal.size),
      renewedAtMs: timestampMs(renewal.renewedAt) ?? 0,
      renewByMs: timestampMs(renewal.renewBy) ?? 0,
      logIndex: proven?.index ?? 0,
    });
  }
  return found;
}

function checkChain(
  place: string,
  { digest, renewal }: OpenedRenewal,
  before: OpenedRenewal | undefined,
  { problems }: MessageJudge,
): void {
  if (before === undefined) return;
  const earlier = before.renewal;
  const isNext =
    renewal.number === earlier.number + 1n &&
    renewal.size >= earlier.size &&
    (timestampMs(renewal.renewedAt) ?? 0) >= (timestampMs(earlier.renewedAt) ?? 0);
  problems.demand(isNext, place, "is not the next one after that before it");
  const isChained = equalBytes(renewal.previous, digestBy(digest, before.bytes));
  problems.demand(isChained, place, "does not name the one before it");
}

/** Every entry of the file stands in the second tree of the first renewal, with what it names. */
function checkThings(
  content: EvidenceContent,
  first: OpenedRenewal,
  { notProven, problems }: MessageJudge,
): void {
  const things = thingsIn(content);
  for (const [index, thing] of things) {
    const place = `data/renewed/${index}.bin`;
    const bytes = content.renewed.get(index);
    const proof = bytes && decodeExactly(RenewedProof, bytes);
    const leaf = proof && renewedEntry(first, proof);
    if (leaf === undefined || Number(proof?.index) !== index) {
      problems.add(place, "does not prove that the entry was hashed again");
      continue;
    }
    problems.demand(equalBytes(leaf.entry, thing.entry), place, "is of another entry");
    if (thing.envelope === undefined) continue;
    const lacking = notHashed(leaf, thing.envelope, first);
    if (lacking === undefined) {
      problems.add(place, "names other bytes than those of the message");
    } else if (lacking > 0) {
      const parts = `${lacking} part(s) of ${thing.place}`;
      notProven.push(
        `That ${parts} are as sent, once SHA-256 is broken: they were not hashed again.`,
      );
    }
  }
  const strangers = [...content.renewed.keys()].filter((index) => !things.has(index));
  for (const index of strangers) {
    problems.add(`data/renewed/${index}.bin`, "is of an entry that nothing in the file is about");
  }
}

/** Entries of the records of a file, by their index. */
function thingsIn({ messages }: EvidenceContent): Map<number, RenewedThing> {
  const things = new Map<number, RenewedThing>();
  const add = (place: string, proof: string | undefined, envelope: Uint8Array | undefined) => {
    const parsed = proof === undefined ? undefined : parseEvidence(proof);
    if (!parsed?.ok) return;
    const { entry, index } = parsed.value;
    things.set(Number(index), { place, entry, envelope });
  };
  for (const [at, { endings, envelope, proof, receipts }] of messages.entries()) {
    const place = `data/messages/${numbered(at)}`;
    add(`${place}/message.bin`, proof, envelope);
    for (const [n, one] of receipts.entries()) {
      add(`${place}/receipts/${numbered(n)}.bin`, one.proof, one.envelope);
    }
    for (const [n, ending] of endings.entries()) {
      add(`${place}/endings/${numbered(n)}.tlog-proof`, ending, undefined);
    }
  }
  return things;
}

/** How many parts were gone when it was hashed again; undefined when a digest is another. */
function notHashed(
  { digests }: RenewedEntry,
  bytes: Uint8Array,
  { digest }: OpenedRenewal,
): number | undefined {
  const envelope = decodeExactly(Envelope, bytes);
  if (envelope === undefined) return undefined;
  const has = (of: string, ...pieces: readonly Uint8Array[]): boolean => {
    const own = digestBy(digest, ...pieces);
    return digests.some((one: RenewedDigest) => one.of === of && equalBytes(one.digest, own));
  };
  const signatures = envelope.signatures.map((one) => Signature.encode(one).finish());
  if (!has("header", envelope.header) || !has("signatures", ...signatures)) return undefined;
  return envelope.parts.filter(({ content }) => !has("part", content)).length;
}
