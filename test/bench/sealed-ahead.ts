import {
  createSigner,
  PAYLOAD_TYPES,
  type RegisterView,
  type Sealer,
  type SigningKeyPair,
} from "#trust";
import type { AssembledEnvelope } from "#wire";
import { headerOf } from "../support/messages.ts";
import { bodyPart, sealedTraceRequest } from "../support/sealed-message.ts";

/** A message that is really sealed to its recipient, and signed by its sender. */
export interface SealedMessage {
  readonly from: string;
  readonly messageId: string;
  /** Key it is signed with, until it is signed by another. */
  readonly keyId: string;
  readonly envelope: AssembledEnvelope;
}

/** Who sends what to whom, by the register that is in force when it is sealed. */
export interface Sealing {
  readonly from: string;
  readonly key: SigningKeyPair;
  readonly to: string;
  readonly register: RegisterView;
}

const BODY_BYTES = 900;
/** Jobs handed over at a time. */
const IN_FLIGHT = 8;

/** Seals one message, as a focal point does. */
export async function sealMessage(sealer: Sealer, sealing: Sealing): Promise<SealedMessage> {
  const { from, key, register, to } = sealing;
  const sealingKey = register.sealingRecipient(to, Date.now());
  if (sealingKey === undefined) throw new TypeError(`${to} has no sealing key`);
  const party = { id: from, key, signer: createSigner(key, PAYLOAD_TYPES.header) };
  const registerVersion = register.version;
  const envelope = await sealedTraceRequest(sealer, party, [{ id: to, sealingKey }], {
    parts: [bodyPart(new Uint8Array(BODY_BYTES).fill(7))],
    header: { registerVersion },
    binding: { registerVersion },
  });
  const { messageId } = headerOf(envelope);
  return { from, messageId, keyId: key.keyId, envelope };
}

/** Seals `count` messages before the clock starts, in the order in which they are to be sent. */
export async function sealAhead(
  sealer: Sealer,
  count: number,
  sealingAt: (at: number) => Sealing,
): Promise<readonly SealedMessage[]> {
  const sealed: SealedMessage[] = [];
  let next = 0;
  const work = async (): Promise<void> => {
    while (next < count) {
      const at = next;
      next += 1;
      sealed[at] = await sealMessage(sealer, sealingAt(at));
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, work));
  return sealed;
}
