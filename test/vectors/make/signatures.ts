import {
  fixedKey,
  fixedP256Key,
  mirrored,
  PAYLOAD_TYPE,
  preAuthentication,
  signAs,
  signAsP256,
} from "./fixed-keys.ts";
import { type Encoder, traceRequest } from "./sample-message.ts";
import { base64 } from "./vector-forms.ts";

/** One signature over one payload. */
interface SignatureVector {
  readonly name: string;
  readonly payload_type: string;
  readonly payload: string;
  /** What is really signed. */
  readonly pre_authentication_encoding: string;
  readonly signature: string;
}

/** The vectors of RFC 8032 5.1, PAE of DSSE v1, and a key known to all. */
export function signatureVectors(encoder: Encoder) {
  const key = fixedKey("NE");
  const vector = (name: string, type: string, payload: Uint8Array): SignatureVector => ({
    name,
    payload_type: type,
    payload: base64(payload),
    pre_authentication_encoding: base64(preAuthentication(type, payload)),
    signature: base64(signAs(key, type, payload)),
  });
  const header = encoder.header(traceRequest());
  const valid = [
    vector("an empty payload", PAYLOAD_TYPE.header, Buffer.alloc(0)),
    vector("a payload of one zero byte", PAYLOAD_TYPE.header, Buffer.alloc(1)),
    vector(
      "a payload that holds an encoding itself",
      PAYLOAD_TYPE.header,
      Buffer.from("DSSEv1 1 a 1 b"),
    ),
    vector("the header of an ordinary trace request", PAYLOAD_TYPE.header, header),
    vector("the same bytes as a receipt", PAYLOAD_TYPE.receipt, header),
    vector("the same bytes as a register", PAYLOAD_TYPE.register, header),
    vector("the same bytes as a manifest of a register", PAYLOAD_TYPE.registerManifest, header),
    vector("the same bytes as a freshness of a register", PAYLOAD_TYPE.registerFreshness, header),
    vector("the same bytes as a statement of keys", PAYLOAD_TYPE.keyStatement, header),
    vector("the same bytes as a routing policy", PAYLOAD_TYPE.policy, header),
    vector("the same bytes as a retention schedule", PAYLOAD_TYPE.retentionSchedule, header),
    vector("the same bytes as a certificate of disposal", PAYLOAD_TYPE.disposal, header),
    vector("the same bytes as a renewal of the log", PAYLOAD_TYPE.renewal, header),
    vector("the same bytes as a succession of the log", PAYLOAD_TYPE.logSuccession, header),
    vector("the same bytes as a copy for a border post", PAYLOAD_TYPE.postCopy, header),
    vector("the same bytes as the log of a border post", PAYLOAD_TYPE.postLog, header),
    vector("the same bytes as a request for a feed", PAYLOAD_TYPE.feedRequest, header),
  ];
  return {
    key: {
      seed: key.seed.toString("hex"),
      public_key: key.publicRaw.toString("hex"),
      key_id: key.keyId,
    },
    valid,
    invalid: invalidSignatures(valid[3] as SignatureVector, fixedKey("AT").publicRaw),
  };
}

