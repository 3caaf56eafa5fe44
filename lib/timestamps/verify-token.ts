/** Tokens of time-stamping authorities, verified offline (TP-STAMP-1, TP-STAMP-2). */
import { hash } from "node:crypto";
import type { Attribute, SignerInfo } from "@peculiar/asn1-cms";
import type { TSTInfo } from "@peculiar/asn1-tsp";
import { TIMESTAMP_LIMITS } from "#runtime";
import {
  digestOfId,
  nodeDigest,
  type TimestampDigest,
  verifyTokenSignature,
} from "./algorithms.ts";
import {
  asn1,
  encodedSet,
  RawSignedData,
  RawSignerInfo,
  readAsn1,
  SigningCertificate,
} from "./asn1.ts";
import { fingerprintOf, holderOf, type ReadCertificate, readCertificate } from "./certificate.ts";
import { findRoot } from "./chain.ts";
import { type TimestampVerdict, untrue } from "./verdict.ts";

const SIGNED_DATA = "1.2.840.113549.1.7.2";
const CONTENT_TYPE = "1.2.840.113549.1.9.3";
const MESSAGE_DIGEST = "1.2.840.113549.1.9.4";
/** The object identifier of a TSTInfo, encoded. */
const TST_INFO = Buffer.from("060b2a864886f70d0109100104", "hex");
const SIGNING_CERTIFICATE = "1.2.840.113549.1.9.16.2.12";
const SIGNING_CERTIFICATE_V2 = "1.2.840.113549.1.9.16.2.47";

/** A token taken apart; nothing in it is proven yet. */
export interface ParsedToken {
  /** What was signed: an encoded TSTInfo. */
  readonly content: Uint8Array;
  readonly info: TSTInfo;
  readonly signer: SignerInfo;
  /** The attributes as they are signed: a set. */
  readonly signedAttributes: Uint8Array;
  readonly certificates: readonly ReadCertificate[];
}

/** What a token must say. */
export interface ExpectedToken {
  /** What was stamped, whole. */
  readonly message: Uint8Array;
  /** DER of root certificates that are trusted. */
  readonly roots: readonly Uint8Array[];
  /** Object identifier; default: any. */
  readonly policy?: string | undefined;
  /** Of an own request. */
  readonly nonce?: Uint8Array | undefined;
  /** When the answer came, in milliseconds since 1970; default: whenever. */
  readonly takenAtMs?: number | undefined;
}

/** What a token proves: that a message existed at a time. */
export interface VerifiedToken {
  /** By the clock of the authority, in milliseconds since 1970. */
  readonly atMs: number;
  /** How far its clock may be off, if it says so. */
  readonly accuracyMs: number | undefined;
  readonly digest: TimestampDigest;
  /** Object identifier of the policy under which it was given. */
  readonly policy: string;
  /** In hex. */
  readonly serial: string;
  /** Name of the authority, as its certificate has it. */
  readonly authority: string;
  /** DER of the trusted certificate that it rests on, its SHA-256 in hex, and its holder. */
  readonly root: Uint8Array;
  readonly rootFingerprint: string;
  readonly rootHolder: string;
}

/** Takes a token apart: a SignedData with one signer, over a TSTInfo. Verifies nothing. */
export function parseTimestampToken(token: Uint8Array): TimestampVerdict<ParsedToken> {
  const { cms, tsp } = asn1();
  if (token.length > TIMESTAMP_LIMITS.answerBytesMax) return untrue("form", "it is too long");
  const outer = readAsn1(token, cms.ContentInfo);
  if (outer?.contentType !== SIGNED_DATA) return untrue("form", "it is no signed data");
  const data = readAsn1(outer.content, RawSignedData);
  const content = data?.encapContentInfo.eContent?.single;
  if (data?.encapContentInfo.eContentType !== tsp.id_ct_tstInfo || content === undefined) {
    return untrue("form", "it holds no time-stamp");
  }
  const info = readAsn1(content.buffer, tsp.TSTInfo);
  if (info?.version !== 1) return untrue("form", "its time-stamp cannot be read");
  const [signed, ...others] = data.signerInfos;
  const signer = signed && readAsn1(signed, cms.SignerInfo);
  const attributes = (signed && readAsn1(signed, RawSignerInfo)?.signedAttrs) ?? [];
  if (signer === undefined || others.length > 0) return untrue("form", "it has not one signature");
  if (attributes.length === 0) return untrue("attributes", "it has no signed attributes");
  if (data.certificates.length > TIMESTAMP_LIMITS.certificatesMax) {
    return untrue("form", "it brings too many certificates");
  }
  const certificates = data.certificates.flatMap((der) => {
    return readCertificate(new Uint8Array(der)) ?? [];
  });
  return {
    ok: true,
    value: {
      ...{ info, signer, certificates },
      content: new Uint8Array(content.buffer),
      signedAttributes: encodedSet(attributes),
    },
  };
}

