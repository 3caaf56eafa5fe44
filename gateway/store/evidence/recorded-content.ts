/** What an evidence file holds of the records, proven under one checkpoint (TP-EVID-2). */
import type { EvidenceContent, EvidenceSubject } from "#evidence";
import { formatEvidence, loadCheckpoint, parseCheckpoint } from "#message-log";
import type { Transaction } from "#runtime";
import { evidenceOf } from "../../evidence.ts";
import {
  type CollectedEvidence,
  type CollectedVersion,
  collectEvidence,
  type EntryPlace,
} from "./collect-evidence.ts";

/** All but who asked when, and the root keys, which are no records. */
export type RecordedContent = Omit<EvidenceContent, "subject" | "madeAtMs" | "rootKeys">;

type Found = Extract<CollectedEvidence, { type: "found" }>;

/** With the proofs in the form that they have in a file. */
export function recordedContent(found: Found, checkpoint: string): RecordedContent {
  const { disposals, messages, policies, registers, renewals, renewed, timestamps } = found;
  const proofOf = (place: EntryPlace): string => formatEvidence(evidenceOf(place, checkpoint));
  const versions = (all: readonly CollectedVersion[]) =>
    all.map(({ bytes, place, version }) => {
      return { version, bytes, proof: place === null ? undefined : proofOf(place) };
    });
  return {
    messages: messages.map(({ endings, envelope, place, receipts }) => ({
      envelope,
      proof: proofOf(place),
      receipts: receipts.map((receipt) => {
        return { envelope: receipt.envelope, proof: proofOf(receipt.place) };
      }),
      endings: endings.map(proofOf),
    })),
    registers: versions(registers),
    policies: versions(policies),
    disposals: disposals.map(({ bytes, opened, place }) => {
      return { bytes, opened, proof: proofOf(place) };
    }),
    renewals: renewals.map(({ place, signed }) => ({ signed, proof: proofOf(place) })),
    renewed: new Map(renewed),
    timestamps,
  };
}

/** The same under the newest checkpoint in a store that nobody runs any more (TP-EVID-11). */
export async function evidenceAtRest(
  tx: Transaction,
  { subject }: { readonly subject: EvidenceSubject },
): Promise<
  Exclude<CollectedEvidence, Found> | { readonly type: "found"; readonly content: RecordedContent }
> {
  const checkpoint = (await loadCheckpoint(tx)) ?? "";
  const sizes = [parseCheckpoint(checkpoint)?.size ?? 0];
  const found = await collectEvidence(tx, { subject, sizes });
  if (found.type !== "found") return found;
  return { type: "found", content: recordedContent(found, checkpoint) };
}