/** ECDSA on P-256 with SHA-256, RFC 6979, low S; signed without the library that is tested. */
export function p256SignatureVectors(encoder: Encoder) {
  const key = fixedP256Key("NE");
  const vector = (name: string, type: string, payload: Uint8Array): SignatureVector => ({
    name,
    payload_type: type,
    payload: base64(payload),
    pre_authentication_encoding: base64(preAuthentication(type, payload)),
    signature: base64(signAsP256(key, type, payload)),
  });
  const header = encoder.header(traceRequest());
  const valid = [
    vector("an empty payload", PAYLOAD_TYPE.header, Buffer.alloc(0)),
    vector("a payload of one zero byte", PAYLOAD_TYPE.header, Buffer.alloc(1)),
    vector("the header of an ordinary trace request", PAYLOAD_TYPE.header, header),
    vector("the same bytes as a statement of keys", PAYLOAD_TYPE.keyStatement, header),
    vector("the same bytes as a copy for a border post", PAYLOAD_TYPE.postCopy, header),
  ];
  const good = valid[2] as SignatureVector;
  const signature = Buffer.from(good.signature, "base64");
  const { pre_authentication_encoding: _encoding, ...rest } = good;
  const spoilt = (name: string, value: Uint8Array) => ({ ...rest, name, signature: base64(value) });
  const zeros = Buffer.alloc(32);
  return {
    key: {
      secret: key.secret.toString(16).padStart(64, "0"),
      public_key: key.publicRaw.toString("hex"),
      key_id: key.keyId,
    },
    valid,
    invalid: [
      ...spoiltSignatures(good, fixedP256Key("AT").publicRaw),
      spoilt("S in the upper half of the group", mirrored(signature)),
      spoilt("R of zero", Buffer.concat([zeros, signature.subarray(32)])),
      spoilt("S of zero", Buffer.concat([signature.subarray(0, 32), zeros])),
      spoilt("R and S of zero", Buffer.alloc(64)),
      spoilt("an Ed25519 signature", signAs(fixedKey("NE"), PAYLOAD_TYPE.header, header)),
    ],
  };
}

/** A signature of Ed25519, spoilt one way each. */
function invalidSignatures(good: SignatureVector, otherKey: Uint8Array) {
  const spoilt = spoiltSignatures(good, otherKey);
  const name = "S raised by the group order (RFC 8032 5.1.7)";
  const signature = malleable(Buffer.from(good.signature, "base64"));
  const last = spoilt.pop();
  return [...spoilt, { ...spoilt[2], name, payload: good.payload, signature }, last];
}

/** The signature of a header, spoilt one way each; the last one is under another's key. */
function spoiltSignatures(good: SignatureVector, otherKey: Uint8Array) {
  const signature = Buffer.from(good.signature, "base64");
  const payload = Buffer.from(good.payload, "base64");
  const spoilt = (name: string, changes: Partial<SignatureVector>, publicKey?: Uint8Array) => {
    const { payload_type, ...rest } = { ...good, ...changes, name };
    const { pre_authentication_encoding: _encoding, ...vector } = rest;
    const key =
      publicKey === undefined ? {} : { public_key: Buffer.from(publicKey).toString("hex") };
    return { ...vector, payload_type, ...key };
  };
  const flipped = (bytes: Uint8Array, at: number): string => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return base64(copy);
  };
  return [
    spoilt("signed as a header, verified as a receipt", { payload_type: PAYLOAD_TYPE.receipt }),
    spoilt("signed as a header, verified as a register", { payload_type: PAYLOAD_TYPE.register }),
    spoilt("one bit of the first byte changed", { signature: flipped(signature, 0) }),
    spoilt("one bit of the last byte changed", { signature: flipped(signature, 63) }),
    spoilt("one bit of the payload changed", { payload: flipped(payload, 5) }),
    spoilt("one byte short", { signature: base64(signature.subarray(1)) }),
    spoilt("one byte long", { signature: base64(Buffer.concat([signature, Buffer.alloc(1)])) }),
    spoilt("no signature", { signature: "" }),
    spoilt("another's key", {}, otherKey),
  ];
}

/** Order of the group of Ed25519. */
const GROUP_ORDER = 2n ** 252n + 27742317777372353535851937790883648493n;

function malleable(signature: Uint8Array): string {
  const littleEndian = Buffer.from(signature.subarray(32)).reverse().toString("hex");
  const raised = (BigInt(`0x${littleEndian}`) + GROUP_ORDER).toString(16).padStart(64, "0");
  return base64(Buffer.concat([signature.subarray(0, 32), Buffer.from(raised, "hex").reverse()]));
}
