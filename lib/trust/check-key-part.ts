import { type Refusal, refuse } from "#errors";
import type { Header, KeyPart } from "#proto";
import { isHybridIdentity } from "./age-file.ts";

const DIGEST_BYTES = 32;

/** For whom and for which part a key part must have been made. */
export interface KeyPartUse {
  readonly recipient: string;
  readonly partName: string;
}

/**
 * Whether a key part was made for this header, this recipient and this part (TP-SEAL-3). Without
 * it, a participant could send another's sealed bytes under a header of its own and be answered as
 * if it had asked: SEAL_BINDING. Values that no honest sender writes are MALFORMED.
 */
export function checkKeyPart(key: KeyPart, header: Header, use: KeyPartUse): Refusal | undefined {
  const repeated: readonly (readonly [field: string, isSame: boolean])[] = [
    ["message_id", key.messageId === header.messageId],
    ["sender", key.sender === header.sender],
    ["recipient", key.recipient === use.recipient],
    ["conversation_id", key.conversationId === header.conversationId],
    ["kind", key.kind === header.kind],
    ["register_version", key.registerVersion === header.registerVersion],
  ];
  const broken = repeated.find(([, isSame]) => !isSame);
  if (broken !== undefined) {
    return refuse("SEAL_BINDING", `key.${broken[0]}`, "is not what the header says");
  }
  return checkValues(key, use.partName);
}

function checkValues(key: KeyPart, partName: string): Refusal | undefined {
  if (key.pairSequence < 1n) return refuse("MALFORMED", "key.pair_sequence", "begins at 1");
  const previous = key.prevPairDigest.length;
  if (previous !== 0 && (previous !== DIGEST_BYTES || key.pairSequence === 1n)) {
    return refuse("MALFORMED", "key.prev_pair_digest", "is not the digest of a message before");
  }
  if (key.seenCheckpoint !== undefined && key.seenCheckpoint.rootHash.length !== DIGEST_BYTES) {
    return refuse("MALFORMED", "key.seen_checkpoint.root_hash", `must have ${DIGEST_BYTES} bytes`);
  }
  const [partKey, ...others] = key.partKeys;
  if (partKey === undefined || others.length > 0 || partKey.partName !== partName) {
    return refuse("MALFORMED", "key.part_keys", `must hold the key of ${partName}, no other`);
  }
  if (!isHybridIdentity(partKey.identity)) {
    return refuse("MALFORMED", "key.part_keys[0].identity", "is no hybrid identity");
  }
  return undefined;
}