/** What a token proves of a message, or why it proves nothing. Never throws. */
export function verifyTimestampToken(
  token: Uint8Array,
  expected: ExpectedToken,
): TimestampVerdict<VerifiedToken> {
  const parsed = parseTimestampToken(token);
  if (!parsed.ok) return parsed;
  const { certificates, info } = parsed.value;
  const digest = digestOfId(info.messageImprint.hashAlgorithm.algorithm);
  if (digest === undefined) return untrue("algorithm", "its imprint is by no digest that counts");
  const imprint = hash(nodeDigest(digest), expected.message, "buffer");
  if (!imprint.equals(Buffer.from(info.messageImprint.hashedMessage.buffer))) {
    return untrue("imprint", "it is about another message");
  }
  const asked = askedProblem(info, expected);
  if (asked !== undefined) return asked;
  const roots = expected.roots.flatMap((der) => readCertificate(der) ?? []);
  const signer = signingCertificate(parsed.value, [...certificates, ...roots]);
  if (!signer.ok) return signer;
  const signature = signatureProblem(parsed.value, signer.value);
  if (signature !== undefined) return signature;
  const named = nameProblem(info, signer.value);
  if (named !== undefined) return named;
  const atMs = info.genTime.getTime();
  const root = findRoot({ end: signer.value, given: certificates, roots, atMs });
  if (!root.ok) return root;
  const { accuracy, policy, serialNumber } = info;
  return {
    ok: true,
    value: {
      ...{ atMs, digest, policy },
      accuracyMs:
        accuracy &&
        accuracy.seconds * 1_000 + (accuracy.millis ?? 0) + (accuracy.micros ?? 0) / 1_000,
      serial: Buffer.from(serialNumber).toString("hex"),
      authority: holderOf(signer.value),
      root: root.value.der,
      rootFingerprint: fingerprintOf(root.value),
      rootHolder: holderOf(root.value),
    },
  };
}

/** Whether it is the answer to what was asked. */
function askedProblem(info: TSTInfo, { nonce, policy, takenAtMs }: ExpectedToken) {
  if (policy !== undefined && info.policy !== policy) {
    return untrue("policy", `it is under the policy ${info.policy}, not under ${policy}`);
  }
  if (nonce !== undefined && numberOf(info.nonce) !== numberOf(nonce)) {
    return untrue("nonce", "it is no answer to this request");
  }
  const strange = info.extensions?.find(({ critical }) => critical);
  if (strange !== undefined) return untrue("form", `its extension ${strange.extnID} is not known`);
  const atMs = info.genTime.getTime();
  if (!Number.isFinite(atMs)) return untrue("time", "its time cannot be read");
  if (takenAtMs !== undefined && Math.abs(takenAtMs - atMs) > TIMESTAMP_LIMITS.skewMs) {
    return untrue("time", `its time ${info.genTime.toISOString()} is far from the clock here`);
  }
  return undefined;
}

/** An INTEGER that is not negative, whatever zeros it begins with. */
function numberOf(bytes: ArrayBuffer | Uint8Array | undefined): bigint {
  if (bytes === undefined) return -1n;
  return BigInt(`0x0${Buffer.from(bytes as Uint8Array).toString("hex")}`);
}

