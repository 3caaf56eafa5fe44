/**
 * The ASN.1 that time-stamps are written in, by packages that are loaded when the first is looked
 * at: most programs never see one.
 */
import { createRequire } from "node:module";
import type { AsnParser, OctetString } from "@peculiar/asn1-schema";
import type { PKIStatusInfo } from "@peculiar/asn1-tsp";
import type { AlgorithmIdentifier } from "@peculiar/asn1-x509";
import { TIMESTAMP_LIMITS } from "#runtime";

/** SignedData (RFC 5652, section 5.1), with certificates and signers as they were written. */
export class RawSignedData {
  version = 0;
  encapContentInfo!: { readonly eContentType: string; readonly eContent?: RawContent };
  /** DER of each. */
  certificates: readonly ArrayBuffer[] = [];
  signerInfos: readonly ArrayBuffer[] = [];
}

interface RawContent {
  readonly single?: OctetString;
}

/** SignerInfo (RFC 5652, section 5.3): its signed attributes as they were written. */
export class RawSignerInfo {
  signedAttrs: readonly ArrayBuffer[] = [];
}

/** TimeStampResp (RFC 3161, section 2.4.2), with its token as it was written. */
export class RawAnswer {
  status!: PKIStatusInfo;
  timeStampToken: ArrayBuffer | undefined;
}

/** ESSCertID and ESSCertIDv2 (RFC 5035): which certificate has signed, by its digest. */
export class CertificateId {
  /** Absent: SHA-256 in a `signing-certificate-v2`. */
  hashAlgorithm: AlgorithmIdentifier | undefined;
  certHash!: OctetString;
}

/** SigningCertificate, and SigningCertificateV2. */
export class SigningCertificate {
  certs: readonly CertificateId[] = [];
}

/** The packages, with the classes above made known to them. */
export interface Asn1 {
  readonly schema: typeof import("@peculiar/asn1-schema");
  readonly cms: typeof import("@peculiar/asn1-cms");
  readonly tsp: typeof import("@peculiar/asn1-tsp");
  readonly x509: typeof import("@peculiar/asn1-x509");
}

const require = createRequire(import.meta.url);
let loaded: Asn1 | undefined;

/** Loads the packages once. */
export function asn1(): Asn1 {
  if (loaded !== undefined) return loaded;
  const packages: Asn1 = {
    schema: require("@peculiar/asn1-schema"),
    cms: require("@peculiar/asn1-cms"),
    tsp: require("@peculiar/asn1-tsp"),
    x509: require("@peculiar/asn1-x509"),
  };
  describeClasses(packages);
  loaded = packages;
  return packages;
}

function describeClasses({ cms, schema, tsp, x509 }: Asn1): void {
  const { AsnProp, AsnPropTypes, AsnType, AsnTypeTypes } = schema;
  const { Any, Integer } = AsnPropTypes;
  type Prop = Parameters<typeof AsnProp>[0];
  const sequence = (of: new () => object, fields: Readonly<Record<string, Prop>>): void => {
    AsnType({ type: AsnTypeTypes.Sequence })(of);
    for (const [name, field] of Object.entries(fields)) AsnProp(field)(of.prototype, name);
  };
  const implicit = { implicit: true, optional: true } as const;
  sequence(RawSignedData, {
    version: { type: Integer },
    digestAlgorithms: { type: Any },
    encapContentInfo: { type: cms.EncapsulatedContentInfo },
    certificates: { type: Any, repeated: "set", context: 0, ...implicit },
    crls: { type: Any, repeated: "set", context: 1, ...implicit },
    signerInfos: { type: Any, repeated: "set" },
  });
  sequence(RawSignerInfo, {
    version: { type: Integer },
    sid: { type: Any },
    digestAlgorithm: { type: Any },
    signedAttrs: { type: Any, repeated: "set", context: 0, ...implicit },
    signatureAlgorithm: { type: Any },
    signature: { type: Any },
    unsignedAttrs: { type: Any, repeated: "set", context: 1, ...implicit },
  });
  sequence(RawAnswer, {
    status: { type: tsp.PKIStatusInfo },
    timeStampToken: { type: Any, optional: true },
  });
  sequence(CertificateId, {
    hashAlgorithm: { type: x509.AlgorithmIdentifier, optional: true },
    certHash: { type: schema.OctetString },
    issuerSerial: { type: Any, optional: true },
  });
  sequence(SigningCertificate, {
    certs: { type: CertificateId, repeated: "sequence" },
    policies: { type: Any, optional: true },
  });
}

const BOUNDS = {
  maxDepth: TIMESTAMP_LIMITS.depthMax,
  maxNodes: TIMESTAMP_LIMITS.elementsMax,
  maxContentLength: TIMESTAMP_LIMITS.answerBytesMax,
};

/** Reads one value that fills the bytes; undefined where it is none, or something follows it. */
export function readAsn1<T>(
  bytes: ArrayBuffer | Uint8Array,
  type: Parameters<typeof AsnParser.parse<T>>[1],
): T | undefined {
  try {
    const exact = bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes);
    if (!isOneValue(exact)) return undefined;
    return asn1().schema.AsnParser.parse(exact, type, { berOptions: BOUNDS });
  } catch {
    // The packages say what they stumble over in words of their own.
    return undefined;
  }
}

/** Encoded values as one encoded SET, in the order in which they are given. */
export function encodedSet(values: readonly ArrayBuffer[]): Uint8Array {
  const content = Buffer.concat(values.map((value) => new Uint8Array(value)));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(content.length);
  const digits = length.subarray(length.findIndex((digit) => digit !== 0));
  const isShort = content.length < INDEFINITE;
  const head = isShort ? [content.length] : [INDEFINITE + digits.length, ...digits];
  return Buffer.concat([Buffer.of(SET_TAG, ...head), content]);
}

const SET_TAG = 0x31;
const INDEFINITE = 0x80;

/** Whether the first value has as many bytes as there are; the packages ignore what follows it. */
function isOneValue(bytes: Uint8Array): boolean {
  const first = bytes[1] ?? 0;
  // One of indefinite length ends where its parts end, with two zeros.
  if (first === INDEFINITE) return bytes.at(-1) === 0 && bytes.at(-2) === 0;
  const digits = first < INDEFINITE ? 0 : first - INDEFINITE;
  if (digits > 4 || bytes.length < 2 + digits) return false;
  const length =
    digits === 0
      ? first
      : bytes.subarray(2, 2 + digits).reduce((sum, digit) => sum * 256 + digit, 0);
  return bytes.length === 2 + digits + length;
}
