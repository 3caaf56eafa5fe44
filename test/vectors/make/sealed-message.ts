import { Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import type { PlainFields } from "../../support/contract.ts";
import {
  CONVERSATION,
  type Encoder,
  messageId,
  type Sample,
  type SamplePart,
  traceRequest,
  withHeader,
} from "./sample-message.ts";
import { base64 } from "./vector-forms.ts";

const BODY = Buffer.from("the body of a made-up trace request");
const PERSONS = Buffer.from("a made-up person");
const KEY_STEPS = [512, 1_024, 2_048];
const CONTENT_STEPS = [1_024, 4_096, 16_384, 65_536];

/** Length in four bytes, the bytes, zeros up to a step (TP-SEAL-2). */
function padded(plaintext: Uint8Array, steps: readonly number[]): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(plaintext.length);
  const bytes = Buffer.concat([length, plaintext]);
  const size = steps.find((step) => bytes.length <= step) ?? bytes.length;
  return Buffer.concat([bytes, Buffer.alloc(size - bytes.length)]);
}

async function seal(recipient: string, plaintext: Uint8Array): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return await encrypter.encrypt(plaintext);
}

/** A trace request with personal data that AT opens with an identity known to all. */
export async function sealedMessage(encoder: Encoder) {
  const identity = await generateHybridIdentity();
  const recipient = await identityToRecipient(identity);
  const keyPart: PlainFields = {
    message_id: messageId(40),
    sender: "NE",
    recipient: "AT",
    conversation_id: CONVERSATION,
    kind: "KIND_TRACE_REQUEST",
    register_version: 1,
    pair_sequence: 3,
    prev_pair_digest: Buffer.alloc(32, 9),
    seen_checkpoint: { size: 42, root_hash: Buffer.alloc(32, 5) },
  };
  const contents: SamplePart[] = [];
  const keys: SamplePart[] = [];
  for (const [name, plaintext] of [
    ["body", BODY],
    ["persons", PERSONS],
  ] as const) {
    const partIdentity = await generateHybridIdentity();
    const content = await seal(
      await identityToRecipient(partIdentity),
      padded(plaintext, CONTENT_STEPS),
    );
    const schema = "tracepost.v1.TraceRequest";
    contents.push({ name, content, schema, retention_class: "trace", sealed: true });
    const part_keys = [{ part_name: name, identity: partIdentity }];
    const opening = encoder.message("KeyPart", { ...keyPart, part_keys });
    keys.push({
      name: name === "body" ? "key" : `key/${name}`,
      only_for: "AT",
      content: await seal(recipient, padded(opening, KEY_STEPS)),
      schema: "tracepost.v1.KeyPart",
      retention_class: "transport",
      sealed: true,
    });
  }
  const header = withHeader(traceRequest(), { message_id: messageId(40) }).header;
  const sample: Sample = { header, parts: [...contents, ...keys] };
  return {
    about: "AT opens it with the identity; so does `age -d` with the identity in a file.",
    recipient: "AT",
    identity,
    sealing_key: recipient,
    bytes: base64(encoder.sample(sample)),
    key_part: {
      pair_sequence: 3,
      prev_pair_digest: Buffer.alloc(32, 9).toString("hex"),
      seen_checkpoint: { size: 42, root_hash: Buffer.alloc(32, 5).toString("hex") },
    },
    parts: { body: base64(BODY), persons: base64(PERSONS) },
  };
}
