import type { CheckpointSigner } from "#message-log";
import { LogEvidence } from "#proto";
import type { StoredEvidence } from "./store/recall.ts";

/**
 * Evidence as it travels: the entry, its place, and a signed checkpoint that proves it. Signing is
 * deterministic (Ed25519), so the same place in the same tree gives the same bytes every time.
 */
export function evidenceOf(
  stored: Pick<StoredEvidence, "entry" | "index" | "path">,
  checkpoint: string,
): LogEvidence {
  return LogEvidence.create({
    entry: stored.entry,
    index: BigInt(stored.index),
    checkpoint,
    inclusionPath: [...stored.path],
  });
}

/** Evidence of something recorded earlier, under the checkpoint its first receipt named. */
export function evidenceOfStored(stored: StoredEvidence, signer: CheckpointSigner): LogEvidence {
  return evidenceOf(stored, signer.sign(stored.size, stored.rootHash));
}
