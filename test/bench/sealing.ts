import { Decrypter, Encrypter, generateHybridIdentity, identityToRecipient } from "age-encryption";
import { WIRE_LIMITS } from "#runtime";
import {
  createSealer,
  createSigner,
  generateSealingKey,
  generateSigningKey,
  PAYLOAD_TYPES,
  type Sealer,
  type SealingKeyPair,
} from "#trust";
import type { AssembledEnvelope } from "#wire";
import type { Party } from "../support/parties.ts";
import { bodyPart, sealedTraceRequest } from "../support/sealed-message.ts";
import type { Bench, BenchOptions, Section } from "./section.ts";

const BODY_BYTES = 900;
/** Plaintexts as they are sealed: a body padded to its step, a key part to its least size. */
const PADDED_BODY_BYTES = 1_024;
const PADDED_KEY_BYTES = 512;
const WORLD = 200;
/** Jobs handed over at a time, as a focal point does. */
const IN_FLIGHT = 4;

/** Sealing and opening beside the age library alone. */
export const sealingBench: Bench = {
  name: "sealing",
  about: "seal and sign, open, and a worldwide alert to 200 recipients",
  run: measureSealing,
};

async function measureSealing(options: BenchOptions): Promise<Section> {
  const keys = await Promise.all(Array.from({ length: WORLD }, () => generateSealingKey()));
  const sealer = createSealer();
  try {
    const one = keys.slice(0, 1);
    const sealed = await measurePair(options, "seal and sign, 1 recipient", {
      floor: () => sealWithAgeAlone(one),
      ours: () => sealAndSign(sealer, one),
    });
    const message = await sealAndSign(sealer, one);
    const file = await sealWithAgeAlone(one);
    const opened = await measurePair(options, "open", {
      floor: () => openWithAgeAlone(one[0] as SealingKeyPair, file),
      ours: () => open(sealer, one[0] as SealingKeyPair, message),
    });
    const world = await measurePair(options, `seal and sign, ${WORLD} recipients`, {
      floor: () => sealWithAgeAlone(keys),
      ours: () => sealAndSign(sealer, keys),
    });
    const { bytes } = await sealAndSign(sealer, keys);
    const figures = [sealed, opened, world];
    return {
      title: `Seal and open, ${BODY_BYTES} B body (to ${WORLD}: ${bytes.length} B envelope)`,
      columns: ["work", "age library alone, /s", "ours, /s", "ratio"],
      rows: figures.map(({ name, floor, ours }) => [
        name,
        floor.toFixed(1),
        ours.toFixed(1),
        (ours / floor).toFixed(2),
      ]),
      data: { bodyBytes: BODY_BYTES, worldEnvelopeBytes: bytes.length, figures },
    };
  } finally {
    await sealer.close();
  }
}

interface Pair {
  readonly floor: () => Promise<unknown>;
  readonly ours: () => Promise<unknown>;
}

async function measurePair(options: BenchOptions, name: string, pair: Pair) {
  const floor = await rateOf(pair.floor, 1, options.seconds / 3);
  const ours = await rateOf(pair.ours, IN_FLIGHT, options.seconds / 3);
  options.progress(`${name}: ${ours.toFixed(1)}/s`);
  return { name, floor, ours };
}

/** How often work is done in a second, `inFlight` pieces at a time, after some to warm up. */
async function rateOf(
  work: () => Promise<unknown>,
  inFlight: number,
  seconds: number,
): Promise<number> {
  for (let n = 0; n < 3; n += 1) await work();
  const beganAt = performance.now();
  let done = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - beganAt < seconds * 1_000) {
      await work();
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: inFlight }, worker));
  return (done / (performance.now() - beganAt)) * 1_000;
}

function partyOf(id: string): Party {
  const key = generateSigningKey();
  return { id, key, signer: createSigner(key, PAYLOAD_TYPES.header) };
}

const sender = partyOf("AT");

async function sealAndSign(
  sealer: Sealer,
  keys: readonly SealingKeyPair[],
): Promise<AssembledEnvelope> {
  const recipients = keys.map(({ recipient }, n) => ({ id: memberId(n), sealingKey: recipient }));
  const parts = [bodyPart(new Uint8Array(BODY_BYTES).fill(7))];
  const message = await sealedTraceRequest(sealer, sender, recipients, { parts });
  if (message.bytes.length > WIRE_LIMITS.envelopeBytesMax) throw new TypeError("too large to send");
  return message;
}

function memberId(n: number): string {
  return `ORG-MEMBER${n}`;
}

/** The same files by the library alone: one for the body, one for each recipient's key part. */
async function sealWithAgeAlone(keys: readonly SealingKeyPair[]): Promise<Uint8Array[]> {
  const identity = await generateHybridIdentity();
  const files = [await encrypt(await identityToRecipient(identity), PADDED_BODY_BYTES)];
  for (const key of keys) files.push(await encrypt(key.recipient, PADDED_KEY_BYTES));
  lastIdentity = identity;
  return files;
}

/** The body of the newest floor file opens with this. */
let lastIdentity = "";

async function encrypt(recipient: string, bytes: number): Promise<Uint8Array> {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return await encrypter.encrypt(new Uint8Array(bytes).fill(7));
}

async function openWithAgeAlone(key: SealingKeyPair, files: readonly Uint8Array[]): Promise<void> {
  for (const [file, identity] of [
    [files[1], key.identity],
    [files[0], lastIdentity],
  ] as const) {
    const decrypter = new Decrypter();
    decrypter.addIdentity(identity);
    await decrypter.decrypt(file ?? new Uint8Array());
  }
}

async function open(sealer: Sealer, key: SealingKeyPair, message: AssembledEnvelope) {
  const job = { envelope: message.bytes, recipient: memberId(0), identities: [key.identity] };
  const result = await sealer.open(job);
  if (!result.ok) throw new TypeError(`it does not open: ${result.refusal.code}`);
}