/** The certificate that the signed attributes name, and the signer too. */
function signingCertificate(
  { signer }: ParsedToken,
  certificates: readonly ReadCertificate[],
): TimestampVerdict<ReadCertificate> {
  const attributes = signer.signedAttrs ?? [];
  const named = [SIGNING_CERTIFICATE, SIGNING_CERTIFICATE_V2].flatMap((type) => {
    const value = oneValue(attributes, type);
    return value === undefined ? [] : [{ type, value }];
  });
  if (named.length === 0) {
    return untrue("attributes", "it does not name the certificate it is signed under");
  }
  const found = certificates.find(
    (one) => isSigner(signer, one) && named.every(({ type, value }) => isNamed(type, value, one)),
  );
  return found === undefined
    ? untrue("certificate", "the certificate that it names as its signer's is not with it")
    : { ok: true, value: found };
}

/** Who is said to have given it must be the holder of the certificate (RFC 3161, section 2.4.2). */
function nameProblem({ tsa }: TSTInfo, { subject }: ReadCertificate) {
  const { directoryName } = tsa ?? {};
  if (directoryName === undefined) return undefined;
  const said = Buffer.from(asn1().schema.AsnConvert.serialize(directoryName)).toString("hex");
  return said === subject ? undefined : untrue("certificate", "it names another authority");
}

function isSigner({ sid }: SignerInfo, certificate: ReadCertificate): boolean {
  const { issuerAndSerialNumber, subjectKeyIdentifier } = sid;
  if (subjectKeyIdentifier !== undefined) {
    return certificate.keyId === Buffer.from(subjectKeyIdentifier.buffer).toString("hex");
  }
  if (issuerAndSerialNumber === undefined) return false;
  // Who has issued it is proven by the path; the attribute names the whole certificate.
  return certificate.serial === Buffer.from(issuerAndSerialNumber.serialNumber).toString("hex");
}

/** Whether the first name of the attribute is the digest of this certificate (RFC 5035). */
function isNamed(type: string, value: ArrayBuffer, { der }: ReadCertificate): boolean {
  const [first] = readAsn1(value, SigningCertificate)?.certs ?? [];
  if (first === undefined) return false;
  const { certHash, hashAlgorithm } = first;
  // RFC 3161 names it by SHA-1: what another certificate with that digest would have to be.
  const name =
    type === SIGNING_CERTIFICATE
      ? "sha1"
      : nodeDigest((hashAlgorithm && digestOfId(hashAlgorithm.algorithm)) ?? "SHA-256");
  return hash(name, der, "buffer").equals(Buffer.from(certHash.buffer));
}

/** The one value of an attribute; undefined where there is none, or more than one. */
function oneValue(attributes: readonly Attribute[], type: string): ArrayBuffer | undefined {
  const found = attributes.filter(({ attrType }) => attrType === type);
  const [value, ...more] = found.flatMap(({ attrValues }) => attrValues);
  return more.length > 0 ? undefined : value;
}

/** Whether the signature is one over this time-stamp. */
function signatureProblem(
  { content, signedAttributes, signer }: ParsedToken,
  { x509 }: ReadCertificate,
) {
  const { schema } = asn1();
  const digest = digestOfId(signer.digestAlgorithm.algorithm);
  if (digest === undefined) return untrue("algorithm", "its signature is by no digest that counts");
  const attributes = signer.signedAttrs ?? [];
  const type = oneValue(attributes, CONTENT_TYPE);
  const value = oneValue(attributes, MESSAGE_DIGEST);
  const said = value && readAsn1(value, schema.OctetString);
  if (said === undefined || type === undefined || !TST_INFO.equals(Buffer.from(type))) {
    return untrue("attributes", "its signed attributes do not say what is signed");
  }
  if (!hash(nodeDigest(digest), content, "buffer").equals(Buffer.from(said.buffer))) {
    return untrue("attributes", "its signed attributes are about another time-stamp");
  }
  const verified = verifyTokenSignature(x509.publicKey, {
    signatureId: signer.signatureAlgorithm.algorithm,
    ...{ digest, signed: signedAttributes },
    value: new Uint8Array(signer.signature.buffer),
  });
  if (verified === undefined) return untrue("algorithm", "its signature is by none that counts");
  return verified ? undefined : untrue("signature", "its signature does not verify");
}
