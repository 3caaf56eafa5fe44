import { generateHybridIdentity, identityToRecipient } from "age-encryption";
import { KeyPart, ParticipantRegister, SignatureAlgorithm, SignedRegister } from "#proto";
import {
  createSealer,
  lowSignature,
  openRegister,
  PAYLOAD_TYPES,
  parseRecoveryShare,
  parseSignerResponse,
  publicKeyOf,
  signRegister,
  verifyBytes,
} from "#trust";
import { type AssembledEnvelope, decodeExactly } from "#wire";
import { rawSignature } from "../../../deploy/signer/raw-signature.ts";
import { makeParties } from "../../support/parties.ts";
import {
  rebuilt,
  sealedTo,
  sealedTraceRequest,
  takenApart,
  withParts,
} from "../../support/sealed-message.ts";
import { readVectors } from "../../support/vectors.ts";
import { ofOptional, ofOutcome, type Target, type Verdict } from "../verdict.ts";

interface RegisterVectors {
  readonly root_public_keys: readonly string[];
}

const vectors = readVectors<RegisterVectors>("register/registers.json");
const roots = vectors.root_public_keys.map((key) => publicKeyOf(Buffer.from(key, "hex")));
const parties = makeParties([{ id: "NE" }, { id: "BR", algorithm: SignatureAlgorithm.ES256 }]);
const NE = parties.party("NE");
const BR = parties.party("BR");
const SIGNATURE_BYTES = 64;

/** A recipient with a message to it, made with the first input that is sealed. */
interface SealedTrial {
  open(place: "body" | "key", content: Uint8Array): Promise<Verdict>;
  openKey(plaintext: Uint8Array): Promise<Verdict>;
}

let trial: Promise<SealedTrial> | undefined;

async function sealedTrial(): Promise<SealedTrial> {
  const sealer = createSealer();
  const identity = await generateHybridIdentity();
  const recipient = await identityToRecipient(identity);
  const message = await sealedTraceRequest(sealer, NE, [{ id: "BR", sealingKey: recipient }]);
  const { header, parts } = takenApart(message);
  const open = async (changed: AssembledEnvelope): Promise<Verdict> => {
    const job = { envelope: changed.bytes, recipient: "BR", identities: [identity] };
    return ofOutcome(await sealer.open(job));
  };
  const [body, key] = parts;
  return {
    open: (place, content) => {
      const one = rebuilt(place === "body" ? body : key, content);
      const all = place === "body" ? [one, key] : [body, one];
      return open(
        withParts(
          header,
          all.flatMap((part) => part ?? []),
          NE,
        ),
      );
    },
    openKey: async (plaintext) =>
      open(
        withParts(
          header,
          [body, rebuilt(key, await sealedTo([recipient], plaintext))].flatMap((one) => one ?? []),
          NE,
        ),
      ),
  };
}

const withTrial = async (use: (one: SealedTrial) => Promise<Verdict>): Promise<Verdict> => {
  trial ??= sealedTrial();
  return use(await trial);
};

/** Parsers of keys, registers, signatures and seals (TP-TRUST-1 to TP-TRUST-4, TP-SEAL-1 to 5). */
export const TRUST_TARGETS: readonly Target[] = [
  {
    corpus: "register",
    parses: ["openRegister"],
    read: (input) => ofOutcome(openRegister(input, roots), () => input),
  },
  {
    // What a register says, signed whatever it is: as if a root key had been stolen.
    corpus: "register-body",
    parses: ["openRegister"],
    read(input) {
      const body = decodeExactly(ParticipantRegister, input);
      if (body === undefined) return { accepted: false };
      const signed = signRegister(body, [parties.root]);
      return ofOutcome(
        openRegister(signed, [parties.root.publicKey]),
        () => SignedRegister.decode(signed).register,
      );
    },
  },
  {
    corpus: "signature",
    parses: ["verifyBytes"],
    async read(input) {
      const signature = input.subarray(0, SIGNATURE_BYTES);
      const payload = input.subarray(SIGNATURE_BYTES);
      const { publicKey } = NE.key;
      return { accepted: await verifyBytes(publicKey, PAYLOAD_TYPES.header, payload, signature) };
    },
  },
  {
    // The same for a key on P-256; what verifies is low, and nobody has another form of it.
    corpus: "signature",
    parses: ["lowSignature"],
    async read(input) {
      const low = lowSignature(input.subarray(0, SIGNATURE_BYTES));
      if (low === undefined) return { accepted: false };
      const again = lowSignature(low);
      if (again === undefined || Buffer.compare(again, low) !== 0) {
        throw new TypeError("a signature in the lower half is not left as it is");
      }
      const { publicKey } = BR.key;
      const payload = input.subarray(SIGNATURE_BYTES);
      return { accepted: await verifyBytes(publicKey, PAYLOAD_TYPES.header, payload, low) };
    },
  },
  {
    corpus: "recovery-share",
    parses: ["parseRecoveryShare"],
    read: (input) => ofOptional(parseRecoveryShare(Buffer.from(input).toString("utf8"))),
  },
  {
    corpus: "signer-line",
    parses: ["parseSignerResponse"],
    read: (input) => ofOptional(parseSignerResponse(Buffer.from(input).toString("utf8"))),
  },
  {
    corpus: "signature",
    parses: ["rawSignature"],
    read(input) {
      const raw = rawSignature(Buffer.from(input));
      if (raw !== undefined && raw.length !== SIGNATURE_BYTES) throw new TypeError("not 64 bytes");
      return ofOptional(raw);
    },
  },
  ...(["body", "key"] as const).map(
    (place): Target => ({
      corpus: "age-file",
      parses: ["openParts"],
      share: 0.1,
      read: (input) => withTrial((one) => one.open(place, input)),
    }),
  ),
  {
    // Plaintext of a key part, sealed as it should be.
    corpus: "key-part",
    parses: ["openParts"],
    share: 0.05,
    read: (input) => withTrial((one) => one.openKey(input)),
  },
  {
    corpus: "key-part",
    parses: ["decodeExactly"],
    read(input) {
      const key = decodeExactly(KeyPart, input.subarray(4));
      if (key === undefined) return { accepted: false };
      const again = Buffer.concat([input.subarray(0, 4), KeyPart.encode(key).finish()]);
      return { accepted: true, again };
    },
  },
];
